"""Taking rooms: what is held, by whom, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace.db import db
from palace.rooms import services
from palace.rooms.errors import RulesFailed, Taken
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.states import OccurrenceState
from palace.venues.models import Occupancy
from tests.lending import Lending


def test_a_room_is_taken_with_what_belongs_to_it(lending: Lending) -> None:
    room = lending.room(setup_minutes=30, teardown_minutes=15)
    one = lending.occurrence(room, begins="19:00", minutes=120)

    held = db.session.get_one(Occupancy, one.occupancy_id)
    assert one.state is OccurrenceState.CONFIRMED
    assert held.during.lower == one.starts_at - timedelta(minutes=30)
    assert held.during.upper == one.ends_at + timedelta(minutes=15)
    assert held.lapses_at == one.starts_at + timedelta(minutes=15)


def test_a_room_is_not_taken_twice(lending: Lending) -> None:
    room = lending.room(teardown_minutes=15)
    lending.reservation(room, begins="18:00", minutes=60)
    with pytest.raises(Taken) as refused:
        lending.reservation(room, begins="19:00", minutes=60)
    assert refused.value.values["days"] == [lending.day()]


def test_what_others_have_is_told_before_the_rules_are_read(lending: Lending) -> None:
    room, first = lending.room(policy=lending.policy(max_minutes=60)), lending.day()
    lending.reservation(room, first + timedelta(weeks=1), begins="19:00", minutes=60)
    with pytest.raises(Taken) as refused:
        lending.reservation(room, first, begins="19:30", minutes=600, weeks=3)
    assert refused.value.values["days"] == [first + timedelta(weeks=1)]


def test_a_series_keeps_its_skipped_dates(lending: Lending) -> None:
    room, first = lending.room(), lending.day()
    made = lending.reservation(room, first, weeks=3, skips=[first + timedelta(weeks=1)])
    states = [one.state for one in occurrences_of(made.id)]
    assert states == [
        OccurrenceState.CONFIRMED,
        OccurrenceState.SKIPPED,
        OccurrenceState.CONFIRMED,
    ]


def test_a_skipped_date_is_taken_after_all(lending: Lending) -> None:
    room, first = lending.room(), lending.day()
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    made = lending.reservation(
        room, first, weeks=2, troupe=troupe, member=leader, skips=[first + timedelta(weeks=1)]
    )
    skipped = occurrences_of(made.id)[1]
    assert services.add_back(leader, skipped.id, by="x").state is OccurrenceState.CONFIRMED
    assert skipped.occupancy_id is not None


def test_cancelling_frees_the_room(lending: Lending) -> None:
    room = lending.room()
    made = lending.reservation(room)
    assert len(services.cancel(made, None, by="member:1")) == 1
    lending.reservation(room)


def test_every_failed_rule_is_told(lending: Lending) -> None:
    with pytest.raises(RulesFailed) as refused:
        lending.reservation(lending.room(), begins="06:10", minutes=30, people=100)
    codes = {failure.code for failure in refused.value.failures}
    assert codes == {"too_many_people", "too_short", "off_raster", "outside_hours"}
