"""The programme's desk makes a batch of codes for a performance, and keeps places for it if it wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from palace import clock, commands
from palace.codes.errors import CodesTierNotSold, PlacesNotFree
from palace.codes.models import Code, CodeBatch
from palace.codes.rules import Reason, check_batch, key_of
from palace.codes.sealing import PURPOSE, hash_of, text_at
from palace.db import db
from palace.members.services import note
from palace.programme.models import Performance
from palace.programme.queries import zones_sold
from palace.programme.rules import Seating
from palace.security import keys, public_code
from palace.statements import execute
from palace.tickets import kept
from palace.tickets.errors import NoTicketNeeded, SaleClosed
from palace.tickets.neighbours import together
from palace.tickets.queries import closed_seats
from palace.tickets.quotas import check_promised, keep_free_places
from palace.venues import queries as venues
from palace.venues.rules import SeatType


@dataclass(frozen=True, kw_only=True)
class Making:
    """A batch as it is wanted: how many codes of how many places each, what for, what they open."""

    label: str
    reason: Reason
    count: int
    each: int
    ends_at: datetime
    keeps: bool
    zone: str | None = None
    tier_id: int | None = None

    @property
    def places(self) -> int:
        """Return how many places all codes are good for."""
        return self.count * self.each


def usual_end(performance: Performance, early_hours: int) -> datetime:
    """Return until when codes are good unless staff say else: so many hours before the start."""
    return performance.starts_at - timedelta(hours=early_hours)


def make(performance: Performance, making: Making, *, actor: str, key: str) -> CodeBatch:
    """Make a batch, with all the places it keeps or not at all; a repeat with the same key changes nothing.

    Raises:
        CodesOutOfTime, NothingOpened, CodesTierNotSold: what was asked for cannot be.
        SaleClosed, NoTicketNeeded: the show is cancelled, or nobody needs a ticket.
        PlacesNotFree: there are not so many to keep.
        QuotaTooSmall: the tier, its zone or the house is not sold so often any more.
        KeyReused.
    """
    seed = public_code()
    asked = commands.taking(actor, f"codes:{performance.id}", key, body=repr(making), answer=seed)
    first = commands.first_of(asked, execute(*asked))
    if first != seed:
        return db.session.scalars(select(CodeBatch).where(CodeBatch.seed == first)).one()
    now = clock.now()
    _check(performance, making, now)
    batch = _batch(performance, making, seed, actor, now)
    if making.keeps:
        _keep(batch, making, now)
    note("codes_made", f"codes:{batch.id}", after=told(batch) | {"codes": making.count})
    return batch


def told(batch: CodeBatch) -> dict[str, object]:
    """Return what the audit says of a batch."""
    return {
        "performance": batch.performance_id,
        "reason": batch.reason.value,
        "label": batch.label,
        "each": batch.each,
        "keeps": batch.keeps,
        "tier": batch.tier_id,
        "ends_at": batch.ends_at.isoformat(),
    }


def _check(performance: Performance, making: Making, now: datetime) -> None:
    if performance.cancelled_at is not None:
        raise SaleClosed
    if performance.seating is Seating.OPEN:
        raise NoTicketNeeded
    check_batch(
        ends_at=making.ends_at,
        now=now,
        starts_at=performance.starts_at,
        keeps=making.keeps,
        has_tier=making.tier_id is not None,
    )
    if making.tier_id and not zones_sold(performance.id, making.tier_id):
        raise CodesTierNotSold


def _batch(
    performance: Performance, making: Making, seed: str, actor: str, now: datetime
) -> CodeBatch:
    batch = CodeBatch(
        performance=performance,
        label=making.label,
        reason=making.reason,
        each=making.each,
        keeps=making.keeps,
        tier_id=making.tier_id,
        ends_at=making.ends_at,
        key_id=keys().active(PURPOSE).id,
        seed=seed,
        made_by=actor,
        made_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    texts = [text_at(batch.key_id, seed, number) or "" for number in range(1, making.count + 1)]
    db.session.add_all(
        Code(batch_id=batch.id, number=number, code_hash=hash_of(text))
        for number, text in enumerate(texts, 1)
    )
    db.session.flush()
    return batch


def _keep(batch: CodeBatch, making: Making, now: datetime) -> None:
    """Keep as many places as all codes are good for, or none; those of a tier are promised in it."""
    seated = batch.performance.plan_id is not None
    zones = _keep_seats(batch, making, now) if seated else _keep_places(batch, making, now)
    if batch.tier_id is not None:
        check_promised(batch.performance_id, batch.tier_id, zones, now)


def _keep_places(batch: CodeBatch, making: Making, now: datetime) -> list[str]:
    left = keep_free_places(
        batch.performance_id,
        making.places,
        reason=key_of(batch.id),
        until=batch.ends_at,
        now=now,
        tier_id=batch.tier_id,
    )
    if left < making.places:
        raise PlacesNotFree(left=left, wanted=making.places)
    return [""]


def _keep_seats(batch: CodeBatch, making: Making, now: datetime) -> list[str]:
    """Keep the best seats together; return their zones."""
    show = batch.performance
    zones = zones_sold(show.id, making.tier_id)
    zones = zones & {making.zone} if making.zone else zones
    closed = closed_seats(show.id, now)
    free = [
        seat
        for seat in venues.seats(show.plan_id or 0)
        if seat.id not in closed and seat.type is SeatType.SEAT and seat.zone in zones
    ]
    seats = together(free, making.places)
    won = kept.keep_each(
        show.id,
        seats,
        reason=key_of(batch.id),
        until=batch.ends_at,
        now=now,
        tier_id=batch.tier_id,
    )
    if len(won) < making.places:
        raise PlacesNotFree(left=len(free), wanted=making.places)
    return [seat.zone for seat in seats]
