"""Keeping an order until its money comes: for who pays on arrival (到场付款), or just as long as it is held.

How many seats one person, and all together, keep unpaid are figures of the house. Whoever wants more pays at
once, where a provider or a clerk takes the money.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from palace.db import db
from palace.money import FREE
from palace.payments import services as payments
from palace.programme.models import Performance
from palace.tickets import claims, rules
from palace.tickets.errors import HoldLapsed, TooLateToPayLater, TooManyUnpaid, UnpaidFull
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order
from palace.tickets.rules import Channel, OrderState
from palace.venues import queries as venues

AT_A_COUNTER = (Channel.COUNTER, Channel.ACTING)
UNKEPT = (TooLateToPayLater, TooManyUnpaid, UnpaidFull)
"""Why places are not kept until somebody pays on arrival."""


def keep_unpaid(order: Order, starts_at: datetime, now: datetime) -> datetime:
    """Keep an order until its money comes; return until when, by the start of its (first) show.

    Raises:
        HoldLapsed: some of its claims are no longer its own.
        TooLateToPayLater, TooManyUnpaid, UnpaidFull: as `pay_by_of`.
    """
    pay_by = pay_by_of(order, starts_at, now)
    keep_to(order, pay_by, now)
    return pay_by


def keep_to(order: Order, pay_by: datetime, now: datetime) -> None:
    """Keep an order until an instant.

    Raises:
        HoldLapsed: some of its claims are no longer its own.
    """
    if len(claims.prolong(order, pay_by + rules.PAYMENT_GRACE, now)) < order.seat_count:
        raise HoldLapsed
    order.state, order.pay_by = OrderState.AWAITING_PAYMENT, pay_by


def pay_by_of(order: Order, starts_at: datetime, now: datetime) -> datetime:
    """Return until when a locked order is kept unpaid: for who pays on arrival, or as long as it is held.

    Raises:
        TooLateToPayLater: it is too near the start.
        TooManyUnpaid, UnpaidFull: the member, or all together, would keep too many.
            All three only where nobody takes the money at once.
    """
    priced = sum(claim.price > FREE for claim in order.claims)
    try:
        return _on_arrival(order, priced, starts_at, now, locked=True)
    except UNKEPT:
        if _paid_at_once(order):
            return order.hold_ends_at
        raise


def check_may_wait(order: Order, priced: int, starts_at: datetime, now: datetime) -> None:
    """Refuse before anything is held what would not be kept unpaid; whoever confirms is told for certain.

    Args:
        priced: how many places of the order cost something.

    Raises:
        TooLateToPayLater, TooManyUnpaid, UnpaidFull: as `pay_by_of`.
    """
    if priced and not _paid_at_once(order):
        _on_arrival(order, priced, starts_at, now, locked=False)


def _paid_at_once(order: Order) -> bool:
    """Return whether a provider takes an order's money now, or the clerk who acts for its member."""
    return payments.takes_online() or order.channel in AT_A_COUNTER


def _on_arrival(
    order: Order, priced: int, starts_at: datetime, now: datetime, *, locked: bool
) -> datetime:
    house = venues.house_rules()
    pay_by = rules.pay_deadline(starts_at, house.pay_before_minutes)
    if now >= pay_by:
        raise TooLateToPayLater(minutes=house.pay_before_minutes)
    capacity = _capacity(order.performance_id, locked=locked)
    mine, everybodys = _unpaid(order, now)
    rules.check_unpaid(held=mine, wanted=priced, limit=house.unpaid_per_show)
    rules.check_unpaid_share(
        unpaid=everybodys + priced, capacity=capacity, percent=house.unpaid_percent
    )
    return pay_by


def _capacity(performance_id: int, *, locked: bool) -> int:
    """Return a show's places, its row locked last of all: what is counted next is true of other orders."""
    wanted = select(Performance.capacity).where(Performance.id == performance_id)
    return db.session.scalars(wanted.with_for_update(key_share=True) if locked else wanted).one()


def _unpaid(order: Order, now: datetime) -> tuple[int, int]:
    """Return how many priced places of an order's show wait for money: its member's, and everybody's."""
    mine = func.count().filter(Claim.member_id == order.member_id)
    waiting = (
        select(mine, func.count())
        .select_from(Claim)
        .join(Order, Order.id == Claim.order_id)
        .where(
            Claim.performance_id == order.performance_id,
            live(now),
            Claim.held_until.is_not(None),
            Claim.price > FREE,
            Order.state == OrderState.AWAITING_PAYMENT,
        )
    )
    own, everybodys = db.session.execute(waiting).one()
    return own, everybodys
