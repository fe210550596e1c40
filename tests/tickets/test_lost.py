"""What who lost a seat is told: that somebody has it, that others were faster, or that the show changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from palace import clock
from palace.db import db
from palace.errors import PalaceError
from palace.programme.models import Performance
from palace.tickets import booked, queries, services
from palace.tickets.errors import PlanSwitched, Rushed, SaleClosed, SeatTaken, ShowMoved, SoldOut
from palace.tickets.models import Order
from palace.tickets.rules import Wish
from tests.factory import Factory

FIRST = Wish(seats=(("ST-01-01", None),))


def book(make: Factory, show: Performance, wish: Wish) -> Order:
    """Book as somebody new."""
    member = make.member()
    with db.session.begin_nested():
        return services.hold(member, show.id, wish, key=f"lost-{member.id}", confirm=True)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what has a show changed after whoever books has read it, and before they take seats."""

    def changes(show: Performance, **values: Any) -> None:
        write = booked.write

        def late(order: Order) -> None:
            write(order)
            mine = update(Performance).where(Performance.id == show.id).values(values)
            db.session.execute(mine.execution_options(synchronize_session=False))

        monkeypatch.setattr(booked, "write", late)

    return changes


def test_a_seat_somebody_has_is_named(make: Factory) -> None:
    show = make.performance(seats=2)
    book(make, show, FIRST)

    with pytest.raises(SeatTaken) as refusal:
        book(make, show, FIRST)

    told: Any = refusal.value.values["seats"]
    assert [seat.code for seat in told] == ["ST-01-01"]


@pytest.mark.parametrize("count", [1, 2])
def test_who_left_the_choice_to_us_is_told_of_the_rush_and_of_no_seat(
    make: Factory, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    show = make.performance(seats=4)
    book(make, show, Wish(count=4))
    with pytest.raises(SoldOut):
        book(make, show, Wish(count=count))
    monkeypatch.setattr(queries, "closed_seats", lambda *_: {})  # as all looked a moment before

    with pytest.raises(Rushed):
        book(make, show, Wish(count=count))


@pytest.mark.parametrize("wish", [FIRST, Wish(count=1)], ids=["named", "best"])
def test_another_plan_is_no_lost_seat(
    make: Factory, meanwhile: Callable[..., None], wish: Wish
) -> None:
    show = make.performance(seats=2)
    meanwhile(show, plan_id=make.plan(show.space, [2]).id)

    with pytest.raises(PlanSwitched):
        book(make, show, wish)


@pytest.mark.parametrize(("name", "told"), [("moved_at", ShowMoved), ("cancelled_at", SaleClosed)])
def test_a_seat_that_is_lost_while_the_show_changes_tells_of_the_show(
    make: Factory, meanwhile: Callable[..., None], name: str, told: type[PalaceError]
) -> None:
    show = make.performance(seats=2)
    book(make, show, FIRST)
    meanwhile(show, **{name: clock.now() - timedelta(seconds=1)})

    with pytest.raises(told):
        book(make, show, FIRST)
