"""The palace gives a unit a block, changes it, takes it back, and gives the same again for another date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from palace import clock, commands
from palace.blocks import claims, queries
from palace.blocks.errors import (
    BlockChanged,
    BlockOver,
    TakenStay,
    TierNotSold,
    UnitNeeded,
)
from palace.blocks.models import Block
from palace.blocks.rules import Way, check_release, check_turn_fits
from palace.blocks.services.placing import Places, keep, places_again, resize
from palace.blocks.services.telling import tell_given
from palace.db import db
from palace.errors import PalaceError
from palace.members.models import Unit
from palace.members.services import note
from palace.programme.models import Performance, Tier
from palace.programme.rules import Seating
from palace.security import public_code
from palace.statements import execute
from palace.tickets.errors import NoTicketNeeded, SaleClosed
from palace.tickets.services import seats_freed


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a block is handed out: in which way, how many each, until when."""

    way: Way
    per_member: int
    releases_at: datetime


def give(
    performance: Performance,
    unit_id: int,
    tier_id: int,
    places: Places,
    terms: Terms,
    *,
    actor: str,
    key: str,
) -> Block:
    """Keep places of a performance for a unit and those below it, all of them or none.

    A repeat with the same key changes nothing.

    Raises:
        UnitNeeded, TierNotSold, SeatsUnknown, ReleaseOutOfTime: what was asked for cannot be.
        SaleClosed, NoTicketNeeded: the show is cancelled, or nobody needs a ticket.
        SeatsNotFree, NotSoManyFree: others have some of them.
        QuotaTooSmall: its tier, zone or the house is not sold so often any more.
        KeyReused, BlockChanged: the key was used for another; what it gave has another link by now.
    """
    code = public_code()
    body = repr((unit_id, tier_id, places, terms))
    asked = commands.taking(actor, f"block:{performance.id}", key, body=body, answer=code)
    first = commands.first_of(asked, execute(*asked))
    if first != code:
        return queries.of_code(first)
    now = clock.now()
    _check_show(performance)
    unit = _unit(unit_id)
    check_release(terms.releases_at, now=now, starts_at=performance.starts_at)
    block = Block(
        performance=performance,
        unit=unit,
        tier=_tier(tier_id),
        way=terms.way,
        per_member=terms.per_member,
        releases_at=terms.releases_at,
        code=code,
        made_by=actor,
        made_at=now,
    )
    db.session.add(block)
    db.session.flush()
    keep(block, places, now)
    note("block_given", f"block:{block.id}", after=_told(block) | {"places": places.wanted})
    tell_given(block, places.wanted, now)
    return block


def usual_release(performance: Performance, early_hours: int) -> datetime:
    """Return when a block is released unless staff say else: so many hours before the start."""
    return performance.starts_at - timedelta(hours=early_hours)


def change(block_id: int, shown: str, places: int | None, terms: Terms) -> Block:
    """Change a block: more or fewer places (None: as many), another way or release.

    What is handed out stays.

    `shown` is `as_shown` of the block when the page was opened.

    Raises:
        BlockChanged: somebody else changed it since.
        BlockOver: it is released already.
        TakenStay: so few places that some handed out would have to go.
        NotSoManyFree, QuotaTooSmall: there are not so many more.
        ReleaseOutOfTime, TurnOutOfTime.
    """
    block = claims.lock_block(block_id)
    claims.lock_places(block)
    now = clock.now()
    counted = queries.counted([block], now)[block.id]
    if as_shown(block, counted.places) != shown:
        raise BlockChanged
    if counted.is_over:
        raise BlockOver(releases_at=block.releases_at)
    places = counted.places if places is None else places
    if terms.releases_at != block.releases_at:
        check_release(terms.releases_at, now=now, starts_at=block.performance.starts_at)
    if block.turn_at is not None and block.turned_at is None:
        check_turn_fits(block.turn_at, terms.releases_at)
    if places < counted.taken:
        raise TakenStay(taken=counted.taken)
    before = _told(block) | {"places": counted.places}
    resize(block, places - counted.places, now)
    block.way, block.per_member = terms.way, terms.per_member
    claims.release_at(block, terms.releases_at)
    after = _told(block) | {"places": places}
    note("block_changed", f"block:{block.id}", before=before, after=after)
    if places < counted.places:
        seats_freed(block.performance_id, (), now)
    return block


def take_back(block_id: int) -> Block:
    """Release a block now: what is not handed out is on sale at this instant; repeating changes nothing.

    Who waits for the show comes before others.
    """
    block = claims.lock_block(block_id)
    claims.lock_places(block)
    now = clock.now()
    if now >= block.releases_at:
        return block
    if block.turn_at is not None and block.turned_at is None:
        block.turn_at = None
    claims.release_at(block, now)
    left = queries.counted([block], now)[block.id].returned
    note("block_taken_back", f"block:{block.id}", after={"places": left})
    seats_freed(block.performance_id, (), now)
    return block


def copy_blocks(old_id: int, new_id: int, *, actor: str = "system") -> list[Block]:
    """Give the blocks of one performance for another too: the same seats where they are free there.

    Released as long before the start as then; a block that cannot be given there is left out.
    """
    new = db.session.get_one(Performance, new_id)
    copied = []
    for old in queries.of_performance(old_id):
        early = old.performance.starts_at - old.releases_at
        terms = Terms(way=old.way, per_member=old.per_member, releases_at=new.starts_at - early)
        try:
            with db.session.begin_nested():
                places = places_again(old, new)
                key = f"copy-{old.id}-{new.id}"
                copied.append(
                    give(new, old.unit_id, old.tier_id, places, terms, actor=actor, key=key)
                )
        except PalaceError:
            continue
    return copied


def as_shown(block: Block, places: int) -> str:
    """Return what a page shows of a block, for `change` to see whether that is still so."""
    return f"{places} {block.way} {block.per_member} {block.releases_at.isoformat()}"


def _told(block: Block) -> dict[str, object]:
    return {
        "unit": block.unit_id,
        "way": block.way.value,
        "per_member": block.per_member,
        "releases_at": block.releases_at.isoformat(),
    }


def _check_show(performance: Performance) -> None:
    if performance.cancelled_at is not None:
        raise SaleClosed
    if performance.seating is Seating.OPEN:
        raise NoTicketNeeded


def _unit(unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.closed_at is not None:
        raise UnitNeeded
    return unit


def _tier(tier_id: int) -> Tier:
    tier = db.session.get(Tier, tier_id)
    if tier is None:
        raise TierNotSold(tier="")
    return tier
