"""A closure that lent rooms give way to: each taker is offered a place that is not closed too."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.hours.errors import NothingToClose, WayChanged
from palace.hours.models import Closure
from palace.hours.services import closing
from palace.hours.services.closing import Wanted
from palace.roomdesk.services import clearing
from palace.rooms.models import Occurrence, Room, RoomWait
from palace.rooms.states import OccurrenceState
from tests.lending import Lending, span


def evening(lending: Lending, *rooms: Room) -> Wanted:
    """Return the wish to close rooms on an evening."""
    that = span(lending.day(), "17:00", 300)
    return Wanted(
        space_ids=tuple(sorted(room.space_id for room in rooms)),
        starts_at=that.starts_at,
        ends_at=that.ends_at,
        reason_zh="消防检修",
        reason_en="Fire check",
    )


def close(wanted: Wanted, *, displaces: bool, seen: str | None = None) -> str:
    """Close as an administrator who has just looked."""
    now = clock.now()
    shown = closing.look(wanted, now).seen if seen is None else seen
    return clearing.close(wanted, seen=shown, displaces=displaces, by="staff:1", now=now)


def state_of(one: Occurrence) -> OccurrenceState:
    """Return how a date stands in the table."""
    db.session.refresh(one)
    return one.state


def test_lent_rooms_give_way_and_no_closed_room_is_offered(lending: Lending) -> None:
    first, second, other = lending.room(), lending.room(), lending.room(capacity=90)
    one = lending.occurrence(first)
    close(evening(lending, first, second), displaces=True)
    assert (state_of(one), one.why) == (OccurrenceState.DISPLACED, "消防检修")
    assert set(db.session.scalars(select(RoomWait.space_id))) == {other.space_id}
    closed = set(db.session.scalars(select(Closure.space_id)))
    assert closed == {first.space_id, second.space_id}


def test_without_the_word_they_stay_and_the_rest_is_closed(lending: Lending) -> None:
    first, second = lending.room(), lending.room()
    one = lending.occurrence(first)
    close(evening(lending, first, second), displaces=False)
    assert state_of(one) is OccurrenceState.CONFIRMED
    assert db.session.scalars(select(Closure.space_id)).all() == [second.space_id]


def test_all_taken_closes_only_with_the_word(lending: Lending) -> None:
    room = lending.room()
    one = lending.occurrence(room)
    with pytest.raises(NothingToClose):
        close(evening(lending, room), displaces=False)
    close(evening(lending, room), displaces=True)
    assert state_of(one) is OccurrenceState.DISPLACED


def test_what_came_since_the_list_was_shown_stays(lending: Lending) -> None:
    room = lending.room()
    seen = closing.look(evening(lending, room), clock.now()).seen
    one = lending.occurrence(room)
    with pytest.raises(WayChanged):
        close(evening(lending, room), displaces=True, seen=seen)
    assert state_of(one) is OccurrenceState.CONFIRMED
