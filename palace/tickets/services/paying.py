"""The money of an order: what it keeps until it comes, and what becomes of it then, in time or late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from palace.db import db
from palace.members.models import Member
from palace.payments.services import Until
from palace.tickets import claims, late
from palace.tickets.errors import HoldLapsed, SaleClosed, SoldOut, TooManySeats
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order
from palace.tickets.quotas import check_quotas
from palace.tickets.rules import NamedTier, OrderState, check_seat_limit
from palace.tickets.services.orders import check_takes_place, locked, settle
from palace.tickets.terms import Show


@dataclass(frozen=True)
class Taken:
    """A place that was taken again, as its quotas count it."""

    seat: object | None
    zone: str
    tier: NamedTier


def settle_paid(order_id: int) -> bool:
    """Issue the tickets of an order whose money came; return whether they could be.

    Called by payments through `on_paid`. False: the show is cancelled, or the seats are somebody else's
    by now, so the money is to be given back.
    """
    found = db.session.get_one(Order, order_id)
    order, _, show, now = locked(db.session.get_one(Member, found.member_id), found.code)
    if order.state is OrderState.SETTLED:
        return True
    try:
        with db.session.begin_nested():
            check_takes_place(show)
            take_late(order, show, now)
            settle(order, show, now)
    except (HoldLapsed, SaleClosed, SoldOut, TooManySeats):
        return False
    return True


def take_late(order: Order, show: Show, now: datetime) -> None:
    """Take again what of an unpaid order has lapsed and nobody else took, wants first, or is kept for.

    Raises:
        SaleClosed: the show has begun.
        SoldOut, TooManySeats: quotas or the member's other tickets leave no room by now.
    """
    if order.state is not OrderState.AWAITING_PAYMENT:
        return
    if late.take_again(order, now):
        if now >= show.starts_at:
            raise SaleClosed
        db.session.refresh(order, ["claims"])
        places = [Taken(one.seat, one.zone, one.tier) for one in order.claims if one.tier]
        check_quotas(order, places, now, has_quotas=show.has_quotas)
        mine = (Claim.member_id == order.member_id, Claim.performance_id == show.id, live(now))
        held = db.session.scalars(select(func.count()).where(*mine)).one()
        check_seat_limit(held=held, wanted=0, limit=show.seats_per_member)


def keep_until(order_id: int, until: Until) -> bool:
    """Keep an unpaid order's seats until an instant; return whether all were its own still.

    Called by payments while a provider's page is open by which its money may come.
    """
    found = db.session.get_one(Order, order_id)
    order, _, show, now = locked(db.session.get_one(Member, found.member_id), found.code)
    if order.state is not OrderState.AWAITING_PAYMENT or show.cancelled_at is not None:
        return False
    instant = until()
    return instant is not None and len(claims.prolong(order, instant, now)) == order.seat_count
