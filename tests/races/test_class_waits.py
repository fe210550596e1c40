"""A freed place in a class against strangers and several who wait, and an offer's end from every side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.courses.claims import live_places
from palace.courses.models import ClassWait, Enrolment
from palace.courses.queries.waits import standing_of
from palace.courses.rules import Wish
from palace.courses.services import end, enrol, locked, offering, waiting
from palace.courses.states import HOLDING, Channel, EnrolmentState, WaitState
from palace.db import db
from palace.members.models import Member
from tests.factory import Factory
from tests.races.together import codes, together
from tests.teaching import Teaching

Job = Callable[[], object]
MANY = 8


class Room:
    """A class whose places are taken; some wait for one and some do not."""

    def __init__(self, live: Factory, places: int = 1) -> None:
        live.site()
        live.rules()
        teaching = Teaching(live)
        self.teaching, self.places = teaching, places
        self.offering_id = teaching.offering(places=places).id
        self.held = [self._placed(live.member()) for _ in range(places)]
        self.strangers = [live.member().id for _ in range(MANY)]
        self.waits = [self._joined(live.member()) for _ in range(MANY)]
        live.commit()

    def _placed(self, member: Member) -> int:
        return enrol(self._wish(member), by=f"member:{member.id}").id

    def _joined(self, member: Member) -> int:
        return waiting.join(self._wish(member), by=f"member:{member.id}").id

    def _wish(self, member: Member, channel: Channel = Channel.ONLINE) -> Wish:
        return Wish(offering_id=self.offering_id, member=member, channel=channel)

    def give_back(self, which: int = 0) -> Job:
        """Return a job that frees a place."""

        def job() -> object:
            one = locked(db.session.get_one(Enrolment, self.held[which]))
            end(one, EnrolmentState.WITHDRAWN, by="x", now=clock.now())
            return one

        return job

    def take(self, member_id: int, channel: Channel = Channel.ONLINE) -> Job:
        """Return a job of a stranger who wants a place, or of staff for them."""

        def job() -> object:
            member = db.session.get_one(Member, member_id)
            return enrol(self._wish(member, channel), by=f"member:{member_id}")

        return job

    def accept(self, wait_id: int) -> Job:
        """Return a job of somebody who takes their offer."""
        return lambda: waiting.take(db.session.get_one(ClassWait, wait_id), by="x")

    def leave(self, wait_id: int) -> Job:
        """Return a job of somebody who gives up."""
        return lambda: waiting.leave(db.session.get_one(ClassWait, wait_id), by="x")

    def tend(self) -> Job:
        """Return a job of the worker."""
        return lambda: offering.pass_on(self.offering_id)

    def strangers_and_staff(self) -> list[Job]:
        """Return a job of each stranger, every other one with staff acting for them."""
        return [
            self.take(one, Channel.COUNTER if number % 2 else Channel.ONLINE)
            for number, one in enumerate(self.strangers)
        ]

    def states(self) -> list[WaitState]:
        """Return where those who wait stand, by their order."""
        db.session.rollback()
        db.session.expire_all()
        return [db.session.get_one(ClassWait, one).state for one in self.waits]

    def offers(self) -> int:
        """Return how many offers are not over by the clock; nobody may have noted the end of one yet."""
        rows = [db.session.get_one(ClassWait, one) for one in self.waits]
        now = clock.now()
        return sum(standing_of(one, now).state is WaitState.OFFERED for one in rows)

    def taken(self) -> int:
        """Return how many have a place, and never more than there are with those offered."""
        db.session.rollback()
        assert live_places(self.offering_id) <= self.places
        there = select(func.count()).where(
            Enrolment.offering_id == self.offering_id, Enrolment.state.in_(HOLDING)
        )
        return db.session.scalar(there) or 0

    def end_offers(self, ahead: timedelta = timedelta()) -> None:
        """Let offers be over at an instant."""
        offered = update(ClassWait).where(
            ClassWait.offering_id == self.offering_id, ClassWait.state == WaitState.OFFERED
        )
        db.session.execute(offered.values(lapses_at=clock.now() + ahead))
        db.session.commit()


@pytest.mark.timeout(300)
def test_a_freed_place_goes_to_who_waited_first_and_to_no_stranger(
    live: Factory, live_app: Flask
) -> None:
    room = Room(live)
    jobs = room.strangers_and_staff()
    jobs.insert(MANY // 2, room.give_back())
    assert codes(together(live_app, jobs)) == {"won": 1, "class_full": MANY}
    assert room.states() == [WaitState.OFFERED] + [WaitState.WAITING] * (MANY - 1)
    assert room.taken() == 0


@pytest.mark.timeout(300)
def test_two_places_freed_at_once_go_to_the_first_two(live: Factory, live_app: Flask) -> None:
    room = Room(live, places=3)
    jobs = room.strangers_and_staff()
    jobs[3:3], jobs[6:6] = [room.give_back(0)], [room.give_back(2)]
    assert codes(together(live_app, jobs)) == {"won": 2, "class_full": MANY}
    assert room.states() == [WaitState.OFFERED] * 2 + [WaitState.WAITING] * (MANY - 2)
    assert room.taken() == 1


@pytest.mark.timeout(300)
def test_a_lapsed_offer_goes_down_the_queue_whoever_comes(live: Factory, live_app: Flask) -> None:
    room = Room(live)
    together(live_app, [room.give_back()])
    for turn in range(MANY - 1):
        room.end_offers()
        jobs = [*room.strangers_and_staff(), room.tend(), room.tend()]
        jobs.append(room.accept(room.waits[turn]))
        told = codes(together(live_app, jobs))
        assert told == {"class_full": MANY, "class_offer_over": 1, "won": 2}
        assert room.states()[: turn + 2] == [WaitState.LAPSED] * (turn + 1) + [WaitState.OFFERED]
        assert room.taken() == 0


@pytest.mark.timeout(300)
def test_at_the_second_an_offer_lapses_the_place_is_one_person_s(
    live: Factory, live_app: Flask
) -> None:
    for ahead in (0, 5, 10, 20, 40, 80):
        room = Room(live)
        together(live_app, [room.give_back()])
        room.end_offers(timedelta(milliseconds=ahead))
        jobs = [room.accept(room.waits[0]), room.tend(), room.leave(room.waits[1])]
        together(live_app, jobs + room.strangers_and_staff())
        states = room.states()
        assert room.taken() == int(WaitState.TAKEN in states)
        assert room.offers() + states.count(WaitState.TAKEN) <= 1


@pytest.mark.timeout(300)
def test_two_who_take_one_offer_at_once_take_it_once(live: Factory, live_app: Flask) -> None:
    room = Room(live)
    together(live_app, [room.give_back()])
    assert codes(together(live_app, [room.accept(room.waits[0])] * MANY)) == {"won": MANY}
    assert room.states()[0] is WaitState.TAKEN
    assert room.taken() == 1


@pytest.mark.timeout(300)
def test_one_member_who_joins_from_many_phones_waits_once(live: Factory, live_app: Flask) -> None:
    room = Room(live)
    member_id = room.strangers[0]

    def join() -> object:
        member = db.session.get_one(Member, member_id)
        return waiting.join(room._wish(member), by=f"member:{member_id}")

    assert codes(together(live_app, [join] * MANY)) == {"won": MANY}
    db.session.rollback()
    there = select(func.count()).where(ClassWait.member_id == member_id)
    assert db.session.scalar(there) == 1
