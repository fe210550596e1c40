"""What goes back of a price by the time left: exact at each edge minute, shown before, frozen at paying."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Ladder, LadderStep, Payment
from palace.payments.rules import percent_at, share
from palace.tickets import services
from palace.tickets.errors import BackChanged, PaidTicket, TooLateToReturn
from palace.tickets.rules import TicketState
from tests.factory import Factory
from tests.money import refunds
from tests.tickets.conftest import Booker

MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
STEPS = [[2880, 80], [1440, 50], [60, 20]]


@pytest.mark.parametrize(
    ("left", "percent"),
    [
        (2880 * MINUTE, 80),
        (2880 * MINUTE - MOMENT, 50),
        (1440 * MINUTE, 50),
        (1440 * MINUTE - MOMENT, 20),
        (60 * MINUTE, 20),
        (60 * MINUTE - MOMENT, 0),
        (-MINUTE, 0),
    ],
)
def test_each_edge_minute_still_counts(left: timedelta, percent: int) -> None:
    assert percent_at(STEPS, left) == percent


@pytest.mark.parametrize(("amount", "percent", "back"), [(3333, 50, 1667), (1, 49, 0), (1, 50, 1)])
def test_a_share_is_whole_fen(amount: int, percent: int, back: int) -> None:
    assert share(Fen(amount), percent) == back


@pytest.fixture
def ladder(make: Factory) -> Ladder:
    """Return the usual ladder of the house."""
    steps = [LadderStep(minutes_before=minutes, percent=percent) for minutes, percent in STEPS]
    one = Ladder(name_zh="通常", name_en="Usual", usual=True, steps=steps)
    make.add(one)
    return one


def test_a_paid_ticket_goes_back_by_the_steps_that_were_shown(
    make: Factory, booker: Booker, ladder: Ladder
) -> None:
    performance = make.performance(seats=3, prices={"member": 3000})
    member = make.member()
    booker.book(member, performance, count=2)
    payment = db.session.scalars(select(Payment)).one()
    assert payment.ladder == STEPS
    ladder.steps.clear()  # changed later: what was shown holds
    payments.receive(payment, reference="1", now=clock.now())
    first, second = make.tickets(performance)

    make.set_clock(performance.starts_at - 2880 * MINUTE)
    services.give_back(member, first.code, seen=Fen(2400))
    make.set_clock(performance.starts_at - 2880 * MINUTE + MOMENT)
    with pytest.raises(BackChanged):
        services.give_back(member, second.code, seen=Fen(2400))
    services.give_back(member, second.code, seen=Fen(1500))

    assert [one.amount for one in refunds()] == [2400, 1500]
    assert {one.state for one in make.tickets(performance)} == {TicketState.RETURNED}


def test_after_the_last_step_the_seat_goes_back_without_money_and_at_the_start_nothing_does(
    make: Factory, booker: Booker, ladder: Ladder
) -> None:
    performance = make.performance(seats=2, prices={"member": 3000})
    member = make.member()
    booker.book(member, performance, count=2)
    payments.receive(db.session.scalars(select(Payment)).one(), reference="1", now=clock.now())
    first, second = make.tickets(performance)
    make.set_clock(performance.starts_at - MOMENT)
    services.give_back(member, first.code)
    assert refunds() == []
    make.set_clock(performance.starts_at)
    with pytest.raises(TooLateToReturn):
        services.give_back(member, second.code)


def test_without_a_ladder_the_counter_gives_back(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"member": 3000})
    member = make.member()
    booker.book(member, performance, "ST-01-01")
    payments.receive(db.session.scalars(select(Payment)).one(), reference="1", now=clock.now())
    with pytest.raises(PaidTicket):
        services.give_back(member, make.tickets(performance)[0].code)
