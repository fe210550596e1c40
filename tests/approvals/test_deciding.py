"""Deciding about reservations: passed, refused, too late, twice, by the wrong person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace import clock
from palace.approvals import queries, services
from palace.approvals.errors import NothingWaits, OwnReservation
from palace.db import db
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.rooms.errors import Taken
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import cancel
from palace.rooms.states import OccurrenceState
from palace.venues.models import Occupancy
from tests.lending import Lending


@pytest.fixture
def room(lending: Lending) -> Room:
    """Return a room every use of which is decided about within two days."""
    return lending.room(approval=True, policy=lending.policy(opens_days=60))


@pytest.fixture
def asked(lending: Lending, room: Room) -> Reservation:
    """Return a series of three dates that waits."""
    return lending.reservation(room, lending.day(7), weeks=3)


def dates(of: Reservation) -> list[Occurrence]:
    """Return the dates of a reservation as the table has them."""
    db.session.expire_all()
    return occurrences_of(of.id)


def lapse_of(one: Occurrence) -> object:
    """Return until when a date's room is held."""
    return db.session.get_one(Occupancy, one.occupancy_id).lapses_at


def told(kind: str) -> int:
    """Return how many notices of a kind are owed."""
    return db.session.query(Notice).filter_by(kind=kind).count()


def test_it_waits_with_its_deadline(asked: Reservation) -> None:
    one = queries.asked(None)[0]
    assert (one.reservation.code, one.count) == (asked.code, 3)
    assert one.decide_by == asked.created_at + timedelta(hours=48)
    assert queries.asked_count(None) == (1, one.decide_by)
    assert queries.asked_count([]) == (0, None)


def test_passed_dates_wait_for_their_people(asked: Reservation) -> None:
    first, *rest = dates(asked)
    services.decide(asked, {first.id}, passed=True, why="", by="staff:1")
    first, *rest = dates(asked)
    assert first.state is OccurrenceState.CONFIRMED
    assert lapse_of(first) == first.starts_at + timedelta(minutes=15)
    assert {one.state for one in rest} == {OccurrenceState.PENDING}
    assert told("room_taken") == 1


def test_a_room_where_nobody_signs_in_is_held_to_the_end(lending: Lending) -> None:
    room = lending.room(approval=True, policy=lending.policy(sign_in=False))
    asked = lending.reservation(room)
    services.decide(asked, {dates(asked)[0].id}, passed=True, why="", by="staff:1")
    assert lapse_of(dates(asked)[0]) is None


def test_a_refused_date_is_free_and_says_why(lending: Lending, room: Room) -> None:
    asked = lending.reservation(room)
    services.decide(asked, {dates(asked)[0].id}, passed=False, why="有演出", by="staff:1")
    one = dates(asked)[0]
    assert (one.state, one.why, one.occupancy_id) == (OccurrenceState.REFUSED, "有演出", None)
    assert told("room_refused") == 1
    lending.reservation(room)


def test_nothing_is_decided_where_one_date_waits_no_more(asked: Reservation) -> None:
    ids = {one.id for one in dates(asked)}
    cancel(asked, {min(ids)}, by="member:1")
    with pytest.raises(NothingWaits):
        services.decide(asked, ids, passed=True, why="", by="staff:1")
    assert [one.state for one in dates(asked)].count(OccurrenceState.PENDING) == 2


def test_a_second_decision_finds_nothing(asked: Reservation) -> None:
    ids = {one.id for one in dates(asked)}
    services.decide(asked, ids, passed=False, why="x", by="staff:1")
    with pytest.raises(NothingWaits):
        services.decide(asked, ids, passed=True, why="", by="staff:2")


def test_dates_of_another_reservation_are_not_decided(lending: Lending, asked: Reservation) -> None:
    other = lending.reservation(lending.room(approval=True))
    with pytest.raises(NothingWaits):
        services.decide(asked, {dates(other)[0].id}, passed=True, why="", by="staff:1")
    assert dates(other)[0].state is OccurrenceState.PENDING


def test_nobody_passes_their_own(asked: Reservation) -> None:
    with pytest.raises(OwnReservation):
        services.decide(
            asked, {dates(asked)[0].id}, passed=True, why="", by=f"member:{asked.member_id}"
        )


def test_who_leads_the_troupe_does_not_decide_either(lending: Lending, room: Room) -> None:
    troupe = lending.troupe()
    leader, deputy = lending.leader(troupe), lending.leader(troupe, "李副", Role.DEPUTY)
    of = lending.reservation(room, lending.day(7), troupe=troupe, member=leader)
    with pytest.raises(OwnReservation):
        services.decide(of, {dates(of)[0].id}, passed=True, why="", by=f"member:{deputy.id}")


@pytest.mark.parametrize("late", [False, True])
def test_the_deadline_itself_is_too_late(lending: Lending, asked: Reservation, late: bool) -> None:
    deadline = asked.created_at + timedelta(hours=48)
    lending.make.set_clock(deadline if late else deadline - timedelta(milliseconds=1))
    first = dates(asked)[0]
    if not late:
        services.decide(asked, {first.id}, passed=True, why="", by="staff:1")
        return
    assert queries.asked(None) == []
    with pytest.raises(NothingWaits):
        services.decide(asked, {first.id}, passed=True, why="", by="staff:1")


def test_what_nobody_decided_is_free_before_anybody_writes_it_down(
    lending: Lending, room: Room
) -> None:
    day = lending.day(7)
    asked = lending.reservation(room, day)
    with pytest.raises(Taken):
        lending.reservation(room, day)
    lending.make.set_clock(asked.created_at + timedelta(hours=48))
    assert queries.undecided() == [asked.id]
    assert lending.reservation(room, day).id != asked.id
    assert services.let_lapse(asked) == 1
    assert dates(asked)[0].state is OccurrenceState.LAPSED
    assert queries.undecided() == []
    assert told("room_lapsed") == 1


def test_a_decision_is_never_later_than_the_start(lending: Lending, room: Room) -> None:
    asked = lending.reservation(room, lending.day(1), begins="09:00")
    assert queries.asked(None)[0].decide_by <= dates(asked)[0].starts_at
    assert clock.now() < dates(asked)[0].starts_at


def test_each_house_decides_about_its_own_rooms(lending: Lending, room: Room) -> None:
    branch = lending.make.branch()
    other = lending.room(approval=True, policy=lending.policy(opens_days=60))
    of = lending.reservation(room, lending.day(7), weeks=2)
    there, here = dates(of)
    there.space_id = other.space_id
    other.space.site_id = branch.id
    db.session.flush()
    head = room.space.site_id
    assert queries.reservation_at(of.code, [branch.id]) is of
    assert [one.id for one in queries.waiting_dates(of.id, [branch.id])] == [there.id]
    assert queries.asked_count([head])[0] == queries.asked_count([branch.id])[0] == 1
    with pytest.raises(NothingWaits):
        services.decide(of, {there.id}, passed=True, why="", by="staff:1", sites=[head])
    services.decide(of, {here.id}, passed=True, why="", by="staff:1", sites=[head])


def test_who_decides_reads_what_lapsed_before_anybody_tidies_up(
    lending: Lending, asked: Reservation
) -> None:
    lending.make.set_clock(asked.created_at + timedelta(hours=48))
    assert queries.waiting_dates(asked.id, None) == []
    states = {one.state for one in queries.shown(asked).dates}
    assert states == {OccurrenceState.LAPSED}
