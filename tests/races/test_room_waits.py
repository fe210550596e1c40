"""The freed hour against strangers and several who wait, and an offer's end from every side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation, Room, RoomWait
from palace.rooms.services import offering, waiting
from palace.rooms.states import OccurrenceState, WaitState
from palace.venues.models import Occupancy
from tests.factory import Factory
from tests.lending import COURT, Lending, span
from tests.races.together import codes, together

Job = Callable[[], object]
MANY = 8


class Hour:
    """A court that is taken for an hour of tomorrow; some wait for it and some do not."""

    def __init__(self, live: Factory) -> None:
        self.live, self.lending = live, Lending(live)
        live.site()
        live.rules().quiet_from = live.rules().quiet_until = 0
        policy = self.lending.policy(
            **(COURT | {"opens_days": 3, "member_day_minutes": 0, "unit_day_count": 0})
        )
        self.room: Room = self.lending.court(policy=policy, capacity=4)
        self.space_id = self.room.space_id
        self.span = span(self.lending.day(1), "19:00", 60)
        self.held = self.lending.reservation(self.room, self.lending.day(1), "19:00", 60, people=2)
        self.strangers = [live.member() for _ in range(MANY)]
        self.waits = [self._join() for _ in range(MANY)]
        live.commit()

    def _join(self) -> RoomWait:
        return waiting.join(self._wish(self.live.member()), by="x")

    def _wish(self, member: Member) -> services.Wish:
        return services.Wish(
            space_id=self.space_id,
            spans=(self.span,),
            purpose="sport",
            people=2,
            troupe_id=None,
            member=member,
        )

    def give_back(self) -> Job:
        """Return a job that frees the hour."""
        held = self.held.id
        return lambda: services.cancel(db.session.get_one(Reservation, held), None, by="x")

    def take(self, member: Member) -> Job:
        """Return a job of a stranger who wants the hour."""
        who = member.id
        return lambda: services.reserve(
            self._wish(db.session.get_one(Member, who)), by=f"member:{who}"
        )

    def accept(self, wait: RoomWait) -> Job:
        """Return a job of somebody who takes their offer."""
        which, who = wait.id, wait.member_id

        def job() -> object:
            mine = db.session.get_one(Member, who)
            return offering.accept(mine, db.session.get_one(RoomWait, which), by="x")

        return job

    def tend(self) -> Job:
        """Return a job of the worker."""
        return lambda: waiting.tend(self.space_id, self.span)

    def leave(self, wait: RoomWait) -> Job:
        """Return a job of somebody who gives up."""
        which = wait.id
        return lambda: waiting.leave(db.session.get_one(RoomWait, which), by="x")

    def states(self) -> list[WaitState]:
        """Return where those who wait stand, by their order."""
        db.session.rollback()
        db.session.expire_all()
        return [db.session.get_one(RoomWait, wait.id).state for wait in self.waits]

    def uses(self) -> int:
        """Return how many uses of the court hold now."""
        db.session.rollback()
        there = select(func.count()).where(
            Occupancy.space_id == self.space_id,
            (Occupancy.lapses_at.is_(None)) | (Occupancy.lapses_at > func.palace_clock()),
        )
        return db.session.scalar(there) or 0

    def taken(self) -> int:
        """Return how many dates of it are somebody's."""
        there = select(func.count()).where(
            Occurrence.space_id == self.space_id,
            Occurrence.state == OccurrenceState.CONFIRMED,
        )
        return db.session.scalar(there) or 0

    def end_offers(self, ahead: timedelta = timedelta()) -> None:
        """Let offers be over at an instant."""
        offered = select(Occurrence.occupancy_id).where(
            Occurrence.state == OccurrenceState.OFFERED, Occurrence.occupancy_id.is_not(None)
        )
        ends = update(Occupancy).where(Occupancy.id.in_(offered))
        db.session.execute(ends.values(lapses_at=clock.now() + ahead))
        db.session.commit()


@pytest.mark.timeout(300)
def test_a_freed_hour_goes_to_who_waited_first_and_to_no_stranger(
    live: Factory, live_app: Flask
) -> None:
    hour = Hour(live)
    jobs = [hour.take(one) for one in hour.strangers]
    jobs.insert(MANY // 2, hour.give_back())
    results = together(live_app, jobs)
    assert codes(results) == {"won": 1, "room_taken": MANY}
    assert hour.states() == [WaitState.OFFERED] + [WaitState.WAITING] * (MANY - 1)
    assert hour.uses() == 1


@pytest.mark.timeout(300)
def test_a_lapsed_offer_goes_down_the_queue_whoever_comes(live: Factory, live_app: Flask) -> None:
    hour = Hour(live)
    together(live_app, [hour.give_back()])
    for turn in range(MANY - 1):
        hour.end_offers()
        jobs = [hour.take(one) for one in hour.strangers]
        jobs += [hour.tend(), hour.tend(), hour.accept(hour.waits[turn])]
        told = codes(together(live_app, jobs))
        assert told == {"room_taken": MANY, "room_offer_over": 1, "won": 2}
        assert hour.states()[: turn + 2] == [WaitState.LAPSED] * (turn + 1) + [WaitState.OFFERED]
        assert hour.uses() == 1


@pytest.mark.timeout(300)
def test_at_the_edge_of_an_offer_the_hour_is_one_person_s(live: Factory, live_app: Flask) -> None:
    for ahead in (0, 5, 10, 20, 40, 80):
        hour = Hour(live)
        together(live_app, [hour.give_back()])
        hour.end_offers(timedelta(milliseconds=ahead))
        jobs = [hour.accept(hour.waits[0]), hour.tend(), hour.leave(hour.waits[1])]
        together(live_app, jobs + [hour.take(one) for one in hour.strangers])
        states = hour.states()
        assert hour.uses() == 1
        assert hour.taken() == int(WaitState.TAKEN in states)
        assert states.count(WaitState.OFFERED) + states.count(WaitState.TAKEN) <= 1


@pytest.mark.timeout(300)
def test_two_who_take_one_offer_at_once_take_it_once(live: Factory, live_app: Flask) -> None:
    hour = Hour(live)
    together(live_app, [hour.give_back()])
    results = together(live_app, [hour.accept(hour.waits[0]) for _ in range(MANY)])
    assert codes(results) == {"won": MANY}
    hour.states()
    assert (hour.taken(), hour.uses()) == (1, 1)
