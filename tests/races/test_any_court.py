"""Courts that come free at once, those who wait for any of them in their order, and strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation, Room, RoomWait
from palace.rooms.services import Wish, offering, waiting
from palace.rooms.states import OccurrenceState, WaitState
from tests.factory import Factory
from tests.lending import COURT, Lending, span
from tests.races.together import codes, together

Job = Callable[[], object]
ROUNDS, COURTS, STRANGERS = 12, 4, 6


class Hour:
    """Courts of a kind that are all taken for an hour of tomorrow, and three who wait for any."""

    def __init__(self, live: Factory, begins: str) -> None:
        self.live, self.lending = live, Lending(live)
        live.site()
        live.rules().quiet_from = live.rules().quiet_until = 0
        self.begins = begins
        self.kind = self.lending.policy(
            **(COURT | {"opens_days": 3, "member_day_minutes": 0, "unit_day_count": 0})
        )
        self.courts = [
            self.lending.court(policy=self.kind, capacity=4, purposes=["sport"])
            for _ in range(COURTS)
        ]
        self.held = [
            self.lending.reservation(court, self.lending.day(1), begins, 60, people=2)
            for court in self.courts
        ]
        self.waits = [self._join() for _ in range(3)]
        self.strangers = [live.member() for _ in range(STRANGERS)]
        live.commit()

    def wish(self, court: Room, member: Member) -> Wish:
        """Return a wish for the hour."""
        return Wish(
            space_id=court.space_id,
            spans=(span(self.lending.day(1), self.begins, 60),),
            purpose="sport",
            people=2,
            troupe_id=None,
            member=member,
        )

    def _join(self) -> RoomWait:
        wish = self.wish(self.courts[0], self.live.member())
        return waiting.join(wish, kind_id=self.kind.id, by="x")

    def join(self, member: Member) -> Job:
        """Return a job of somebody who wants to wait for any as well."""
        who, kind_id, court = member.id, self.kind.id, self.courts[0]

        def job() -> object:
            wish = self.wish(court, db.session.get_one(Member, who))
            return waiting.join(wish, kind_id=kind_id, by="x").id

        return job

    def give_back(self, number: int) -> Job:
        """Return a job that frees one of the courts."""
        held = self.held[number].id
        return lambda: services.cancel(db.session.get_one(Reservation, held), None, by="x")

    def take(self, number: int) -> Job:
        """Return a job of a stranger who wants one of the courts."""
        who, court = self.strangers[number].id, self.courts[number % COURTS]
        return lambda: services.reserve(
            self.wish(court, db.session.get_one(Member, who)), by=f"member:{who}"
        )

    def tend(self, number: int) -> Job:
        """Return a job of the worker."""
        space_id, hour = self.courts[number].space_id, span(self.lending.day(1), self.begins, 60)
        return lambda: waiting.tend(space_id, hour)

    def accept(self, wait: RoomWait) -> Job:
        """Return a job of somebody who takes their offer."""
        which, who = wait.id, wait.member_id
        return lambda: offering.accept(
            db.session.get_one(Member, who), db.session.get_one(RoomWait, which), by="x"
        )

    def leave(self, wait: RoomWait) -> Job:
        """Return a job of somebody who gives up."""
        which = wait.id
        return lambda: waiting.leave(db.session.get_one(RoomWait, which), by="x")

    def states(self) -> list[tuple[WaitState, int]]:
        """Return where those who wait stand, by their order, and for which court."""
        db.session.rollback()
        db.session.expire_all()
        found = [db.session.get_one(RoomWait, wait.id) for wait in self.waits]
        return [(one.state, one.space_id) for one in found]

    def twice(self) -> list[int]:
        """Return the courts that two have."""
        db.session.rollback()
        holding = (OccurrenceState.CONFIRMED, OccurrenceState.OFFERED)
        there = select(Occurrence.space_id).where(
            Occurrence.state.in_(holding), Occurrence.starts_at == self.held_from
        )
        twice = there.group_by(Occurrence.space_id).having(func.count() > 1)
        return list(db.session.scalars(twice))

    @property
    def held_from(self) -> object:
        """Return when the hour begins."""
        return span(self.lending.day(1), self.begins, 60).starts_at


@pytest.mark.timeout(300)
def test_two_courts_freed_at_once_go_to_the_first_two_and_to_no_stranger(
    live: Factory, live_app: Flask
) -> None:
    for turn in range(ROUNDS):
        hour = Hour(live, f"{9 + turn:02}:00")
        freed = {hour.courts[1].space_id, hour.courts[3].space_id}
        jobs = [hour.take(number) for number in range(STRANGERS)]
        jobs[2:2] = [hour.give_back(3), hour.tend(3)]
        jobs[5:5] = [hour.give_back(1), hour.tend(1)]
        results = together(live_app, jobs)
        assert codes(results) == {"won": 4, "room_taken": STRANGERS}
        first, second, third = hour.states()
        assert [first[0], second[0], third[0]] == [
            WaitState.OFFERED,
            WaitState.OFFERED,
            WaitState.WAITING,
        ]
        assert {first[1], second[1]} == freed
        assert hour.twice() == []


@pytest.mark.timeout(300)
def test_offers_taken_and_left_while_more_come_free_and_more_join(
    live: Factory, live_app: Flask
) -> None:
    for turn in range(ROUNDS):
        hour = Hour(live, f"{9 + turn:02}:00")
        together(live_app, [hour.give_back(2)])
        first, second, third = hour.waits
        jobs = [hour.accept(first), hour.leave(second), hour.give_back(0), hour.give_back(1)]
        jobs += [hour.join(one) for one in hour.strangers[:3]]
        jobs += [hour.take(number) for number in range(STRANGERS)]
        told = codes(together(live_app, jobs))
        assert set(told) <= {"won", "room_taken", "room_is_free", "room_already_waiting"}, told
        states = [state for state, _ in hour.states()]
        assert states[0] is WaitState.TAKEN
        assert states[1] is WaitState.LEFT
        assert states[2] is WaitState.OFFERED, (third.id, told)
        assert hour.twice() == []
