"""Ways round the rules of rooms: by changing dates, by swapping rooms, by leaving early."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.arrivals import queries as doors
from palace.arrivals import services as arrivals
from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.errors import RulesFailed
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries.changing import Change
from palace.rooms.queries.displaced import elsewhere
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.queries.standing import standings_of
from palace.rooms.series import Scope
from palace.rooms.services.editing import change
from palace.rooms.states import OccurrenceState
from palace.venues.claims import occupy
from palace.venues.models import Space
from palace.venues.rules import Use
from tests.lending import Lending


def to(member: Member, one: Occurrence, scope: Scope = Scope.ONE, **wanted: Any) -> Reservation:
    """Change dates."""
    asked: dict[str, Any] = {"begins": time(18), "minutes": 120, "people": 20} | wanted
    return change(member, one.id, Change(scope=scope, **asked), by=f"member:{member.id}")


def test_a_date_of_a_series_is_not_moved_beyond_the_days_of_series(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    room = lending.room(policy=lending.policy(series_days=30))
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=2)
    with pytest.raises(RulesFailed) as refusal:
        to(leader, occurrences_of(of.id)[0], day=lending.day(31))
    assert [one.code for one in refusal.value.failures] == ["series_too_far"]


def test_a_date_is_not_moved_onto_another_of_its_series(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    of = lending.reservation(lending.room(), begins="09:00", troupe=troupe, member=leader, weeks=2)
    first, second = occurrences_of(of.id)
    with pytest.raises(RulesFailed) as refusal:
        to(leader, first, day=second.day)
    assert [one.code for one in refusal.value.failures] == ["day_twice"]


def test_a_member_changes_the_hour_of_their_court(lending: Lending) -> None:
    member = lending.make.member()
    lending.clock_at(lending.today(), "12:00")
    court = lending.court()
    of = lending.reservation(court, lending.day(1), "10:00", 60, member=member, people=1)
    to(member, occurrences_of(of.id)[0], begins=time(11), minutes=60, people=1)
    assert occurrences_of(of.id)[0].state is OccurrenceState.CONFIRMED


def test_the_last_date_ahead_is_changed(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    room = lending.room(policy=lending.policy(future_count=1))
    of = lending.reservation(room, troupe=troupe, member=leader)
    to(leader, occurrences_of(of.id)[0])
    assert occurrences_of(of.id)[0].state is OccurrenceState.CONFIRMED


def test_who_signed_in_early_signs_in_again_where_the_date_is_moved_to(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    of = lending.reservation(lending.room(), troupe=troupe, member=leader)
    one = occurrences_of(of.id)[0]
    lending.clock_at(one.day, "18:50")
    arrivals.arrive(doors.get_own(leader.id, one.id), "x")
    to(leader, one, day=one.day + timedelta(days=2))
    assert (one.arrived_at, one.arrived_by, one.kept_at) == (None, None, None)


def test_a_troupe_does_not_swap_a_date_into_a_court(lending: Lending) -> None:
    lending.clock_at(lending.today(), "12:00")
    troupe = lending.troupe()
    room, court = lending.room(), lending.court()
    wish = lending.wish(room, lending.day(1), "10:00", 60, troupe=troupe)
    with pytest.raises(RulesFailed) as refusal:
        services.reserve(wish, swaps={wish.spans[0].day: court.space_id}, by="x")
    assert "for_members" in [one.code for one in refusal.value.failures]


def test_a_swapped_date_counts_by_the_quota_of_its_room(lending: Lending) -> None:
    troupe = lending.troupe()
    free, tight = (
        lending.room(policy=lending.policy(troupe_week_minutes=most)) for most in (0, 60)
    )
    wish = lending.wish(free, lending.day(), troupe=troupe)
    of = services.reserve(wish, swaps={wish.spans[0].day: tight.space_id}, by="x")
    assert occurrences_of(of.id)[0].state is OccurrenceState.PENDING


def test_a_room_left_early_is_quiet_and_its_things_are_back(lending: Lending) -> None:
    lending.make.site()
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    thing = lending.equipment(1)
    room, beside = lending.room(), lending.room()
    wish = lending.wish(room, lending.day(), troupe=troupe, member=leader, equipment={thing.id: 1})
    one = occurrences_of(services.reserve(wish, by="x").id)[0]
    lending.clock_at(one.day, "19:00")
    arrivals.arrive(doors.get_own(leader.id, one.id), "x")
    lending.clock_at(one.day, "19:30")
    arrivals.leave(doors.get_own(leader.id, one.id), "x", at_door=False)
    db.session.expire_all()
    wish = lending.wish(
        beside, lending.day(0), "19:30", 60, troupe=troupe, member=leader, equipment={thing.id: 1}
    )
    assert occurrences_of(services.reserve(wish, by="x").id)[0].occupancy_id


def test_a_lapsed_use_does_not_keep_the_palace_out(lending: Lending) -> None:
    one = lending.occurrence(lending.room())
    lending.clock_at(one.day, "19:16")
    of = db.session.get_one(Space, one.space_id)
    during = Range(one.starts_at + timedelta(minutes=30), one.ends_at)
    assert occupy(of, during, Use.CLOSURE)


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ({"begins": time(20)}, False),
        ({"begins": time(19), "minutes": 150}, True),
        ({"begins": time(18)}, True),
        ({"begins": time(9)}, False),
    ],
)
def test_what_is_too_late_to_cancel_is_not_moved_away(
    lending: Lending, wanted: dict[str, Any], goes: bool
) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    policy = lending.policy(late_cancel_strikes=True, cancel_minutes=1440)
    of = lending.reservation(lending.room(policy=policy), troupe=troupe, member=leader)
    one = occurrences_of(of.id)[0]
    lending.clock_at(one.day, "08:00")
    if goes:
        to(leader, one, **wanted)
        return
    with pytest.raises(RulesFailed) as refusal:
        to(leader, one, **wanted)
    assert [one.code for one in refusal.value.failures] == ["moved_late"]


def test_who_is_displaced_is_offered_rooms_of_their_kind(lending: Lending) -> None:
    troupe = lending.troupe()
    one = lending.occurrence(room := lending.room(), troupe=troupe)
    lending.court(capacity=25)
    lending.court(capacity=25)
    other = lending.room(capacity=60)
    found = elsewhere(one, [room.space], clock.now())
    assert [place.space_id for place in found] == [other.space_id]


def test_who_left_before_the_start_was_there(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    one = lending.occurrence(lending.room(), troupe=troupe, member=leader)
    lending.clock_at(one.day, "18:50")
    arrivals.arrive(doors.get_own(leader.id, one.id), "x")
    arrivals.leave(doors.get_own(leader.id, one.id), "x", at_door=False)
    db.session.expire_all()
    assert one.occupancy_id is None
    lending.clock_at(one.day, "19:30")
    assert [each.state for each in standings_of(one.reservation_id)] == [OccurrenceState.CONFIRMED]


def test_a_series_of_which_one_date_is_left_opens_as_a_single_one(lending: Lending) -> None:
    room = lending.room(policy=lending.policy(opens_days=14))
    far = lending.day(21)
    skipped = far + timedelta(weeks=1)
    with pytest.raises(RulesFailed) as refused:
        lending.reservation(room, far, weeks=2, skips=[skipped])
    assert {one.code for one in refused.value.failures} == {"not_open_yet"}
    lending.reservation(room, far, weeks=2)
