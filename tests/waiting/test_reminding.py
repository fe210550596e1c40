"""Reminders: once each, at their hour, not to who has returned or booked within it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.moving.rules import MoveKind
from palace.moving.services import Wish as MoveWish
from palace.notices.models import Notice
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from palace.waiting import services
from tests.factory import Factory
from tests.moving.conftest import Mover

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show a week ahead."""
    make.set_clock(clock.now())
    return make.performance(seats=6)


def book(member: Member, show: Performance, count: int = 1) -> str:
    """Book, and return a ticket's code."""
    order = tickets.hold(
        member, show.id, Wish(count=count), key=f"key-{member.id}-{count}", confirm=True
    )
    return order.tickets[0].code


def reminded() -> list[tuple[str, str]]:
    """Return who was reminded by which kind."""
    wanted = select(Notice.kind, Notice.receiver).where(Notice.kind.startswith("reminder"))
    return [(kind, who) for kind, who in db.session.execute(wanted.order_by(Notice.id))]


def at(make: Factory, instant: datetime) -> int:
    """Remind at an instant; return how many."""
    make.set_clock(instant)
    return services.remind(clock.now())


def test_at_24_and_2_hours_once_each(make: Factory, show: Performance) -> None:
    member = make.member()
    book(member, show, 2)
    who = f"member:{member.id}"

    assert at(make, show.starts_at - timedelta(hours=24) - MOMENT) == 0
    assert at(make, show.starts_at - timedelta(hours=24)) == 1
    assert at(make, show.starts_at - timedelta(hours=12)) == 0
    assert at(make, show.starts_at - timedelta(hours=2) - MOMENT) == 0
    assert at(make, show.starts_at - timedelta(hours=2)) == 1
    assert at(make, show.starts_at - MOMENT) == 0
    assert reminded() == [("reminder_day", who), ("reminder_hours", who)]


def test_who_booked_within_the_time_is_not_reminded_by_it(make: Factory, show: Performance) -> None:
    make.set_clock(show.starts_at - timedelta(hours=23))
    member = make.member()
    book(member, show)

    assert at(make, show.starts_at - timedelta(hours=22)) == 0
    assert at(make, show.starts_at - timedelta(hours=1)) == 1
    assert reminded() == [("reminder_hours", f"member:{member.id}")]


def test_who_has_returned_is_not_reminded(make: Factory, show: Performance) -> None:
    member = make.member()
    tickets.give_back(member, book(member, show))

    assert at(make, show.starts_at - timedelta(hours=20)) == 0


def test_a_cancelled_show_reminds_nobody(make: Factory, show: Performance) -> None:
    book(make.member(), show)
    show.cancelled_at = clock.now()
    db.session.flush()

    assert at(make, show.starts_at - timedelta(hours=20)) == 0


def test_a_worker_that_was_away_reminds_late_but_not_of_a_show_that_has_begun(
    make: Factory, show: Performance
) -> None:
    book(make.member(), show)

    assert at(make, show.starts_at) == 0
    assert at(make, show.starts_at - timedelta(minutes=5)) == 1


def test_a_show_put_off_after_its_reminder_is_reminded_of_once_more(
    make: Factory, show: Performance
) -> None:
    book(make.member(), show)
    assert at(make, show.starts_at - timedelta(hours=20)) == 1
    week = timedelta(days=7)
    Mover(make).move(show, MoveWish(kind=MoveKind.MOVE, starts_at=show.starts_at + week))

    assert at(make, show.starts_at - timedelta(hours=20)) == 1
    assert at(make, show.starts_at - timedelta(hours=19)) == 0


def test_zero_hours_are_no_reminder(make: Factory, show: Performance) -> None:
    make.rules().remind_day_hours = make.rules().remind_hours = 0
    book(make.member(), show)

    assert at(make, show.starts_at - timedelta(hours=20)) == 0
    assert at(make, show.starts_at - timedelta(hours=1)) == 0
