"""The palace takes rooms back: what is listed goes, and other places are offered at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import db
from palace.notices.models import Notice
from palace.rooms.errors import InTheWayChanged, Taken
from palace.rooms.models import Occurrence, Room, RoomWait
from palace.rooms.queries.displaced import elsewhere, in_the_way
from palace.rooms.services import offering, waiting
from palace.rooms.services.displacing import make_way
from palace.rooms.states import OccurrenceState, WaitState
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use
from palace.venues.services import occupy
from tests.lending import Lending, span


def evening(lending: Lending, day_ahead: int = 3) -> Range[datetime]:
    """Return the hours of a show on a day: from get-in to get-out."""
    that = span(lending.day(day_ahead), "17:00", 300)
    return Range(that.starts_at, that.ends_at)


def ids(space: Space, during: Range[datetime]) -> set[int]:
    """Return the dates that are in the way."""
    return {one.occurrence.id for one in in_the_way(space, during, clock.now())}


def now_of(one: Occurrence) -> Occurrence:
    """Return a date as the table has it."""
    db.session.expire_all()
    return db.session.get_one(Occurrence, one.id)


def displace(lending: Lending, room: Room) -> list[Occurrence]:
    """Take a room's evening for a show."""
    during = evening(lending)
    ended = make_way(room.space, during, ids(room.space, during), by="staff:1", why="有演出")
    occupy(room.space, during, Use.PERFORMANCE)
    return ended


def test_what_is_listed_is_ended_with_its_reason_and_offered_another_room(lending: Lending) -> None:
    room, other = lending.room(), lending.room(capacity=60)
    one = lending.occurrence(room)
    assert [ended.id for ended in displace(lending, room)] == [one.id]
    ended = now_of(one)
    assert (ended.state, ended.why) == (OccurrenceState.DISPLACED, "有演出")
    wait = db.session.scalars(select(RoomWait)).one()
    assert (wait.space_id, wait.starts_at, wait.state) == (
        other.space_id,
        one.starts_at,
        WaitState.OFFERED,
    )
    offered = db.session.get_one(Occurrence, wait.occurrence_id)
    assert (offered.instead_of, offered.state) == (one.id, OccurrenceState.OFFERED)
    kinds = set(db.session.scalars(select(Notice.kind)))
    assert {"room_displaced", "room_instead"} <= kinds
    with pytest.raises(Taken):
        lending.reservation(other)


@pytest.mark.parametrize(("hours", "kept"), [(1, 1), (48, 48), (720, None)])
def test_a_place_is_kept_for_the_policys_hours_and_no_longer_than_its_start(
    lending: Lending, hours: int, kept: int | None
) -> None:
    policy = lending.policy(displaced_hours=hours)
    room, _ = lending.room(policy=policy), lending.room(policy=policy)
    one = lending.occurrence(room)
    lending.make.set_clock(one.starts_at - timedelta(days=3))
    displace(lending, room)
    wait = db.session.scalars(select(RoomWait)).one()
    use = db.session.get_one(Occurrence, wait.occurrence_id).occupancy_id
    until = db.session.get_one(Occupancy, use).lapses_at
    assert until == (one.starts_at if kept is None else wait.joined_at + timedelta(hours=kept))


def test_the_offer_is_taken_by_whose_date_it_was(lending: Lending) -> None:
    room, _ = lending.room(), lending.room()
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    one = lending.occurrence(room, troupe=troupe, member=leader)
    displace(lending, room)
    wait = db.session.scalars(select(RoomWait)).one()
    taken = offering.accept(leader, wait, by=f"member:{leader.id}")
    assert taken.state is OccurrenceState.CONFIRMED
    assert now_of(one).state is OccurrenceState.DISPLACED


def test_where_no_room_is_free_then_the_nearest_time_is_offered(lending: Lending) -> None:
    room, other = lending.room(), lending.room()
    one = lending.occurrence(room)
    lending.reservation(other, begins="18:00", minutes=240)
    places = elsewhere(one, [room.space], clock.now())
    assert [(place.space_id, one.starts_at - place.span.starts_at) for place in places] == [
        (other.space_id, timedelta(hours=3))
    ]


def test_where_nothing_is_free_they_are_told_so_and_nothing_is_offered(lending: Lending) -> None:
    room = lending.room()
    one = lending.occurrence(room)
    displace(lending, room)
    assert now_of(one).state is OccurrenceState.DISPLACED
    assert db.session.scalars(select(RoomWait)).all() == []


def test_a_part_gives_way_to_the_whole_and_is_not_offered_its_other_part(lending: Lending) -> None:
    half, other_half = lending.room(atoms=[901]), lending.room(atoms=[902])
    whole = lending.room(atoms=[901, 902])
    one = lending.occurrence(half)
    displace(lending, whole)
    assert now_of(one).state is OccurrenceState.DISPLACED
    waits = db.session.scalars(select(RoomWait)).all()
    assert [wait.space_id for wait in waits] == []
    assert other_half.space_id not in {wait.space_id for wait in waits}


def test_others_than_were_shown_are_not_ended(lending: Lending) -> None:
    room = lending.room()
    first = lending.occurrence(room, begins="17:00", minutes=60)
    shown = ids(room.space, evening(lending))
    second = lending.occurrence(room, begins="19:00", minutes=60)
    with pytest.raises(InTheWayChanged):
        make_way(room.space, evening(lending), shown, by="staff:1")
    assert {now_of(first).state, now_of(second).state} == {OccurrenceState.CONFIRMED}


def test_what_has_begun_is_not_displaced(lending: Lending) -> None:
    room = lending.room()
    one, during = lending.occurrence(room), evening(lending)
    assert in_the_way(room.space, during, one.starts_at) == []
    assert len(in_the_way(room.space, during, one.starts_at - timedelta(milliseconds=1))) == 1


def test_what_beside_the_hours_is_stays(lending: Lending) -> None:
    room = lending.room()
    before = lending.occurrence(room, begins="15:00", minutes=120)
    displace(lending, room)
    assert now_of(before).state is OccurrenceState.CONFIRMED


def test_who_waits_for_the_room_does_not_get_what_the_palace_takes(lending: Lending) -> None:
    room = lending.room()
    one = lending.occurrence(room)
    troupe = lending.troupe("民族管弦乐团")
    waiting.join(lending.wish(room, lending.day(), troupe=troupe), by="member:1")
    displace(lending, room)
    assert now_of(one).state is OccurrenceState.DISPLACED
    wait = db.session.scalars(select(RoomWait)).one()
    assert wait.state is WaitState.WAITING
