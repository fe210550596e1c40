"""Settling an order, keeping it until its money comes, extending it, letting it go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from palace.agenda import services as agenda
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import noting
from palace.money import Fen
from palace.payments import services as payments
from palace.statements import execute, execute_all
from palace.tickets import booked, claims, queries, rules
from palace.tickets.errors import (
    ExtendedBefore,
    HoldLapsed,
    OrderClosed,
    PartOfPackage,
    SaleClosed,
    ShowMoved,
)
from palace.tickets.models import Order
from palace.tickets.rules import OrderState
from palace.tickets.services import owing
from palace.tickets.services.entrants import Person, name_them
from palace.tickets.services.freed import seats_freed
from palace.tickets.services.news import dated, telling
from palace.tickets.services.unpaid import keep_unpaid
from palace.tickets.terms import Show, show_now
from palace.venues import queries as venues


def check_takes_place(show: Show) -> None:
    """Refuse whatever belongs to a cancelled performance.

    Raises:
        SaleClosed: it is cancelled.
    """
    if show.cancelled_at is not None:
        raise SaleClosed


def check_as_chosen(order: Order, show: Show) -> None:
    """Refuse to go on with seats that were chosen before their show was moved.

    Raises:
        ShowMoved: it was, or just then.
    """
    if show.moved_at is not None and order.created_at < show.moved_at + rules.MOVE_TAKES:
        raise ShowMoved(starts_at=show.starts_at)


def check_alone(order: Order) -> None:
    """Refuse to do with one show of a package what is done with all of them.

    Raises:
        PartOfPackage: it belongs to one.
    """
    if order.package_order_id is not None:
        raise PartOfPackage


def check_unchanged(show: Show, found: Sequence[object]) -> None:
    """Refuse tickets of a show that was cancelled or moved since it was read (`booked.unchanged`).

    Raises:
        SaleClosed, ShowMoved: it was.
    """
    if not found:
        now_so, _ = show_now(show.id)
        check_takes_place(now_so)
        raise ShowMoved(starts_at=now_so.starts_at)


def extend(member: Known, code: str) -> Order:
    """Give a hold its one extension.

    Raises:
        OrderClosed, ExtendedBefore, HoldLapsed, PartOfPackage.
    """
    order, _, show, now = locked(member, code)
    check_alone(order)
    lengthen(order, show, now)
    return order


def lengthen(order: Order, show: Show, now: datetime) -> None:
    """Give a locked order its one extension.

    Raises:
        OrderClosed, ExtendedBefore, HoldLapsed.
    """
    check_takes_place(show)
    if order.state is not OrderState.HELD:
        raise OrderClosed
    check_as_chosen(order, show)
    if order.extended:
        raise ExtendedBefore
    longer = timedelta(minutes=venues.house_rules().extension_minutes)
    ends_at = rules.hold_expiry(order.hold_ends_at, longer, show.starts_at)
    if len(claims.prolong(order, ends_at, now)) < order.seat_count:
        raise HoldLapsed
    order.hold_ends_at, order.extended = ends_at, True


def confirm(
    member: Known,
    code: str,
    entrants: Sequence[Person] = (),
    *,
    guardian: bool = False,
    seen: str | None = None,
) -> Order:
    """Settle a free order at once, or keep a priced one until its money comes; repeating changes nothing.

    `entrants` are asked for by some performances, a `guardian`'s consent for children among them.
    `seen`: what the page said goes back of the price, by the time left; None: whatever does.

    Raises:
        EntrantsNeeded, IdentityTaken: who comes is not told, or has a ticket already; also what
            `name_them` raises.
        OrderClosed: it was let go.
        HoldLapsed: too late; nothing is kept.
        SaleClosed, ShowMoved: it is cancelled, or was moved since the seats were chosen.
        TooLateToPayLater, TooManyUnpaid, UnpaidFull: unpaid seats are not kept so near the start, or not so
            many; only where nobody takes the money at once.
        LadderChanged: other money goes back by now than the page said.
        PartOfPackage: it is confirmed with the other shows of a package.
    """
    order, total, show, now = locked(member, code)
    check_alone(order)
    if order.state in (OrderState.SETTLED, OrderState.AWAITING_PAYMENT):
        return order
    if order.state is OrderState.CANCELLED:
        raise OrderClosed
    check_takes_place(show)
    check_as_chosen(order, show)
    name_them(order, show, entrants, now, guardian=guardian)
    if total:
        _await_payment(order, show, total, now, seen=seen)
    else:
        settle(order, show, now)
    return order


def cancel(member: Known, code: str) -> Order:
    """Let an unsettled order go: its seats are free at this instant; repeating changes nothing.

    Raises:
        OrderClosed: it is settled; tickets are given back one by one.
        PartOfPackage: it is let go with the other shows of a package.
        PageOpen: somebody may still pay for it by a page, which is closed first.
    """
    order, _, _, now = locked(member, code)
    check_alone(order)
    if order.state is OrderState.SETTLED:
        raise OrderClosed
    if order.state is OrderState.AWAITING_PAYMENT:
        payments.check_no_page(rules.PART, order.id)
        payments.close(rules.PART, order.id, now=now)
    order.state = OrderState.CANCELLED
    claims.give_up(order.id, now)
    seats_freed(order.performance_id, (), now)
    return order


def locked(member: Known, code: str) -> tuple[Order, Fen, Show, datetime]:
    """Return a member's order under all its locks, what it costs, its show, and the clock after them."""
    members.lock(member.id)
    order = queries.bare_order_of(member.id, code)
    total = claims.lock_order_claims(order)
    return order, total, *show_now(order.performance_id)


def _await_payment(
    order: Order, show: Show, total: Fen, now: datetime, *, seen: str | None
) -> None:
    pay_by = keep_unpaid(order, show.starts_at, now)
    due = owing.ask(order, total, pay_by, seen)
    execute(*telling(payments.kind_told("awaiting_payment"), order, show, now, due=due))


def settle(order: Order, show: Show, now: datetime) -> None:
    """Sell an order's claims.

    Raises:
        HoldLapsed: some of them are no longer the order's own.
    """
    sold = claims.prolong(order, None, now)
    if len(sold) < order.seat_count:
        raise HoldLapsed
    booked.settle(order, now)
    issue(order, show, sold, now)


def issue(order: Order, show: Show, sold: Iterable[int], now: datetime) -> None:
    """Turn sold claims into tickets, with agenda entry, notice and audit line in one transaction."""
    sold, entry = list(sold), dated(show)
    issued, same, entered, _, _ = execute_all(
        booked.issuing(sold, now),
        booked.unchanged(show.id, show.moved_at),
        agenda.entering(order.member_id, entry, now),
        telling("tickets_issued", order, show, now),
        noting("tickets_issued", f"order:{order.id}", after={"tickets": order.seat_count}),
    )
    check_unchanged(show, same)
    booked.issue(booked.unissued(sold, issued), now)
    agenda.bring_up(order.member_id, entry, now, entered=entered)
