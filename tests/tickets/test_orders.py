"""Confirming, extending, letting go, waiting for money, giving back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member
from palace.notices.models import Notice
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.states import RefundReason
from palace.tickets import queries, services
from palace.tickets.errors import (
    ExtendedBefore,
    HoldLapsed,
    OrderClosed,
    PaidTicket,
    SaleClosed,
    SeatTaken,
    TooLateToPayLater,
    TooLateToReturn,
)
from palace.tickets.models import Order
from palace.tickets.rules import OrderState, TicketState
from tests.factory import Factory
from tests.money import owed_of, refunds
from tests.tickets.conftest import Booker


def test_a_free_order_becomes_tickets_agenda_notice_and_audit_together(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=3)
    member = make.member()

    order = booker.book(member, performance, count=2)

    assert order.state is OrderState.SETTLED
    tickets = make.tickets(performance)
    assert [ticket.state for ticket in tickets] == [TicketState.VALID] * 2
    assert len({ticket.collection_code for ticket in tickets}) == 2
    entry = db.session.scalars(select(AgendaEntry).where(AgendaEntry.member_id == member.id)).one()
    assert entry.status is EntryStatus.CONFIRMED
    notice = db.session.scalars(select(Notice).where(Notice.kind == "tickets_issued")).one()
    assert notice.receiver == f"member:{member.id}"
    audit = select(AuditLine).where(AuditLine.act == "tickets_issued")
    assert db.session.scalars(audit).one().subject == f"order:{order.id}"


def test_confirming_twice_changes_nothing(make: Factory, booker: Booker) -> None:
    performance = make.performance()
    member = make.member()
    order = booker.book(member, performance, "ST-01-01")
    services.confirm(member, order.code)
    assert len(make.tickets(performance)) == 1


def test_a_lapsed_hold_cannot_be_confirmed_even_if_nobody_took_the_seats(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance()
    member = make.member()
    order = booker.hold(member, performance, "ST-01-01")
    make.set_clock(order.hold_ends_at)
    with pytest.raises(HoldLapsed):
        services.confirm(member, order.code)


def test_losing_one_seat_of_a_lapsed_hold_touches_no_other_order(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance()
    slow, quick = make.member(), make.member()
    lost = booker.hold(slow, performance, "ST-01-01", "ST-01-02")
    make.set_clock(lost.hold_ends_at)
    booker.book(quick, performance, "ST-01-01")
    with pytest.raises(HoldLapsed):
        services.confirm(slow, lost.code)
    services.cancel(slow, lost.code)
    assert [ticket.member_id for ticket in make.tickets(performance)] == [quick.id]
    assert queries.closed_seats(performance.id, clock.now()) == {
        make.seats(performance)[0].id: queries.TAKEN
    }


def test_a_hold_is_extended_once_from_its_own_end(make: Factory, booker: Booker) -> None:
    member = make.member()
    order = booker.hold(member, make.performance(), "ST-01-01")
    ended = order.hold_ends_at
    assert services.extend(member, order.code).hold_ends_at == ended + timedelta(minutes=10)
    with pytest.raises(ExtendedBefore):
        services.extend(member, order.code)


def test_a_lapsed_hold_is_not_extended(make: Factory, booker: Booker) -> None:
    member = make.member()
    order = booker.hold(member, make.performance(), "ST-01-01")
    make.set_clock(order.hold_ends_at)
    with pytest.raises(HoldLapsed):
        services.extend(member, order.code)


def test_letting_go_frees_the_seats_at_once_and_settled_orders_stay(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=1)
    member = make.member()
    order = booker.hold(member, performance, "ST-01-01")
    services.cancel(member, order.code)
    with pytest.raises(OrderClosed):
        services.confirm(member, order.code)
    settled = booker.book(member, performance, "ST-01-01")
    with pytest.raises(OrderClosed):
        services.cancel(member, settled.code)


def test_somebody_elses_order_and_ticket_are_unknown(make: Factory, booker: Booker) -> None:
    performance = make.performance()
    order = booker.book(make.member(), performance, "ST-01-01")
    stranger = make.member()
    for act in (services.confirm, services.extend, services.cancel):
        with pytest.raises(NotFound):
            act(stranger, order.code)
    with pytest.raises(NotFound):
        services.give_back(stranger, make.tickets(performance)[0].code)


def test_a_priced_order_waits_for_money_and_its_seats_with_it(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=2, prices={"member": 3000})
    member = make.member()
    order = booker.book(member, performance, count=2)
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.pay_by == performance.starts_at - timedelta(minutes=30)
    payment = db.session.scalars(select(Payment)).one()
    assert (payment.amount, payment.paid_at, payment.subject_id) == (6000, None, order.id)
    make.set_clock(order.pay_by)
    with pytest.raises(SeatTaken):
        booker.hold(make.member(), performance, "ST-01-01")
    make.set_clock(order.pay_by + timedelta(seconds=60))
    assert booker.hold(make.member(), performance, "ST-01-01")
    payments.receive(payment, reference="1", now=clock.now())
    assert (order.state, owed_of(payment)) == (OrderState.AWAITING_PAYMENT, 6000)
    assert make.tickets(performance) == []


def test_money_that_came_in_time_issues_the_tickets_once(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"member": 3000})
    order = booker.book(make.member(), performance, "ST-01-01")
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="42", now=clock.now())
    payments.receive(payment, reference="42", now=clock.now())
    assert order.state is OrderState.SETTLED
    assert [ticket.price for ticket in make.tickets(performance)] == [3000]


def test_half_an_hour_before_the_start_nothing_is_kept_unpaid(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(prices={"member": 3000})
    member = make.member()
    make.set_clock(performance.starts_at - timedelta(minutes=30))
    order = booker.hold(member, performance, "ST-01-01")
    with pytest.raises(TooLateToPayLater):
        services.confirm(member, order.code)


def test_one_of_two_tickets_goes_back_with_seat_and_allowance(
    make: Factory, booker: Booker
) -> None:
    make.rules().free_per_month = 2
    performance = make.performance(seats=2)
    member = make.member()
    booker.book(member, performance, count=2)
    first, second = make.tickets(performance)

    returned = services.give_back(member, first.code)

    assert (returned.state, returned.issue) == (TicketState.RETURNED, 2)
    assert second.state is TicketState.VALID
    entry = db.session.scalars(select(AgendaEntry).where(AgendaEntry.member_id == member.id)).one()
    assert entry.status is EntryStatus.CONFIRMED
    assert first.seat
    again = booker.book(member, performance, first.seat.code)
    assert again.state is OrderState.SETTLED


def test_the_last_ticket_back_cancels_the_agenda_entry_and_booking_again_revives_it(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance()
    member = make.member()
    booker.book(member, performance, "ST-01-01")
    services.give_back(member, make.tickets(performance)[0].code)
    services.give_back(member, make.tickets(performance)[0].code)
    wanted = select(AgendaEntry).execution_options(populate_existing=True)
    entry = db.session.scalars(wanted).one()
    assert (entry.status, entry.revision) == (EntryStatus.CANCELLED, 1)
    uid = entry.uid
    booker.book(member, performance, "ST-01-02")
    entry = db.session.scalars(wanted).one()
    assert (entry.status, entry.revision, entry.uid) == (EntryStatus.CONFIRMED, 2, uid)


def test_a_returned_seat_may_be_sold_again_and_the_old_ticket_frees_nothing(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=1)
    first, second = make.member(), make.member()
    booker.book(first, performance, "ST-01-01")
    old = make.tickets(performance)[0]
    services.give_back(first, old.code)
    booker.book(second, performance, "ST-01-01")
    services.give_back(first, old.code)
    assert len(queries.tickets_for(second.id, [performance.id])) == 1
    assert list(queries.closed_seats(performance.id, clock.now()).values()) == [queries.TAKEN]


def test_a_ticket_goes_back_until_an_hour_before_the_start(make: Factory, booker: Booker) -> None:
    performance = make.performance()
    member = make.member()
    booker.book(member, performance, count=2)
    first, second = make.tickets(performance)
    until = performance.starts_at - timedelta(minutes=60)
    make.set_clock(until - timedelta(microseconds=1))
    services.give_back(member, first.code)
    make.set_clock(until)
    with pytest.raises(TooLateToReturn):
        services.give_back(member, second.code)


def test_a_paid_ticket_goes_back_at_the_counter(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"member": 3000})
    member = make.member()
    booker.book(member, performance, "ST-01-01")
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="7", now=clock.now())
    with pytest.raises(PaidTicket):
        services.give_back(member, make.tickets(performance)[0].code)


def test_money_for_an_order_let_go_is_kept_as_a_fact_and_due_back(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(prices={"member": 3000})
    member = make.member()
    order = booker.book(member, performance, "ST-01-01")
    services.cancel(member, order.code)
    payment = db.session.scalars(select(Payment)).one()
    db.session.refresh(payment)
    assert payment.closed_at is not None
    payments.receive(payment, reference="8", now=clock.now())
    assert [one.reason for one in refunds()] == [RefundReason.LATE]
    assert owed_of(payment) == 3000
    assert make.tickets(performance) == []


@pytest.mark.parametrize("act", [services.confirm, services.extend])
def test_a_cancelled_show_settles_and_extends_nothing(
    make: Factory, booker: Booker, act: Callable[[Member, str], Order]
) -> None:
    performance = make.performance()
    member = make.member()
    order = booker.hold(member, performance, "ST-01-01")
    performance.cancelled_at = clock.now()
    db.session.flush()
    with pytest.raises(SaleClosed):
        act(member, order.code)


def test_money_for_a_cancelled_show_is_due_back(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"member": 3000})
    booker.book(make.member(), performance, "ST-01-01")
    performance.cancelled_at = clock.now()
    db.session.flush()
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="9", now=clock.now())
    assert owed_of(payment) == 3000


def test_other_money_for_what_was_paid_is_never_swallowed(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"member": 3000})
    booker.book(make.member(), performance, "ST-01-01")
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="1", now=clock.now())
    payments.receive(payment, reference="2", now=clock.now())
    assert [(one.reason, one.amount) for one in refunds()] == [(RefundReason.TOO_MUCH, 3000)]
    assert len(make.tickets(performance)) == 1
