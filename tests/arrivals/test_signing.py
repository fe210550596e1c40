"""Signing in, keeping, leaving: what holds of the room, to the millisecond."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace.arrivals import queries, services
from palace.arrivals.errors import (
    FreeAgain,
    KeptBefore,
    NotHereYet,
    NothingToKeep,
    OnlyLeaders,
    TooEarly,
)
from palace.arrivals.queries import DoorDate
from palace.arrivals.rules import Stage, stage
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member
from palace.members.rules import Role
from palace.rooms.errors import AlreadyOver, Taken
from palace.rooms.models import Occurrence
from palace.rooms.services import on_room_freed
from palace.rooms.wishes import Span
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from palace.venues.services import occupy
from tests.arrivals.conftest import DAY, INSTANT, MINUTE, Evening


def held(date: Occurrence) -> Occupancy:
    """Return what holds the room for a date, as the database has it now."""
    db.session.refresh(date)
    return db.session.get_one(Occupancy, date.occupancy_id, populate_existing=True)


def leave(evening: Evening) -> DoorDate:
    """Say as the leader that everything was put back."""
    return services.leave(evening.own(), "member:1", at_door=False)


def test_a_room_waits_until_the_grace_is_over_and_then_holds_to_its_end(evening: Evening) -> None:
    assert held(evening.date).lapses_at == evening.starts_at + 15 * MINUTE
    now = evening.at(-15)
    arrived = evening.arrive()
    assert (arrived.lapses_at, arrived.occurrence.arrived_at) == (None, now)
    assert arrived.occurrence.arrived_by == f"member:{evening.leader.id}"
    assert held(evening.date).lapses_at is None


@pytest.mark.parametrize(
    ("minutes", "earlier", "refusal"),
    [(-15, INSTANT, TooEarly), (15, 0 * INSTANT, FreeAgain), (130, 0 * INSTANT, FreeAgain)],
)
def test_neither_before_its_time_nor_at_the_instant_it_is_over(
    evening: Evening, minutes: int, earlier: timedelta, refusal: type[Exception]
) -> None:
    evening.at(minutes, earlier=earlier)
    with pytest.raises(refusal):
        evening.arrive()
    assert held(evening.date).lapses_at is not None


def test_the_last_millisecond_is_in_time(evening: Evening) -> None:
    evening.at(15, earlier=INSTANT)
    evening.arrive()
    evening.at(60)
    assert stage(evening.own().due, evening.starts_at + 60 * MINUTE) is Stage.HERE


def test_saying_it_twice_changes_nothing(evening: Evening) -> None:
    first = evening.at(0)
    evening.arrive()
    evening.at(20)
    again = evening.arrive(evening.lending.leader(evening.troupe, "副手", Role.DEPUTY))
    assert again.occurrence.arrived_at == first
    lines = select(AuditLine.act).where(AuditLine.subject == f"occurrence:{evening.date.id}")
    assert db.session.scalars(lines).all().count("room_arrived") == 1


def test_anybody_on_the_roster_says_we_are_here_and_nobody_else(evening: Evening) -> None:
    evening.at(0)
    for stranger in (evening.make.member(), evening.listed(left_on=DAY)):
        with pytest.raises(NotFound):
            evening.own(stranger)
    other = evening.lending.troupe("另一个团")
    with pytest.raises(NotFound):
        evening.own(evening.lending.leader(other))
    assert evening.arrive(evening.listed()).occurrence.arrived_at


def test_a_court_is_its_members_alone(evening: Evening) -> None:
    court = evening.lending.court()
    evening.lending.clock_at(DAY - timedelta(days=1), "09:00")
    mine = evening.lending.occurrence(court, DAY, "19:00", 60)
    owner = db.session.get_one(Member, mine.member_id)
    evening.at(0)
    with pytest.raises(NotFound):
        queries.get_own(evening.leader.id, mine.id)
    services.arrive(queries.get_own(owner.id, mine.id), f"member:{owner.id}")
    assert held(mine).lapses_at is None


def test_a_leader_has_it_kept_once(evening: Evening) -> None:
    evening.at(15, earlier=INSTANT)
    kept = services.keep(evening.own(), "member:1")
    assert kept.lapses_at == evening.starts_at + 30 * MINUTE
    with pytest.raises(KeptBefore):
        services.keep(evening.own(), "member:1")
    evening.at(30, earlier=INSTANT)
    evening.arrive()
    with pytest.raises(NothingToKeep):
        services.keep(evening.own(), "member:1")


def test_it_is_not_kept_for_who_is_only_on_the_roster_nor_before_or_after_its_time(
    evening: Evening,
) -> None:
    evening.at(0)
    with pytest.raises(OnlyLeaders):
        services.keep(evening.own(evening.listed()), "member:1")
    evening.at(-15, earlier=INSTANT)
    with pytest.raises(TooEarly):
        services.keep(evening.own(), "member:1")
    evening.at(15)
    with pytest.raises(FreeAgain):
        services.keep(evening.own(), "member:1")


def test_a_short_date_is_kept_to_its_end_at_most(evening: Evening) -> None:
    evening.room.policy.keep_minutes = 240
    db.session.flush()
    evening.at(0)
    assert services.keep(evening.own(), "member:1").lapses_at == evening.date.ends_at


def test_leaving_frees_the_rest_and_tells_who_waits(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[tuple[int, Span]] = []
    monkeypatch.setitem(on_room_freed, "test", lambda *told: freed.append(told))
    evening.at(0)
    with pytest.raises(NotHereYet):
        leave(evening)
    evening.arrive()
    now = evening.at(45)
    leave(evening)

    assert held(evening.date).during.upper == now + 15 * MINUTE  # cleared after each use
    rest = Span(day=DAY, starts_at=now, ends_at=evening.date.ends_at)
    assert freed == [(evening.room.space_id, rest)]
    assert leave(evening).occurrence.left_at == now
    assert len(freed) == 1


def test_who_leaves_before_the_start_leaves_nothing_behind(evening: Evening) -> None:
    evening.room.teardown_minutes = 0
    db.session.flush()
    evening.at(-15)
    evening.arrive()
    leave(evening)
    db.session.refresh(evening.date)
    assert evening.date.occupancy_id is None
    assert stage(evening.own().due, evening.starts_at) is Stage.LEFT
    with pytest.raises(AlreadyOver):
        evening.arrive()


def test_at_the_end_there_is_nothing_left_to_leave(evening: Evening) -> None:
    evening.at(0)
    evening.arrive()
    evening.at(120)
    with pytest.raises(AlreadyOver):
        leave(evening)


def test_at_the_very_end_a_stranger_takes_the_hour_and_who_comes_then_is_told(
    evening: Evening,
) -> None:
    other = evening.lending.troupe("另一个团")
    evening.at(15, earlier=INSTANT)
    with pytest.raises(Taken):
        evening.lending.reservation(evening.room, DAY, "19:30", 60, troupe=other)
    evening.at(15)
    evening.lending.reservation(evening.room, DAY, "19:30", 60, troupe=other)
    with pytest.raises(FreeAgain):
        evening.arrive()
    assert stage(evening.own().due, evening.starts_at + 15 * MINUTE) is Stage.FREE


def test_a_show_that_took_the_free_hours_leaves_no_way_back(evening: Evening) -> None:
    now = evening.at(15)
    occupy(evening.room.space, Range(now, now + 60 * MINUTE), Use.PERFORMANCE)
    with pytest.raises(FreeAgain):
        evening.arrive()


def test_where_nobody_has_to_sign_in_nothing_lapses(evening: Evening) -> None:
    room = evening.lending.room(policy=evening.lending.policy(sign_in=False))
    evening.lending.clock_at(DAY - timedelta(days=1), "09:00")
    date = evening.lending.occurrence(room, DAY, "19:00", 60, troupe=evening.troupe)
    assert held(date).lapses_at is None
    evening.at(40)
    assert list(queries.missed(evening.starts_at + 40 * MINUTE)) == [evening.date.id]
