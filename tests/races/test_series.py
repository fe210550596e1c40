"""Series that are changed while others take their new hours, and one form that is sent by many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from sqlalchemy import func, select

from palace.clock import SHANGHAI
from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries.changing import Change
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.queries.series import Asked
from palace.rooms.series import Choice, Scope
from palace.rooms.services.editing import change
from palace.rooms.services.series import take_weekly, wish_of
from palace.rooms.states import OccurrenceState
from palace.venues.models import Occupancy
from tests.factory import Factory
from tests.lending import Lending
from tests.races.together import codes, together

ROUNDS, CLIENTS, WEEKS = 20, 16, 8
HOURS = range(9, 19)


@pytest.fixture
def lending(live: Factory) -> Lending:
    """Return the factory of lent rooms whose rows are committed."""
    return Lending(live)


def holding(space_id: int) -> int:
    """Return how many uses a room has."""
    uses = select(func.count(Occupancy.id)).where(Occupancy.space_id == space_id)
    return db.session.scalar(uses) or 0


def changing(member: Member, occurrence_id: int, wanted: Change) -> Callable[[], object]:
    """Return a try to change dates."""
    return lambda: change(member, occurrence_id, wanted, by=f"member:{member.id}").id


def begins(reservation_id: int) -> set[tuple[time, bool]]:
    """Return when the dates of a series begin, and whether they hold their room."""
    return {
        (one.starts_at.astimezone(SHANGHAI).time(), one.occupancy_id is not None)
        for one in occurrences_of(reservation_id)
    }


def test_a_changed_series_has_all_of_its_new_hours_or_all_of_its_old(
    live: Factory, lending: Lending
) -> None:
    """One leader moves from 16:00 to 19:00 while fifteen others want one of those evenings each."""
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    troupes = [lending.troupe() for _ in range(CLIENTS)]
    people = [(troupe, lending.leader(troupe)) for troupe in troupes]
    for _ in range(ROUNDS):
        room = lending.room(policy=policy)
        (troupe, leader), *others = people
        of = lending.reservation(room, begins="16:00", troupe=troupe, member=leader, weeks=WEEKS)
        first = occurrences_of(of.id)[0].id
        live.commit()
        wishes = [
            lending.wish(
                room,
                lending.day(3 + 7 * (number % WEEKS)),
                troupe=theirs,
                member=one,
            )
            for number, (theirs, one) in enumerate(others)
        ]
        to = Change(scope=Scope.ALL, begins=time(19), minutes=120, people=20)
        tries = [changing(leader, first, to), *[reserving(wish) for wish in wishes]]
        results = together(live.app, tries, at_once=CLIENTS)
        assert set(codes(results)) <= {"won", "room_taken"}
        db.session.expire_all()
        stands = begins(of.id)
        assert stands in ({(time(16), True)}, {(time(19), True)})
        taken = db.session.scalar(
            select(func.count(Occurrence.id)).where(
                Occurrence.space_id == room.space_id,
                Occurrence.state == OccurrenceState.CONFIRMED,
            )
        )
        assert holding(room.space_id) == taken


def reserving(wish: services.Wish) -> Callable[[], object]:
    """Return a try to take a room."""
    return lambda: services.reserve(wish, by=f"member:{wish.member.id}").id


def test_two_leaders_change_one_series_at_once_one_after_the_other(
    live: Factory, lending: Lending
) -> None:
    """Both change it; what stands at the end is one of the two, whole."""
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    troupe = lending.troupe()
    leaders = [lending.leader(troupe), lending.leader(troupe, "李副团")]
    for _ in range(ROUNDS):
        room, other = lending.room(policy=policy), lending.room(policy=policy)
        of = lending.reservation(room, troupe=troupe, member=leaders[0], weeks=WEEKS)
        first = occurrences_of(of.id)[0].id
        live.commit()
        wanted = [
            Change(scope=Scope.ALL, begins=time(17), minutes=90, people=20),
            Change(
                scope=Scope.ALL, begins=time(18), minutes=60, people=20, space_id=other.space_id
            ),
        ]
        tries = [changing(leader, first, to) for leader, to in zip(leaders, wanted, strict=True)]
        results = together(live.app, tries, at_once=2)
        assert codes(results) == {"won": 2}
        db.session.expire_all()
        assert begins(of.id) in ({(time(17), True)}, {(time(18), True)})
        assert holding(room.space_id) + holding(other.space_id) == WEEKS


def test_one_form_sent_by_many_is_one_series(live: Factory, lending: Lending) -> None:
    room = lending.room(policy=lending.policy(troupe_week_minutes=0))
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    days = [lending.day(3 + 7 * week) for week in range(WEEKS)]
    live.commit()
    choices = [Choice(day, room.space_id) for day in days]
    choices[1] = Choice(days[1], None)
    for hour in HOURS:
        asked = Asked(
            begins=time(hour),
            minutes=60,
            people=20,
            purpose="choir",
            since=days[0],
            until=days[-1],
            space_id=room.space_id,
        )
        wish = wish_of(asked, choices, troupe.id, leader)
        tries = [sending(wish, choices, f"one-form-{hour}")] * CLIENTS
        results = together(live.app, tries, at_once=CLIENTS)
        assert codes(results) == {"won": CLIENTS}
        assert len({str(result) for result in results}) == 1
    assert db.session.scalar(select(func.count(Reservation.id))) == len(HOURS)


def sending(wish: services.Wish, choices: list[Choice], key: str) -> Callable[[], object]:
    """Return a try to take a series by a form's key."""
    return lambda: take_weekly(wish, choices, by=f"member:{wish.member.id}", key=key).code
