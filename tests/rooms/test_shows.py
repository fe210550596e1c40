"""A troupe that plays in a show goes first in the days before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.clock import palace_day
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.rooms.models import RoomWait
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.queries.shows import playing
from palace.rooms.services import cancel, waiting
from palace.rooms.services.shows import set_playing
from palace.rooms.states import OccurrenceState, WaitState
from palace.troupes.models import Troupe
from tests.factory import Factory
from tests.lending import Lending


@pytest.fixture
def troupe(lending: Lending) -> Troupe:
    """Return a troupe with two hours a week."""
    return lending.troupe(week_minutes=120)


@pytest.fixture
def show(make: Factory, troupe: Troupe) -> Performance:
    """Return a show that the troupe plays in."""
    show = make.performance(seats=2)
    set_playing(show.id, {troupe.id})
    return show


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (-1, OccurrenceState.PENDING),
        (0, OccurrenceState.CONFIRMED),
        (7, OccurrenceState.CONFIRMED),
        (8, OccurrenceState.PENDING),
    ],
)
def test_no_quota_holds_in_the_days_before_a_show(
    lending: Lending, troupe: Troupe, show: Performance, before: int, state: OccurrenceState
) -> None:
    room = lending.room(policy=lending.policy(opens_days=200))
    day = palace_day(show.starts_at) - timedelta(days=before)
    lending.make.set_clock(show.starts_at - timedelta(days=12))
    made = lending.reservation(room, day, "09:00", 180, troupe=troupe)
    assert occurrences_of(made.id)[0].state is state


def test_a_cancelled_show_gives_no_priority(
    lending: Lending, troupe: Troupe, show: Performance
) -> None:
    show.cancelled_at = show.starts_at - timedelta(days=10)
    db.session.flush()
    lending.make.set_clock(show.starts_at - timedelta(days=5))
    room = lending.room(policy=lending.policy(opens_days=200))
    made = lending.reservation(room, palace_day(show.starts_at), "09:00", 180, troupe=troupe)
    assert occurrences_of(made.id)[0].state is OccurrenceState.PENDING


def test_of_who_waits_it_comes_first(lending: Lending, troupe: Troupe, show: Performance) -> None:
    lending.make.set_clock(show.starts_at - timedelta(days=5))
    room = lending.room(policy=lending.policy(opens_days=200))
    day = palace_day(show.starts_at) - timedelta(days=2)
    holder = lending.reservation(room, day)
    other = lending.troupe("民族管弦乐团")
    waiting.join(lending.wish(room, day, troupe=other), by="member:1")
    waiting.join(lending.wish(room, day, troupe=troupe), by="member:1")
    cancel(holder, None, by="member:1")
    states = dict(db.session.execute(select(RoomWait.troupe_id, RoomWait.state)).all())
    assert states == {other.id: WaitState.WAITING, troupe.id: WaitState.OFFERED}


def test_the_desk_says_who_plays(
    client: FlaskClient, make: Factory, lending: Lending, troupe: Troupe
) -> None:
    show = make.performance(seats=2)
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path = f"/staff/programme/performances/{show.id}/troupes"
    assert "职工合唱团" in client.get(path).text
    assert client.post(path, data={"troupes": str(troupe.id)}).status_code == 303
    assert playing(show.id) == {troupe.id}
    assert f'value="{troupe.id}" checked' in client.get(path).text
    assert client.post(path, data={}).status_code == 303
    assert playing(show.id) == set()
    lines = db.session.scalars(select(AuditLine).where(AuditLine.act == "show_troupes_set"))
    assert len(lines.all()) == 2


def test_no_other_houses_troupe_is_written_down(
    client: FlaskClient, make: Factory, lending: Lending
) -> None:
    show = make.performance(seats=2)
    ended = lending.troupe("散了的团")
    ended.ended_at = show.starts_at
    db.session.flush()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path = f"/staff/programme/performances/{show.id}/troupes"
    assert client.post(path, data={"troupes": str(ended.id)}).status_code in {400, 422}
    assert playing(show.id) == set()
