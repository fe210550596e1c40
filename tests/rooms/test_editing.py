"""Changing one date of a series, this and the following, or all to come: all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace.agenda.models import AgendaEntry
from palace.clock import SHANGHAI, at
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.rooms.errors import AlreadyOver, DatesChanged, ReservationUnchanged, RulesFailed, Taken
from palace.rooms.models import Occurrence, Reservation, Room, RoomWait
from palace.rooms.queries.changing import Change
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.series import Scope
from palace.rooms.services import cancel
from palace.rooms.services.editing import change
from palace.rooms.states import OccurrenceState, WaitState
from palace.troupes.models import Troupe
from palace.venues.claims import occupy
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.lending import Lending

WEEKS = 4


@pytest.fixture
def troupe(lending: Lending) -> Troupe:
    """Return a certified troupe."""
    return lending.troupe()


@pytest.fixture
def leader(lending: Lending, troupe: Troupe) -> Member:
    """Return its leader."""
    return lending.leader(troupe)


@pytest.fixture
def room(lending: Lending) -> Room:
    """Return a room for troupes."""
    return lending.room("one")


@pytest.fixture
def of(lending: Lending, room: Room, troupe: Troupe, leader: Member) -> Reservation:
    """Return a series of four evenings, 19:00 to 21:00, from in three days on."""
    return lending.reservation(room, troupe=troupe, member=leader, weeks=WEEKS)


def dates(of: Reservation) -> list[Occurrence]:
    """Return the dates of a series."""
    return occurrences_of(of.id)


def to(leader: Member, one: Occurrence, scope: Scope, **wanted: Any) -> Reservation:
    """Change dates: to 18:00 unless something else is wanted; return where they are."""
    asked: dict[str, Any] = {"begins": time(18), "minutes": 120, "people": 20} | wanted
    return change(leader, one.id, Change(scope=scope, **asked), by=f"member:{leader.id}")


def hours(some: Sequence[Occurrence]) -> list[str]:
    """Return when dates are, as people say it."""
    return [
        f"{one.starts_at.astimezone(SHANGHAI):%H:%M}-{one.ends_at.astimezone(SHANGHAI):%H:%M}"
        for one in some
    ]


def held(some: Sequence[Occurrence]) -> list[str]:
    """Return what dates hold, as people say it."""
    spans = [db.session.get_one(Occupancy, one.occupancy_id).during for one in some]
    return [
        f"{span.lower.astimezone(SHANGHAI):%H:%M}-{span.upper.astimezone(SHANGHAI):%H:%M}"
        for span in spans
        if span.lower and span.upper
    ]


def take(room: Room, day: date, begins: int, ends: int) -> int:
    """Let others have a room for some hours."""
    use = occupy(room.space, Range(at(day, time(begins)), at(day, time(ends))), Use.REHEARSAL)
    assert use
    return use.id


def test_one_date_gets_another_time_and_stays_in_its_series(
    of: Reservation, leader: Member
) -> None:
    made = to(leader, dates(of)[1], Scope.ONE)
    assert made is of
    assert hours(dates(of)) == ["19:00-21:00", "18:00-20:00", "19:00-21:00", "19:00-21:00"]
    assert held(dates(of)) == hours(dates(of))
    assert of.begins == time(19)


def test_one_date_gets_another_day(of: Reservation, leader: Member) -> None:
    one = dates(of)[1]
    day = one.day + timedelta(days=1)
    to(leader, one, Scope.ONE, day=day)
    assert (one.day, hours([one])) == (day, ["18:00-20:00"])


def test_one_date_with_other_people_goes_on_by_itself(of: Reservation, leader: Member) -> None:
    one = dates(of)[1]
    made = to(leader, one, Scope.ONE, begins=time(19), people=35)
    assert (made.follows_id, made.people, made.weeks) == (of.id, 35, 1)
    assert (of.people, len(dates(of))) == (20, WEEKS - 1)


def test_the_following_end_the_old_series_and_begin_one_that_follows(
    of: Reservation, leader: Member
) -> None:
    third = dates(of)[2]
    made = to(leader, third, Scope.FOLLOWING, minutes=150, people=25)
    assert (made.follows_id, made.first_on, made.weeks) == (of.id, third.day, 2)
    assert (made.begins, made.minutes, made.people) == (time(18), 150, 25)
    assert (of.weeks, of.people) == (2, 20)
    assert hours(dates(of)) == ["19:00-21:00"] * 2
    assert hours(dates(made)) == held(dates(made)) == ["18:00-20:30"] * 2


def test_all_are_changed_in_their_series(of: Reservation, leader: Member) -> None:
    made = to(leader, dates(of)[2], Scope.ALL)
    assert made is of
    assert hours(dates(of)) == held(dates(of)) == ["18:00-20:00"] * WEEKS
    assert (of.begins, of.weeks) == (time(18), WEEKS)


def test_what_has_begun_stays_and_the_rest_follows(
    lending: Lending, of: Reservation, leader: Member
) -> None:
    first, *rest = dates(of)
    lending.clock_at(first.day, "19:00")
    made = to(leader, rest[0], Scope.ALL)
    assert (made.follows_id, len(dates(made))) == (of.id, WEEKS - 1)
    assert hours([first]) == ["19:00-21:00"]


def test_a_date_that_begins_this_minute_is_changed_no_more(
    lending: Lending, of: Reservation, leader: Member
) -> None:
    first = dates(of)[0]
    lending.clock_at(first.day, "19:00")
    with pytest.raises(AlreadyOver):
        to(leader, first, Scope.ONE)


def test_another_room_is_taken_and_the_old_one_is_free(
    lending: Lending, of: Reservation, leader: Member, room: Room
) -> None:
    other = lending.room("two")
    to(leader, dates(of)[0], Scope.ALL, begins=time(19), space_id=other.space_id)
    assert {one.space_id for one in dates(of)} == {other.space_id}
    assert of.space_id == other.space_id
    assert lending.reservation(room, dates(of)[0].day)


def test_half_an_hour_later_overlaps_only_itself(of: Reservation, leader: Member) -> None:
    to(leader, dates(of)[0], Scope.ALL, begins=time(19, 30))
    assert held(dates(of)) == ["19:30-21:30"] * WEEKS


def test_one_taken_date_and_none_is_changed(of: Reservation, leader: Member, room: Room) -> None:
    take(room, dates(of)[2].day, 17, 19)
    db.session.commit()
    with pytest.raises(Taken) as refusal:
        to(leader, dates(of)[0], Scope.ALL)
    db.session.rollback()
    assert refusal.value.values["days"] == [dates(of)[2].day]
    assert hours(dates(of)) == held(dates(of)) == ["19:00-21:00"] * WEEKS


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"minutes": 30}, "too_short"),
        ({"begins": time(21)}, "outside_hours"),
        ({"begins": time(18, 10)}, "off_raster"),
        ({"people": 41}, "too_many_people"),
    ],
)
def test_the_rules_are_those_of_a_new_reservation(
    of: Reservation, leader: Member, wanted: dict[str, Any], code: str
) -> None:
    with pytest.raises(RulesFailed) as refusal:
        to(leader, dates(of)[0], Scope.ALL, **wanted)
    failures: Any = refusal.value.values["failures"]
    assert {failure.code for failure in failures} == {code}


def test_its_own_hours_do_not_count_against_the_quota(
    of: Reservation, leader: Member, troupe: Troupe
) -> None:
    troupe.week_minutes = 120
    db.session.flush()
    to(leader, dates(of)[0], Scope.ALL)
    assert {one.state for one in dates(of)} == {OccurrenceState.CONFIRMED}


def test_more_hours_than_the_quota_wait_for_somebodys_word(
    of: Reservation, leader: Member, troupe: Troupe
) -> None:
    troupe.week_minutes = 120
    db.session.flush()
    to(leader, dates(of)[0], Scope.ALL, minutes=150)
    assert {one.state for one in dates(of)} == {OccurrenceState.PENDING}


def test_cancelled_dates_stay_cancelled(of: Reservation, leader: Member) -> None:
    second = dates(of)[1]
    cancel(of, {second.id}, by=f"member:{leader.id}")
    to(leader, dates(of)[0], Scope.ALL)
    assert second.state is OccurrenceState.CANCELLED
    assert hours(dates(of)) == ["18:00-20:00", "19:00-21:00", "18:00-20:00", "18:00-20:00"]


def test_skipped_dates_stay_skipped_and_wait_at_the_new_time(
    lending: Lending, room: Room, troupe: Troupe, leader: Member
) -> None:
    day = lending.day() + timedelta(weeks=1)
    take(room, day, 18, 22)
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=3, skips=[day])
    to(leader, dates(of)[0], Scope.ALL)
    skipped = dates(of)[1]
    assert (skipped.state, hours([skipped])) == (OccurrenceState.SKIPPED, ["18:00-20:00"])
    live = select(RoomWait).where(RoomWait.state == WaitState.WAITING)
    (wait,) = db.session.scalars(live)
    assert (wait.occurrence_id, wait.starts_at) == (skipped.id, skipped.starts_at)


def test_dates_other_than_those_shown_are_not_changed(of: Reservation, leader: Member) -> None:
    shown = {one.id for one in dates(of)}
    cancel(of, {dates(of)[1].id}, by=f"member:{leader.id}")
    wanted = Change(scope=Scope.ALL, begins=time(18), minutes=120, people=20)
    with pytest.raises(DatesChanged):
        change(leader, dates(of)[0].id, wanted, shown=shown, by="member:1")


def test_no_change_is_none(of: Reservation, leader: Member) -> None:
    with pytest.raises(ReservationUnchanged):
        to(leader, dates(of)[0], Scope.ALL, begins=time(19))


def test_the_agenda_follows_and_the_troupes_leaders_are_told_old_and_new(
    lending: Lending, of: Reservation, leader: Member, troupe: Troupe
) -> None:
    deputy = lending.leader(troupe, "李副团")
    one = dates(of)[1]
    to(leader, one, Scope.ONE)
    to(leader, one, Scope.ONE, begins=time(17))
    entry = db.session.scalars(
        select(AgendaEntry).where(AgendaEntry.subject == f"occurrence:{one.id}")
    ).one()
    assert (entry.revision, entry.during.lower) == (2, at(one.day, time(17)))
    told = db.session.scalars(select(Notice).where(Notice.kind == "room_changed")).all()
    receivers = sorted(notice.receiver for notice in told)
    assert receivers == sorted([f"member:{leader.id}", f"member:{deputy.id}"] * 2)
    assert told[0].values["starts_at"] == {
        "old": at(one.day, time(19)).isoformat(),
        "new": at(one.day, time(18)).isoformat(),
    }
