"""Everybody taps the same hour: each court once, each member one, each unit two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace.courts import queries, services
from palace.db import db
from palace.members.models import Member
from palace.rooms.models import Occurrence
from palace.rooms.states import OccurrenceState
from tests.factory import Factory
from tests.lending import COURT, Lending
from tests.races.together import codes, together

Job = Callable[[], object]
TAPS = 16


def open_courts(live: Factory, count: int, **figures: object) -> tuple[Lending, str]:
    """Return courts that are open for tomorrow, and the code of their kind."""
    lending = Lending(live)
    live.site()
    policy = lending.policy(**(COURT | {"opens_days": 3} | figures))
    for _ in range(count):
        lending.court(policy=policy, capacity=4, purposes=["sport"])
    live.commit()
    return lending, policy.code


def tap(member: Member, lending: Lending, kind: str, hour: int) -> Job:
    """Return a job that taps an hour of tomorrow."""
    who, day = member.id, lending.day(1)

    def job() -> object:
        mine = db.session.get_one(Member, who)
        found = next(one for one in queries.kinds() if one.code == kind)
        return services.take(mine, found, day, time(hour), by="x").id

    return job


def held() -> int:
    """Return how many dates are held, no court twice at an hour."""
    db.session.rollback()
    there = select(Occurrence.space_id, Occurrence.starts_at).where(
        Occurrence.state == OccurrenceState.CONFIRMED
    )
    twice = there.group_by(Occurrence.space_id, Occurrence.starts_at).having(func.count() > 1)
    assert db.session.execute(twice).all() == []
    return len(db.session.execute(there).all())


@pytest.mark.timeout(300)
def test_sixteen_taps_on_ten_courts_take_ten(live: Factory, live_app: Flask) -> None:
    lending, kind = open_courts(live, 10, member_day_minutes=0, unit_day_count=0)
    people = [live.member() for _ in range(TAPS)]
    live.commit()
    for round_, hour in enumerate(range(9, 21), 1):
        results = together(live_app, [tap(one, lending, kind, hour) for one in people])
        assert codes(results) == {"won": 10, "courts_full": 6}
        assert held() == 10 * round_


@pytest.mark.timeout(300)
def test_a_member_who_taps_everywhere_at_once_has_one_hour(live: Factory, live_app: Flask) -> None:
    lending, kind = open_courts(live, 10)
    member = live.member()
    live.commit()
    jobs = [tap(member, lending, kind, hour) for hour in (9, 10, 11, 12) for _ in range(4)]
    results = together(live_app, jobs)
    assert set(codes(results)) <= {"won", "rules_failed"}
    assert held() == 1


@pytest.mark.timeout(300)
def test_a_unit_has_two_whoever_of_it_is_quick(live: Factory, live_app: Flask) -> None:
    lending, kind = open_courts(live, 10)
    unit = live.unit()
    people = [live.member() for _ in range(TAPS)]
    for one in people:
        assert one.roster_entry
        one.roster_entry.unit_id = unit.id
    live.commit()
    db.session.remove()
    results = together(live_app, [tap(one, lending, kind, 19) for one in people])
    assert codes(results) == {"won": 2, "rules_failed": TAPS - 2}
    assert held() == 2
