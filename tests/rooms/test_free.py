"""Which rooms are found free on which dates, and why not on the others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from palace.db import db
from palace.rooms.queries.free import TAKEN, Search, find_free, occupied
from tests.factory import Factory
from tests.lending import Lending, weekly
from tests.planned import planned

WEEK = timedelta(weeks=1)


def test_a_taken_date_of_a_series_is_told(lending: Lending) -> None:
    room, first = lending.room(), lending.day()
    lending.reservation(room, first + WEEK, begins="20:00")
    [found] = find_free(Search(spans=weekly(first, "19:00", 120, 3)))
    assert found.free == [first, first + 2 * WEEK]
    assert found.taken == {first + WEEK: "rehearsal"}


def test_what_is_set_up_before_is_in_the_way(lending: Lending) -> None:
    room, first = lending.room(teardown_minutes=30), lending.day()
    lending.reservation(room, first, begins="17:00")
    [found] = find_free(Search(spans=weekly(first, "19:00", 60, 1)))
    assert not found.free


def test_a_hall_is_taken_with_its_parts(lending: Lending) -> None:
    whole = lending.room(atoms=[1, 2])
    half = lending.room(atoms=[1])
    other = lending.room(atoms=[2])
    lending.reservation(half, begins="19:00")
    found = {
        one.room.space_id: one.free
        for one in find_free(Search(spans=weekly(lending.day(), "19:00", 60, 1)))
    }
    assert found == {whole.space_id: [], half.space_id: [], other.space_id: [lending.day()]}
    assert [use.space_id for use in occupied([whole.space_id], [lending.day()])] == [whole.space_id]


def test_a_closed_day_is_told(lending: Lending) -> None:
    day = lending.day()
    lending.hours(weekdays=[day.isoweekday() % 7 + 1])
    lending.room()
    [found] = find_free(Search(spans=weekly(day, "19:00", 60, 1)))
    assert found.taken == {day: "closed_day"}


def test_a_room_nobody_signed_in_to_is_found_free(lending: Lending) -> None:
    room, day = lending.room(), lending.day()
    lending.reservation(room, day, begins="19:00", minutes=120)
    lending.clock_at(day, "19:15")
    [found] = find_free(Search(spans=weekly(day, "19:30", 60, 1)))
    assert found.free == [day]


def test_a_program_asks_for_weeks(lending: Lending, client: FlaskClient) -> None:
    free, taken, first = lending.room(capacity=20), lending.room(capacity=30), lending.day()
    lending.reservation(taken, first + WEEK, begins="20:00")
    address = f"/spaces/free?day={first}&time=19:00&minutes=120&weeks=3"
    told = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert told["weeks"] == 3
    assert [one["space"] for one in told["free"]] == [free.space_id]
    [other] = told["others"]
    assert other["space"] == taken.space_id
    assert other["free"] == [first.isoformat(), (first + 2 * WEEK).isoformat()]
    assert other["taken"] == {(first + WEEK).isoformat(): "rehearsal"}
    page = client.get(address).text
    assert "3周里3周空着" in page
    assert "3周里2周空着" in page


@pytest.mark.parametrize(("weeks", "status"), [(0, 422), (1, 200), (26, 200), (27, 422)])
def test_half_a_year_at_most(
    lending: Lending, client: FlaskClient, weeks: int, status: int
) -> None:
    lending.room()
    assert client.get(f"/spaces/free?weeks={weeks}").status_code == status


def test_who_changes_a_room_sees_it_at_once(lending: Lending) -> None:
    room, search = lending.room(), Search(spans=weekly(lending.day(), "19:00", 60, 1))
    assert find_free(search)
    room.bookable = False
    db.session.flush()
    assert not find_free(search)


MANY_DAYS = """
INSERT INTO occupancies (space_id, atoms, during, use)
SELECT spaces.id, atoms, tstzrange(begins, begins + interval '1 hour'), 'rehearsal'
FROM spaces, generate_series('2026-12-01'::timestamptz, '2027-06-30', '1 hour') AS begins
"""


def test_hours_that_are_over_by_then_are_not_read(live: Factory) -> None:
    live.space()
    live.commit()
    span = {"starts": ["2027-01-05T19:00+08"], "ends": ["2027-01-05T20:00+08"]}
    rooms = {"rooms": [1], "parts": [1], "setups": [0], "teardowns": [15]}
    asked = TAKEN.params(
        ons=["2027-01-05"], days=["2027-01-05"], setup=WEEK * 0, teardown=WEEK * 0, **span, **rooms
    )
    plan = planned(live.app, asked, MANY_DAYS, "ANALYZE occupancies")
    assert re.search(r"ix_occupancies_day_ends.*\n\s+Index Cond: .*upper", plan), plan
