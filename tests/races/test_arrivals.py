"""At the very end of the grace: who signs in against who takes the hour, a leader who keeps, the worker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.arrivals import queries, services
from palace.arrivals.errors import FreeAgain
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.rooms.claims import Taking, locking_spaces, take
from palace.rooms.errors import Taken
from palace.rooms.models import Occurrence, Room
from palace.rooms.queries import facts
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import RoomFacts, Span
from palace.statements import execute
from palace.strikes.models import Strike
from palace.venues.models import Occupancy
from tests.factory import Factory
from tests.lending import Lending
from tests.races.together import codes, together

ROUNDS, AT_ONCE = 20, 6
EDGE = timedelta(milliseconds=120)


@dataclass
class Edge:
    """A rehearsal whose grace ends in a moment, and the hours a stranger wants."""

    date_id: int
    leader_id: int
    room: RoomFacts
    span: Span
    lapses_at: datetime


def at_the_edge(live: Factory) -> Edge:
    """Return a rehearsal that began a while ago and lapses in a moment."""
    lending = Lending(live)
    troupe, room = lending.troupe(), lending.room()
    leader = lending.leader(troupe)
    date = lending.occurrence(room, lending.day(), troupe=troupe, member=leader)
    now = clock.now()
    lapses_at, begins = now + EDGE, now - timedelta(minutes=15)
    ends = begins + timedelta(hours=2)
    db.session.execute(
        update(Occurrence)
        .where(Occurrence.id == date.id)
        .values(starts_at=begins, ends_at=ends, day=clock.palace_day(begins))
    )
    db.session.execute(
        update(Occupancy)
        .where(Occupancy.id == date.occupancy_id)
        .values(during=func.tstzrange(begins, ends), lapses_at=lapses_at)
    )
    edge = Edge(
        date_id=date.id,
        leader_id=leader.id,
        room=_facts(room),
        span=Span(day=clock.palace_day(lapses_at), starts_at=lapses_at, ends_at=ends),
        lapses_at=lapses_at,
    )
    live.commit()
    return edge


def _facts(room: Room) -> RoomFacts:
    return RoomFacts(
        space_id=room.space_id, figures=facts.figures_of(room.policy), capacity=room.space.capacity
    )


def sign_in(edge: Edge) -> str:
    """Say "we are here"."""
    services.arrive(queries.get_own(edge.leader_id, edge.date_id), "member:1")
    return "here"


def take_it(edge: Edge) -> str:
    """Take the rest of the hours, as reserving does behind its locks."""
    execute(*locking_spaces([edge.room.space_id]))
    if take([Taking(room=edge.room, span=edge.span, lapses_at=None)])[0] is None:
        raise Taken([edge.span.day])
    return "taken"


def around(edge: Edge, act: Callable[[Edge], object]) -> Callable[[], object]:
    """Return what does something at a chance instant around the end of the grace."""
    wait = random.uniform(0, 2) * EDGE.total_seconds()

    def later() -> object:
        time.sleep(wait)
        return act(edge)

    return later


def ended(edge: Edge) -> Occurrence:
    """Return the date as the database has it."""
    return db.session.get_one(Occurrence, edge.date_id, populate_existing=True)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_exactly_one_has_the_room(live: Factory, live_app: Flask, _: int) -> None:
    edge = at_the_edge(live)
    jobs = [around(edge, sign_in) for _ in range(AT_ONCE)]
    jobs += [around(edge, take_it) for _ in range(AT_ONCE)]
    results = together(live_app, jobs, at_once=2 * AT_ONCE)
    if "here" not in results and "taken" not in results:  # all too early, or all too late
        results += together(live_app, [lambda: take_it(edge)])

    assert ("here" in results) != ("taken" in results), codes(results)
    assert results.count("taken") <= 1
    arrived = ended(edge).arrived_at is not None
    assert arrived == ("here" in results)
    refusals = {type(one) for one in results if isinstance(one, PalaceError)}
    assert refusals <= {FreeAgain, Taken}
    holding = select(func.count(Occupancy.id)).where(
        Occupancy.during.op("&&")(func.tstzrange(edge.lapses_at, edge.span.ends_at))
    )
    assert db.session.scalar(holding) == 1


def test_a_date_is_kept_once_however_many_press(live: Factory, live_app: Flask) -> None:
    edge = at_the_edge(live)
    later = edge.lapses_at + timedelta(minutes=5)
    db.session.execute(update(Occupancy).values(lapses_at=later))
    live.commit()

    def keep() -> object:
        return services.keep(queries.get_own(edge.leader_id, edge.date_id), "member:1").lapses_at

    results = together(live_app, [keep] * 12)
    assert codes(results) == {"won": 1, "kept_longer_before": 11}
    db.session.rollback()
    assert db.session.scalar(select(Occupancy.lapses_at)) == later + timedelta(minutes=15)


def test_workers_side_by_side_write_one_strike(live: Factory, live_app: Flask) -> None:
    edge = at_the_edge(live)
    time.sleep(EDGE.total_seconds())
    results = together(live_app, [lambda: services.miss(edge.date_id)] * 8)
    assert results.count(True) == 1
    assert db.session.scalar(select(func.count(Strike.id))) == 1
    assert ended(edge).state is OccurrenceState.MISSED


@pytest.mark.parametrize("_", range(ROUNDS // 2))
def test_who_signed_in_is_never_written_down_as_missing(
    live: Factory, live_app: Flask, _: int
) -> None:
    edge = at_the_edge(live)
    jobs = [around(edge, sign_in) for _ in range(AT_ONCE)]
    jobs += [around(edge, lambda of: services.miss(of.date_id)) for _ in range(AT_ONCE)]
    results = together(live_app, jobs, at_once=2 * AT_ONCE)
    with transaction():
        services.miss(edge.date_id)
    date, strikes = ended(edge), db.session.scalar(select(func.count(Strike.id)))
    assert (date.arrived_at is not None) == ("here" in results)
    assert strikes == (0 if date.arrived_at else 1)
    assert (date.state is OccurrenceState.MISSED) == (date.arrived_at is None)
