"""Selects over claims, orders and tickets; every one that a person asks for is scoped to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from palace.clock import day_span, month_span, palace_day
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member
from palace.members.rules import Standing
from palace.programme import queries as programme
from palace.programme.models import Performance, Price, Tier
from palace.programme.rules import Qualifies
from palace.tickets.claims import kept, live
from palace.tickets.models import Admission, Claim, Order, Ticket
from palace.tickets.rules import Offer, OrderState, TicketState, room_of
from palace.venues.models import HouseRules, Seat

Owned = TypeVar("Owned", Order, Ticket)


def taken_counts(performance_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """Return how many places nobody can book now, sold, held or kept, by performance."""
    wanted = (
        select(Claim.performance_id, func.count())
        .where(Claim.performance_id.in_(list(performance_ids)), live(now) | kept(now))
        .group_by(Claim.performance_id)
    )
    counted = db.session.execute(wanted)
    return {row[0]: row[1] for row in counted}


def tier_counts(performance_id: int, now: datetime, member_id: int | None = None) -> dict[int, int]:
    """Return the live claims of a performance (one member's, if given), by tier."""
    wanted = select(Claim.tier_id, func.count()).where(
        Claim.performance_id == performance_id, live(now)
    )
    if member_id is not None:
        wanted = wanted.where(Claim.member_id == member_id)
    counted = db.session.execute(wanted.where(Claim.tier_id.is_not(None)).group_by(Claim.tier_id))
    return {tier_id: count for tier_id, count in counted if tier_id is not None}


def free_used(member_id: int, span: tuple[datetime, datetime], now: datetime) -> int:
    """Return how many free tickets a member holds or owns for shows that start in `span`."""
    wanted = (
        select(func.count())
        .select_from(Claim)
        .join(Tier, Tier.id == Claim.tier_id)
        .join(Performance, Performance.id == Claim.performance_id)
        .where(Claim.member_id == member_id, live(now), Tier.monthly)
        .where(Performance.starts_at >= span[0], Performance.starts_at < span[1])
    )
    return db.session.scalars(wanted).one()


def offers(
    member: Member | None,
    performance: Performance,
    rules: HouseRules,
    now: datetime,
    *,
    priced: Sequence[Price],
    mine: Mapping[int, int],
) -> list[Offer]:
    """Return the tiers of a performance as a member, or a stranger, may use them now.

    `priced` are its prices, cheapest first; `mine` counts what the
    member holds or owns there already, by tier.
    """
    quotas = programme.tier_quotas(performance.id)
    taken = tier_counts(performance.id, now) if quotas else {}
    monthly_left = None
    if member and any(price.tier.monthly for price in priced):
        monthly_left = rules.free_per_month - free_used(
            member.id, month_span(performance.starts_at), now
        )
    found = []
    for tier in {price.tier_id: price.tier for price in priced}.values():
        left = max(0, quotas[tier.id] - taken.get(tier.id, 0)) if tier.id in quotas else None
        month = monthly_left if tier.monthly else None
        room = room_of(cap=tier.cap, held=mine.get(tier.id, 0), monthly_left=month, quota_left=left)
        found.append(_offer(tier, priced, member, now, room=room, left=left))
    return found


def _offer(
    tier: Tier,
    priced: Sequence[Price],
    member: Member | None,
    now: datetime,
    *,
    room: int | None,
    left: int | None,
) -> Offer:
    valid = member is not None and member.standing(palace_day(now)) is Standing.VALID
    return Offer(
        tier=tier,
        amounts={price.zone: price.amount for price in priced if price.tier_id == tier.id},
        qualifies=tier.qualifies is Qualifies.ANYONE or valid,
        room=room,
        left=left,
    )


def closed_seats(performance_id: int, now: datetime) -> dict[int, bool]:
    """Return the seats that cannot be booked by everybody: seat id → whether it is only kept."""
    wanted = select(Claim.seat_id, kept(now)).where(
        Claim.performance_id == performance_id, Claim.seat_id.is_not(None), live(now) | kept(now)
    )
    return {
        seat_id: is_kept for seat_id, is_kept in db.session.execute(wanted) if seat_id is not None
    }


def seats_named(plan_id: int, codes: Sequence[str]) -> list[Seat]:
    """Return the seats of a plan with these codes, in plan order."""
    wanted = (
        select(Seat).where(Seat.plan_id == plan_id, Seat.code.in_(codes)).order_by(Seat.ordinal)
    )
    return list(db.session.scalars(wanted))


def order_of(member_id: int, code: str) -> Order:
    """Return a member's order, read anew.

    Raises:
        NotFound: there is no such order, or it is somebody else's.
    """
    return _own(select(Order).where(Order.code == code, Order.member_id == member_id))


def live_claims(order: Order, now: datetime) -> list[Claim]:
    """Return an order's own claims that still hold, in plan order, read anew."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.order_id == order.id, live(now))
        .order_by(Seat.ordinal, Claim.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(wanted))


def open_orders(
    member_id: int, now: datetime | ColumnElement[datetime], performance_id: int | None = None
) -> list[Order]:
    """Return a member's orders that still hold seats and wait to be settled, oldest first."""
    waiting = (OrderState.HELD, OrderState.AWAITING_PAYMENT)
    holds = select(Claim.id).where(Claim.order_id == Order.id, Claim.held_until > now).exists()
    wanted = select(Order).where(Order.member_id == member_id, Order.state.in_(waiting), holds)
    if performance_id is not None:
        wanted = wanted.where(Order.performance_id == performance_id)
    return list(db.session.scalars(wanted.order_by(Order.id).options(selectinload(Order.claims))))


def ticket_of(member_id: int, code: str) -> Ticket:
    """Return a member's ticket, also a returned one.

    Raises:
        NotFound: there is no such ticket, or it is somebody else's.
    """
    return _own(select(Ticket).where(Ticket.code == code, Ticket.member_id == member_id))


def _own(wanted: Select[Owned]) -> Owned:
    """Return the one row wanted, read anew; foreign and unknown are told alike."""
    found = db.session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound
    return found


def valid_tickets(member_id: int, *conditions: ColumnElement[bool]) -> list[Ticket]:
    """Return a member's valid tickets that meet conditions on ticket or performance, by start and seat."""
    wanted = (
        select(Ticket)
        .join(Ticket.performance)
        .outerjoin(Ticket.seat)
        .where(Ticket.member_id == member_id, Ticket.state == TicketState.VALID, *conditions)
        .order_by(Performance.starts_at, Seat.ordinal, Ticket.id)
    )
    return list(db.session.scalars(wanted))


def tickets_for(member_id: int, performance_ids: Sequence[int]) -> list[Ticket]:
    """Return a member's valid tickets for performances."""
    return valid_tickets(member_id, Ticket.performance_id.in_(performance_ids))


def tickets_today(member_id: int, now: datetime) -> list[Ticket]:
    """Return a member's valid tickets for shows that are not over and start before the day's end."""
    ends = day_span(palace_day(now))[1]
    return valid_tickets(member_id, Performance.ends_at > now, Performance.starts_at < ends)


def admission_of(ticket_id: int) -> Admission | None:
    """Return a ticket's first admission that counts, read anew, or None: nobody came in by it."""
    wanted = select(Admission).where(Admission.ticket_id == ticket_id, Admission.counts)
    return db.session.scalars(wanted.order_by(Admission.entry).limit(1)).first()
