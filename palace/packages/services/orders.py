"""Settling a package's order, keeping it until its money comes, letting it go: all its shows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from palace.db import db
from palace.members import queries as members
from palace.members.models import Member
from palace.members.rules import Known
from palace.members.services import note
from palace.money import Fen
from palace.notices import services as notices
from palace.packages import queries
from palace.packages.rules import ladder_of
from palace.payments import services as payments
from palace.payments.services import Said, Until
from palace.payments.states import RefundReason
from palace.tickets import booked, claims
from palace.tickets.errors import HoldLapsed, OrderClosed, SaleClosed, SoldOut, TooManySeats
from palace.tickets.models import Order, PackageOrder
from palace.tickets.rules import PACKAGES, OrderState
from palace.tickets.services import orders
from palace.tickets.services.entrants import Person, name_them
from palace.tickets.services.freed import seats_freed
from palace.tickets.services.owing import owe_refund, steps_shown
from palace.tickets.services.paying import take_late
from palace.tickets.services.unpaid import keep_to, pay_by_of
from palace.tickets.terms import Show, show_now

SYSTEM = "system"
OPEN = (OrderState.HELD, OrderState.AWAITING_PAYMENT)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One show of a package's order, under its locks: what its places cost together."""

    order: Order
    total: Fen
    show: Show


def locked(member: Known, code: str) -> tuple[PackageOrder, list[Part], datetime]:
    """Return a member's package order with its parts under all their locks, and the clock after them."""
    members.lock(member.id)
    whole = queries.order_of(member.id, code)
    found = queries.parts(whole)
    totals = [claims.lock_order_claims(order) for order in found]
    read = [show_now(order.performance_id) for order in found]
    parts = [
        Part(order=order, total=total, show=show)
        for order, total, (show, _) in zip(found, totals, read, strict=True)
    ]
    return whole, parts, read[-1][1]


def _in(parts: Sequence[Part], *states: OrderState) -> list[Part]:
    return [part for part in parts if part.order.state in states]


def extend(member: Known, code: str) -> PackageOrder:
    """Give a held package its one extension.

    Raises:
        OrderClosed, ExtendedBefore, HoldLapsed, SaleClosed, ShowMoved.
    """
    whole, parts, now = locked(member, code)
    for part in parts:
        orders.lengthen(part.order, part.show, now)
    return whole


def confirm(
    member: Known,
    code: str,
    entrants: Sequence[Person] = (),
    *,
    guardian: bool = False,
    seen: str | None = None,
) -> PackageOrder:
    """Settle a free package at once, or keep a priced one until its money comes; repeating changes nothing.

    `entrants` are the same people at every show that asks who comes; `seen` is what the page showed of what
    goes back (`payments.ladder_text`), None where it showed nothing.

    Raises:
        OrderClosed, HoldLapsed, SaleClosed, ShowMoved, TooLateToPayLater: nothing is settled.
        TooManyUnpaid, UnpaidFull: unpaid places are not kept so many of, and nobody takes the money at once.
        EntrantsNeeded, IdentityTaken, LadderChanged: as for a single show.
    """
    whole, parts, now = locked(member, code)
    if _in(parts, OrderState.SETTLED, OrderState.AWAITING_PAYMENT):
        return whole
    if not _in(parts, OrderState.HELD):
        raise OrderClosed
    for part in parts:
        orders.check_takes_place(part.show)
        orders.check_as_chosen(part.order, part.show)
        name_them(part.order, part.show, entrants, now, guardian=guardian)
    total = Fen(sum(part.total for part in parts))
    if total:
        _await_payment(whole, parts, total, now, seen=seen)
    else:
        _settle(parts, now)
    return whole


def _await_payment(
    whole: PackageOrder, parts: Sequence[Part], total: Fen, now: datetime, *, seen: str | None
) -> None:
    """Ask for one amount for all shows, until the deadline of the first."""
    first = min((part.show for part in parts), key=lambda show: show.starts_at)
    pay_by = min(pay_by_of(part.order, first.starts_at, now) for part in parts)
    for part in parts:
        keep_to(part.order, pay_by, now)
    shows = [part.order.performance for part in parts]
    due = payments.ask(
        PACKAGES,
        whole.id,
        total,
        site_id=shows[0].space.site_id,
        member_id=whole.member_id,
        pay_by=pay_by,
        ladder=steps_shown(ladder_of(show.ladder_id for show in shows), seen),
    )
    values = {
        "title": {"zh": whole.package.name_zh, "en": whole.package.name_en},
        "starts_at": first.starts_at.isoformat(),
        "count": whole.seat_count,
        **payments.told(due),
    }
    receiver = f"member:{whole.member_id}"
    kind = payments.kind_told("awaiting_payment")
    notices.owe(kind, f"package_order:{whole.id}", receiver, values, now)


def _settle(parts: Sequence[Part], now: datetime) -> None:
    for part in parts:
        orders.settle(part.order, part.show, now)


def settle_paid(package_order_id: int) -> bool:
    """Issue the tickets of a package whose money came; return whether they could be.

    Called by payments through `on_paid`. False: some seats are not kept any more, so that all the money
    is to be given back. A show that was called off just now gives tickets whose money is owed.
    """
    found = db.session.get_one(PackageOrder, package_order_id)
    _, parts, now = locked(db.session.get_one(Member, found.member_id), found.code)
    if _in(parts, OrderState.SETTLED):
        return True
    waiting = _in(parts, OrderState.AWAITING_PAYMENT)
    try:
        with db.session.begin_nested():
            ahead = [part for part in waiting if part.show.cancelled_at is None]
            for part in ahead:
                take_late(part.order, part.show, now)
            _settle(ahead, now)
            for part in waiting:
                if part.show.cancelled_at is not None:
                    _settle_called_off(part.order, now)
    except (HoldLapsed, SaleClosed, SoldOut, TooManySeats):
        return False
    return bool(waiting)


def keep_until(package_order_id: int, until: Until) -> bool:
    """Keep an unpaid package's seats until an instant; return whether all were its own still.

    Called by payments while a provider's page is open by which its money may come.
    """
    found = db.session.get_one(PackageOrder, package_order_id)
    _, parts, now = locked(db.session.get_one(Member, found.member_id), found.code)
    instant, waiting = until(), _in(parts, OrderState.AWAITING_PAYMENT)
    if instant is None:
        return False
    kept = [
        len(claims.prolong(part.order, instant, now)) == part.order.seat_count for part in waiting
    ]
    return bool(kept) and all(kept)


def _settle_called_off(order: Order, now: datetime) -> None:
    """Issue the tickets of a show that is called off, for their money to go back."""
    sold = claims.prolong(order, None, now)
    if len(sold) < order.seat_count:
        raise HoldLapsed
    booked.settle(order, now)
    booked.issue(sold, now)
    db.session.refresh(order, ["tickets"])
    for ticket in order.tickets:
        owe_refund(order, ticket, RefundReason.CANCELLED, now)


def cancel(member: Known, code: str) -> PackageOrder:
    """Let an unsettled package go: all its seats are free at this instant; repeating changes nothing.

    Raises:
        OrderClosed: it is settled.
        PageOpen: somebody may still pay for it by a page, which is closed first.
    """
    whole, parts, now = locked(member, code)
    if _in(parts, OrderState.SETTLED):
        raise OrderClosed
    if _in(parts, OrderState.AWAITING_PAYMENT):
        payments.check_no_page(PACKAGES, whole.id)
        payments.close(PACKAGES, whole.id, now=now)
    let_go(_in(parts, *OPEN), now)
    return whole


def let_go(parts: Sequence[Part], now: datetime) -> None:
    """Let shows of an unsettled package go; who waits for their seats is told last."""
    for part in parts:
        part.order.state = OrderState.CANCELLED
        claims.give_up(part.order.id, now)
    for part in parts:
        seats_freed(part.order.performance_id, (), now)


def called_off(whole: PackageOrder) -> None:
    """Let shows that were called off go from a package that waits for its money; the rest costs less.

    A rest that costs nothing is settled; where its seats are not kept any more, it goes too.
    """
    _, parts, now = locked(db.session.get_one(Member, whole.member_id), whole.code)
    waiting = _in(parts, OrderState.AWAITING_PAYMENT)
    gone = [part for part in waiting if part.show.cancelled_at is not None]
    rest = [part for part in waiting if part not in gone]
    if not gone:
        return
    let_go(gone, now)
    if any(part.total for part in rest):
        payments.lower(PACKAGES, whole.id, Fen(sum(part.total for part in gone)))
    else:
        payments.close(PACKAGES, whole.id, now=now)
        _settle_or_let_go(rest, now)
    for part in gone:
        told = {"performance": part.order.performance_id}
        note("package_show_off", f"package_order:{whole.id}", after=told, actor=SYSTEM)


def _settle_or_let_go(rest: Sequence[Part], now: datetime) -> None:
    try:
        with db.session.begin_nested():
            _settle(rest, now)
    except HoldLapsed:
        let_go(rest, now)


def say(package_order_ids: Sequence[int]) -> dict[int, Said]:
    """Return what packages' orders are for, in words; called by payments through `said`."""
    found = db.session.scalars(select(PackageOrder).where(PackageOrder.id.in_(package_order_ids)))
    return {
        one.id: Said(
            zh=f"{one.package.name_zh} ×{one.seat_count}",
            en=f"{one.package.name_en or one.package.name_zh} ×{one.seat_count}",
            path=f"/packages/orders/{one.code}",
        )
        for one in found
    }
