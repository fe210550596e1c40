"""Rules change and rooms close while many take them: nobody has what they may not."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.clock import at
from palace.db import db
from palace.hours.models import Closure
from palace.hours.services import closing
from palace.hours.services.closing import Wanted
from palace.roomdesk.queries.policies import figures_of
from palace.roomdesk.services import clearing
from palace.roomdesk.services.policies import set_figures
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.venues.figure import seen_as
from tests.factory import Factory
from tests.lending import Lending
from tests.races.test_rooms import leaders, overlaps, taking
from tests.races.together import codes, together

ROUNDS, CLIENTS = 12, 16
WHILE_OTHERS_ASK = 0.05  # seconds


@pytest.fixture
def lending(live: Factory) -> Lending:
    """Return the factory of lent rooms whose rows are committed."""
    return Lending(live)


def shortening(policy_id: int, most: int) -> Callable[[], object]:
    """Return a try to shorten what a policy lets people take; it says when that was so."""

    def shorten() -> datetime:
        policy = db.session.get_one(Policy, policy_id)
        set_figures(policy, {"max_minutes": most}, seen=seen_as(figures_of(policy)))
        since = clock.now()
        time.sleep(WHILE_OTHERS_ASK)
        return since

    return shorten


def test_nobody_has_a_room_by_figures_that_were_changed_before(
    live: Factory, lending: Lending
) -> None:
    policy = lending.policy(troupe_week_minutes=0, opens_days=366)
    rooms = [lending.room(policy=policy) for _ in range(3)]
    troupes = leaders(lending, CLIENTS)
    live.commit()
    for number in range(ROUNDS):
        db.session.get_one(Policy, policy.id, populate_existing=True).max_minutes = 240
        live.commit()
        day = lending.day(1 + number)
        wishes = [
            lending.wish(
                rooms[place % 3], day, f"{8 + 2 * (place // 3):02d}:00", troupe=of, member=who
            )
            for place, (of, who) in enumerate(troupes)
        ]
        jobs = [shortening(policy.id, 60), *map(taking, wishes)]
        changed_at, *taken = together(live.app, jobs, at_once=len(jobs))
        assert isinstance(changed_at, datetime)
        assert set(codes(taken)) <= {"won", "rules_failed"}
        made = [one for one in taken if isinstance(one, int)]
        late = select(func.max(Reservation.created_at)).where(Reservation.id.in_(made))
        last = db.session.scalar(late)
        assert last is None or last < changed_at


def closing_day(room: Room, day: date) -> Callable[[], object]:
    """Return a try to close a room for a day on which nothing was seen."""
    wanted = Wanted(
        space_ids=(room.space_id,),
        starts_at=at(day, datetime.min.time()),
        ends_at=at(day + timedelta(days=1), datetime.min.time()),
        reason_zh="检修",
        reason_en="Repairs",
    )
    seen = closing.look(wanted, clock.now()).seen
    return lambda: clearing.close(wanted, seen=seen, displaces=False, by="staff:1", now=clock.now())


def test_a_room_is_closed_for_a_day_or_taken_on_it_never_both(
    live: Factory, lending: Lending
) -> None:
    room = lending.room(policy=lending.policy(troupe_week_minutes=0, opens_days=366))
    troupes = leaders(lending, 6)
    live.commit()
    ended = set()
    for number in range(ROUNDS):
        day = lending.day(1 + number)
        wishes = [
            lending.wish(room, day, f"{8 + 2 * place:02d}:00", troupe=of, member=who)
            for place, (of, who) in enumerate(troupes)
        ]
        jobs = [closing_day(room, day), *map(taking, wishes)]
        closed, *taken = together(live.app, jobs, at_once=len(jobs))
        assert set(codes(taken)) <= {"won", "rules_failed"}
        has = codes(taken)["won"]
        ended |= set(codes([closed]))
        assert (codes([closed]) == {"won": 1}) == (has == 0)
        rows = (
            select(func.count())
            .select_from(Closure)
            .where(Closure.starts_at == at(day, datetime.min.time()))
        )
        dates = select(func.count()).select_from(Occurrence).where(Occurrence.day == day)
        assert (db.session.scalar(rows), db.session.scalar(dates)) == (int(has == 0), has)
    assert ended <= {"won", "way_changed"}
    assert overlaps() == 0
