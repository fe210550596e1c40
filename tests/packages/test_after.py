"""After it was taken: tickets go back alone or together, shows are called off, money comes or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.gifts import services as gifts
from palace.members.models import Member
from palace.packages import queries, services
from palace.packages.errors import PackageBroken
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.privacy import services as privacy
from palace.programme.models import Performance
from palace.programme.rules import Returns
from palace.tickets import services as tickets
from palace.tickets.errors import (
    HoldLapsed,
    NothingToReturn,
    OrderClosed,
    ReturnedTogether,
    TooLateToReturn,
)
from palace.tickets.models import Claim, PackageOrder, Ticket
from palace.tickets.rules import OrderState, TicketState
from tests.factory import Factory
from tests.money import owed_of, refunds
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take
from tests.tickets.conftest import Booker

Taken = tuple[Member, list[Performance], PackageOrder]


def taken(make: Factory, returns: Returns = Returns.EACH, count: int = 1) -> Taken:
    """Return somebody with a free package, its shows and the order."""
    shows, member = shows_of(make), make.member()
    make.rules().free_per_month = 12
    order = take(member, packaged(make, shows, returns=returns).id, count)
    return member, shows, order


def unpaid(make: Factory) -> Taken:
    """Return somebody who has to pay 100 yuan for three shows of 50 each."""
    shows, member = shows_of(make, prices={"public": 5000}), make.member()
    order = take(member, packaged(make, shows, {"public": 10000}).id)
    services.confirm(member, order.code)
    return member, shows, order


def states(order: PackageOrder) -> dict[int, OrderState]:
    """Return how each part of an order stands, by performance."""
    return {part.performance_id: part.state for part in queries.parts(order)}


def test_a_show_goes_back_alone_where_the_package_lets_it(make: Factory) -> None:
    member, _shows, order = taken(make)
    one = queries.valid_tickets(order)[0]
    tickets.give_back(member, one.code)
    assert len(queries.valid_tickets(order)) == 2
    assert queries.taken(order.package_id) == 1, "one show back frees no package"
    services.give_back(member, order.code)
    assert queries.valid_tickets(order) == []
    assert queries.taken(order.package_id) == 0


def test_a_whole_package_goes_back_at_once_or_not_at_all(make: Factory) -> None:
    member, _shows, order = taken(make, Returns.WHOLE, 2)
    one = queries.valid_tickets(order)[0]
    with pytest.raises(ReturnedTogether):
        tickets.give_back(member, one.code)
    with pytest.raises(ReturnedTogether):
        gifts.offer(member, one.code, "13900000000", "李四")
    services.give_back(member, order.code)
    assert {ticket.state for ticket in db.session.scalars(select(Ticket))} == {TicketState.RETURNED}
    assert services.give_back(member, order.code).id == order.id, "twice changes nothing"


def test_one_ticket_that_cannot_go_back_keeps_all(make: Factory) -> None:
    member, shows, order = taken(make, Returns.WHOLE)
    last = max(shows, key=lambda show: show.id)
    last.starts_at = clock.now() + timedelta(minutes=1)
    db.session.flush()
    with pytest.raises(TooLateToReturn), db.session.begin_nested():
        services.give_back(member, order.code)
    assert len(queries.valid_tickets(order)) == 3


def test_after_a_move_its_ticket_goes_back_alone_also_from_a_whole_package(make: Factory) -> None:
    member, shows, order = taken(make, Returns.WHOLE)
    shows[0].return_until = clock.now() + timedelta(days=1)
    db.session.flush()
    one = next(t for t in queries.valid_tickets(order) if t.performance_id == shows[0].id)
    tickets.give_back(member, one.code)
    assert len(queries.valid_tickets(order)) == 2
    with pytest.raises(PackageBroken):
        services.give_back(member, order.code)


def test_a_show_called_off_is_asked_no_money_for(make: Factory) -> None:
    _member, shows, order = unpaid(make)
    part = next(p for p in queries.parts(order) if p.performance_id == shows[0].id)
    price = sum(claim.price for claim in part.claims)
    shows[0].cancelled_at = clock.now()
    db.session.flush()

    services.called_off(shows[0].id, None, clock.now())

    payment = db.session.scalars(select(Payment).execution_options(populate_existing=True)).one()
    assert payment.amount == 10000 - price
    assert states(order)[shows[0].id] is OrderState.CANCELLED
    payments.receive(payment, reference="r-1", now=clock.now())
    assert sorted(states(order).values()) == ["cancelled", "settled", "settled"]
    assert owed_of(payment) == 0


def test_a_show_that_is_moved_changes_nothing_here(make: Factory) -> None:
    _member, shows, order = unpaid(make)
    services.called_off(shows[0].id, timedelta(days=1), clock.now())
    assert set(states(order).values()) == {OrderState.AWAITING_PAYMENT}


def test_money_that_comes_as_a_show_is_called_off_is_owed_for_its_ticket(make: Factory) -> None:
    _member, shows, order = unpaid(make)
    shows[1].cancelled_at = clock.now()
    db.session.flush()
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="r-1", now=clock.now())
    assert set(states(order).values()) == {OrderState.SETTLED}
    (owed,) = refunds()
    ticket = db.session.get_one(Ticket, int(owed.key.removeprefix("ticket:")))
    assert ticket.performance_id == shows[1].id
    assert owed.amount == ticket.price


def test_a_package_whose_last_costly_show_is_called_off_is_settled_for_nothing(
    make: Factory,
) -> None:
    start = clock.now() + timedelta(days=7)
    costly = make.performance(4, {"public": 5000}, starts_at=start)
    free = make.performance(4, {"public": 0}, starts_at=start + timedelta(days=1))
    member = make.member()
    order = take(member, packaged(make, [costly, free], {"public": 5000}).id)
    services.confirm(member, order.code)
    costly.cancelled_at = clock.now()
    db.session.flush()
    services.called_off(costly.id, None, clock.now())
    assert states(order) == {costly.id: OrderState.CANCELLED, free.id: OrderState.SETTLED}
    assert db.session.scalars(select(Payment.closed_at)).one() is not None


def lapsed(show: Performance) -> Claim:
    """Let a package's place at one of its shows have lapsed."""
    claim = db.session.scalars(select(Claim).where(Claim.performance_id == show.id)).one()
    claim.held_until = clock.now() - timedelta(seconds=1)
    db.session.flush()
    return claim


def test_money_that_comes_too_late_takes_what_is_free_still(make: Factory) -> None:
    _member, shows, order = unpaid(make)
    lapsed(shows[2])
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="r-1", now=clock.now())
    assert owed_of(payment) == 0
    assert set(states(order).values()) == {OrderState.SETTLED}


def test_money_that_comes_after_one_show_went_to_others_settles_none(make: Factory) -> None:
    _member, shows, order = unpaid(make)
    gone = lapsed(shows[2])
    assert gone.seat is not None
    Booker().hold(make.member(), shows[2], gone.seat.code)
    payment = db.session.scalars(select(Payment)).one()
    payments.receive(payment, reference="r-1", now=clock.now())
    assert owed_of(payment) == payment.amount
    assert set(states(order).values()) == {OrderState.AWAITING_PAYMENT}


def test_an_unpaid_package_is_let_go_and_asked_no_more(make: Factory) -> None:
    member, _shows, order = unpaid(make)
    services.cancel(member, order.code)
    assert set(states(order).values()) == {OrderState.CANCELLED}
    assert db.session.scalars(select(Payment.closed_at)).one() is not None
    with pytest.raises(OrderClosed):
        services.confirm(member, order.code)


def test_a_settled_package_is_not_let_go(make: Factory) -> None:
    member, _, order = taken(make)
    with pytest.raises(OrderClosed):
        services.cancel(member, order.code)


def test_a_hold_that_lapsed_at_one_show_confirms_none(make: Factory) -> None:
    shows, member = shows_of(make), make.member()
    order = take(member, packaged(make, shows).id, confirm=False)
    for claim in db.session.scalars(select(Claim).where(Claim.performance_id == shows[1].id)):
        claim.held_until = clock.now() - timedelta(seconds=1)
    db.session.flush()
    with pytest.raises(HoldLapsed), db.session.begin_nested():
        services.confirm(member, order.code)
    assert set(states(order).values()) == {OrderState.HELD}


def test_a_ticket_given_on_is_still_of_the_package_sold(make: Factory) -> None:
    giver, _shows, order = taken(make)
    receiver = make.member("李四")
    one = queries.valid_tickets(order)[0]
    gift = gifts.offer(giver, one.code, receiver.phone or "", "李四")
    gifts.accept(receiver, gift.code)
    assert len(queries.valid_tickets(order)) == 2
    assert queries.taken(order.package_id) == 1


def half_free(make: Factory) -> tuple[Member, list[Performance], PackageOrder]:
    """Return somebody who has to pay for the first of two shows; the second costs nothing."""
    start = clock.now() + timedelta(days=7)
    costly = make.performance(4, {"public": 5000}, starts_at=start)
    free = make.performance(4, {"public": 0}, starts_at=start + timedelta(days=1))
    member = make.member()
    order = take(member, packaged(make, [costly, free], {"public": 5000}).id)
    services.confirm(member, order.code)
    return member, [costly, free], order


def test_a_costly_show_called_off_after_the_rest_has_lapsed_lets_all_go(make: Factory) -> None:
    _member, shows, order = half_free(make)
    for claim in db.session.scalars(select(Claim).where(Claim.performance_id == shows[1].id)):
        claim.held_until = clock.now() - timedelta(seconds=1)
    shows[0].cancelled_at = clock.now()
    db.session.flush()
    services.called_off(shows[0].id, None, clock.now())
    assert set(states(order).values()) == {OrderState.CANCELLED}


def test_shows_called_off_one_after_the_other_leave_nothing_settled(make: Factory) -> None:
    _member, shows, order = half_free(make)
    for show in shows:
        show.cancelled_at = clock.now()
    db.session.flush()
    for show in shows:
        services.called_off(show.id, None, clock.now())
    assert set(states(order).values()) == {OrderState.CANCELLED}


def test_what_is_left_of_a_whole_package_goes_back_after_a_show_was_called_off_unpaid(
    make: Factory,
) -> None:
    member, shows, order = half_free(make)
    order.package.returns = Returns.WHOLE
    shows[0].cancelled_at = clock.now()
    db.session.flush()
    services.called_off(shows[0].id, None, clock.now())
    assert len(queries.valid_tickets(order)) == 1
    services.give_back(member, order.code)
    assert queries.valid_tickets(order) == []


@pytest.mark.parametrize("returns", list(Returns))
def test_the_others_go_back_after_a_show_was_called_off(make: Factory, returns: Returns) -> None:
    member, shows, order = taken(make, returns)
    shows[1].cancelled_at = clock.now()
    db.session.flush()
    services.give_back(member, order.code)
    assert [ticket.performance_id for ticket in queries.valid_tickets(order)] == [shows[1].id]
    assert services.give_back(member, order.code).id == order.id, "twice changes nothing"


def test_nothing_goes_back_of_shows_that_were_all_called_off(make: Factory) -> None:
    member, shows, order = taken(make)
    for show in shows:
        show.cancelled_at = clock.now()
    db.session.flush()
    with pytest.raises(NothingToReturn):
        services.give_back(member, order.code)


def test_who_let_an_unpaid_package_lapse_and_was_erased_holds_up_nobody(make: Factory) -> None:
    member, shows, order = unpaid(make)
    for claim in db.session.scalars(select(Claim)):
        claim.held_until = clock.now() - timedelta(seconds=1)
    db.session.flush()
    privacy.erase(member.id, clock.now(), asked_by="staff:1")
    shows[0].cancelled_at = clock.now()
    db.session.flush()
    services.called_off(shows[0].id, None, clock.now())
    assert set(states(order).values()) == {OrderState.AWAITING_PAYMENT}
