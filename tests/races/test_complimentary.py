"""Sixteen clerks give at once: one person alone never gives more than a show's allowance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace.complimentary import services
from palace.complimentary.models import Complimentary
from palace.complimentary.rules import GivenState
from palace.db import db
from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.complimentary.conftest import give
from tests.factory import Factory
from tests.races.together import codes, together


def gives(show_id: int, line: str, turn: int) -> GivenState:
    """Give one ticket as a clerk of one's own; return what became of it."""
    show = db.session.get_one(Performance, show_id)
    return give(show, line, actor=f"staff:{turn}", key=f"race-give-{turn:02}").state


def a_house(make: Factory, allowance: int) -> None:
    """Let so many complimentary tickets of a show be given by one person alone."""
    make.site()
    make.rules().complimentary_per_show = allowance


def test_16_clerks_give_exactly_the_allowance(live: Factory, live_app: Flask) -> None:
    a_house(live, 7)
    show = live.performance(seats=[12, 12]).id
    lines = [f"{live.member().phone}" for _ in range(16)]
    live.commit()
    jobs: list[Callable[[], object]] = [
        partial(gives, show, line, turn) for turn, line in enumerate(lines)
    ]
    results = together(live_app, jobs, at_once=16)
    assert Counter(results) == {GivenState.GIVEN: 7, GivenState.PROPOSED: 9}
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Ticket)).one() == 7


def test_gifts_beside_the_open_sale_never_take_a_seat_twice(live: Factory, live_app: Flask) -> None:
    a_house(live, 100)
    show = live.performance(seats=[10, 10]).id
    lines = [f"{live.member().phone}" for _ in range(16)]
    public = [live.member().id for _ in range(16)]
    live.commit()
    jobs: list[Callable[[], object]] = [
        partial(gives, show, line, turn) for turn, line in enumerate(lines)
    ]
    sales = [
        partial(
            lambda one: tickets.hold(
                db.session.get_one(Member, one), show, Wish(count=1), key="race-buy", confirm=True
            ),
            number,
        )
        for number in public
    ]
    results = together(live_app, [*jobs, *sales], at_once=32)
    assert set(codes(results)) <= {"won", "places_taken", "sold_out", "seat_taken"}
    db.session.rollback()
    sold = db.session.scalars(select(Ticket.seat_id)).all()
    assert len(sold) == len(set(sold)) == codes(results)["won"]


def test_two_second_people_confirm_once(live: Factory, live_app: Flask) -> None:
    a_house(live, 0)
    show = live.performance(seats=6)
    proposed = give(show, live.member(), each=2)
    number, show_id = proposed.id, show.id
    live.commit()
    jobs: list[Callable[[], object]] = [
        partial(lambda turn: services.confirm(show_id, number, actor=f"staff:{turn}"), turn)
        for turn in range(2, 10)
    ]
    assert codes(together(live_app, jobs)) == {"won": 8}
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Ticket)).one() == 2
    assert db.session.scalars(select(Complimentary.state)).one() is GivenState.GIVEN
