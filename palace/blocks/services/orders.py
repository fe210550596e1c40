"""One place of a block becomes a member's order, by the rules every order is made by."""

from __future__ import annotations

from datetime import datetime

from palace.blocks import claims, queries
from palace.blocks.errors import BlockOver
from palace.blocks.models import Block, ListedName, SignUp
from palace.blocks.rules import Outcome, Way, check_belongs, check_share, check_way, key_of
from palace.clock import palace_day
from palace.db import db
from palace.errors import PalaceError
from palace.members.models import Grant, Member
from palace.members.rules import GrantKind, Known
from palace.programme.rules import SeatChoice
from palace.roster.tree import units_below
from palace.tickets import services as tickets
from palace.tickets.errors import SaleClosed
from palace.tickets.models import Claim, Order
from palace.tickets.rules import OrderState, Wish


def check_open(block: Block, way: Way, now: datetime) -> None:
    """Refuse handing a block out after its release, or in a way the palace did not leave open.

    Raises:
        BlockOver, NotThisWay.
        SaleClosed: the show is cancelled.
    """
    if block.performance.cancelled_at is not None:
        raise SaleClosed
    if now >= block.releases_at:
        raise BlockOver(releases_at=block.releases_at)
    check_way(block.way, way)


def check_member(block: Block, member: Known, now: datetime) -> None:
    """Refuse who is none of the unit's, or has as much of the block as each may have.

    Raises:
        UnitPending, NotOfUnit, MembershipOver, HasOne.
    """
    standing = member.standing(palace_day(now))
    check_belongs(standing, member.unit_id, units_below(block.unit_id), block.unit.name_zh)
    check_share(queries.share_of(block, member.id, now), block.per_member)


def book(block: Block, member: Known, place: Claim, key: str, now: datetime) -> Order:
    """Book one locked place of a block for a member; where nothing is to be paid it is theirs at once.

    The block and the member are locked before.

    Raises:
        PalaceError: the rules of every order refuse, as `tickets.hold` says.
    """
    _grant(block, member.id, now)
    named = place.seat is not None and block.performance.choice is SeatChoice.FREE
    wish = Wish(
        seats=((place.seat.code, block.tier.code),) if named and place.seat else (),
        count=0 if named else 1,
        tier=block.tier.code,
        kept=key_of(block.id),
    )
    return tickets.hold(member, block.performance_id, wish, key=key, confirm=True)


def book_for(block: Block, member: Known, place: Claim, key: str, now: datetime) -> Order:
    """Book one place for a member who is not there: what is to be paid is kept until they pay."""
    order = book(block, member, place, key, now)
    if order.state is OrderState.HELD:
        order = tickets.confirm(member, order.code)
    return order


def _grant(block: Block, member_id: int, now: datetime) -> None:
    """Let a member take as many places of a block as it gives them, also before the opening, and no more."""
    given = queries.share_of(block, member_id, now) + 1
    if claims.limit_grant(block, member_id, given):
        return
    db.session.add(
        Grant(
            member_id=member_id,
            performance_id=block.performance_id,
            kind=GrantKind.BLOCK,
            reason=f"block {block.id}",
            opens=key_of(block.id),
            seats=given,
            starts_at=now,
            ends_at=block.performance.starts_at,
        )
    )
    db.session.flush()


def hand_next(
    block: Block, one: SignUp | ListedName, waiting: list[Claim], key: str, now: datetime
) -> Outcome:
    """Book the next waiting place for whom a row names; write down and return what became of it."""
    if not waiting:
        one.outcome = Outcome.NO_SEAT
        return one.outcome
    member = db.session.get_one(Member, one.member_id, populate_existing=True)
    try:
        with db.session.begin_nested():
            check_member(block, member, now)
            book_for(block, member, waiting[0], key, now)
    except PalaceError as refusal:
        one.outcome, one.refusal = Outcome.REFUSED, refusal.code
        return one.outcome
    waiting.pop(0)
    one.outcome = Outcome.GIVEN
    return one.outcome
