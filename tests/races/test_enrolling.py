"""Everybody enrols at once: a class has as many people as places, a person as many classes as allowed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.companions.models import Companion
from palace.courses import services
from palace.courses.models import Enrolment, Offering
from palace.courses.rules import Wish
from palace.courses.states import HOLDING, Channel, EnrolmentState
from palace.db import db
from palace.members.models import Member
from palace.payments import services as payments
from palace.payments.models import Payment
from tests.factory import Factory
from tests.money import owed_of
from tests.races.together import codes, together
from tests.teaching import Teaching

Job = Callable[[], object]


def tap(
    offering: Offering,
    member: Member,
    companion: Companion | None = None,
    channel: Channel = Channel.ONLINE,
    key: str | None = None,
) -> Job:
    """Return a job that enrols somebody."""
    to, who, child = offering.id, member.id, companion.id if companion else None

    def job() -> object:
        mine = db.session.get_one(Member, who)
        wish = Wish(offering_id=to, member=mine, companion_id=child, channel=channel)
        return services.enrol(wish, by=f"member:{who}", key=key).code

    return job


def change(enrolment: Enrolment, to: Offering) -> Job:
    """Return a job that changes a place for one in another class."""
    who, code, to_id = enrolment.member_id, enrolment.code, to.id

    def job() -> object:
        mine = db.session.get_one(Member, who)
        return services.move(mine, code, to_id, by=f"member:{who}").code

    return job


def held(*offerings: Offering) -> list[int]:
    """Return how many places are held in each class."""
    db.session.rollback()
    ids = [one.id for one in offerings]
    counted = (
        select(Enrolment.offering_id, func.count())
        .where(Enrolment.offering_id.in_(ids), Enrolment.state.in_(HOLDING))
        .group_by(Enrolment.offering_id)
    )
    found = {row[0]: row[1] for row in db.session.execute(counted)}
    return [found.get(one, 0) for one in ids]


@pytest.mark.timeout(300)
def test_forty_for_ten_places_are_ten(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    offering, people = teaching.offering(places=10), [live.member() for _ in range(40)]
    live.commit()

    results = together(live_app, [tap(offering, one) for one in people], at_once=40)

    assert codes(results) == {"won": 10, "class_full": 30}
    assert held(offering) == [10]


@pytest.mark.timeout(300)
def test_one_member_in_two_classes_at_once_keeps_the_cap(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    term = teaching.term(per_person=1)
    for _ in range(5):
        classes = [teaching.offering(term=term, course=teaching.course()) for _ in range(8)]
        member = live.member()
        live.commit()

        results = together(live_app, [tap(one, member) for one in classes])

        assert codes(results) == {"won": 1, "class_rules_failed": 7}
        assert sum(held(*classes)) == 1


@pytest.mark.timeout(300)
def test_the_same_member_many_times_has_one_place(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    offering, member = teaching.offering(places=10), live.member()
    live.commit()

    results = together(live_app, [tap(offering, member) for _ in range(16)])

    assert codes(results) == {"won": 1, "class_rules_failed": 15}
    assert held(offering) == [1]


@pytest.mark.timeout(300)
def test_one_command_sent_many_times_has_one_answer(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    offering, member = teaching.offering(places=10), live.member()
    live.commit()

    results = together(live_app, [tap(offering, member, key="once-only") for _ in range(16)])

    assert len(set(map(str, results))) == 1
    assert held(offering) == [1]


@pytest.mark.timeout(300)
def test_a_parent_and_their_children_have_a_place_each_while_there_are_some(
    live: Factory, live_app: Flask
) -> None:
    teaching = Teaching(live)
    offering = teaching.offering(places=5)
    jobs = []
    for number in range(4):
        parent = live.member()
        child = teaching.child(parent, years=15, name=f"孩子{number}")
        jobs += [tap(offering, parent), tap(offering, parent, child)]
    live.commit()

    results = together(live_app, jobs * 2)

    assert held(offering) == [5]
    assert codes(results)["won"] == 5
    people = db.session.execute(select(Enrolment.member_id, Enrolment.companion_id)).all()
    assert len(set(people)) == 5


@pytest.mark.timeout(300)
def test_kept_places_are_for_who_comes_in_person(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    until = clock.now() + timedelta(hours=1)
    offering = teaching.offering(places=10, in_person=3, in_person_until=until)
    online = [tap(offering, live.member()) for _ in range(16)]
    counter = [tap(offering, live.member(), channel=Channel.COUNTER) for _ in range(16)]
    live.commit()

    together(live_app, [job for pair in zip(online, counter, strict=True) for job in pair])

    assert held(offering) == [10]
    by_channel = Counter(db.session.scalars(select(Enrolment.channel)))
    assert by_channel[Channel.COUNTER] >= 3


@pytest.mark.timeout(300)
def test_money_at_the_lapse_confirms_or_is_due_back_never_both(
    live: Factory, live_app: Flask
) -> None:
    """The last place lapses just now: its money comes while others want it."""
    teaching = Teaching(live)
    for round_ in range(6):
        offering = teaching.offering(places=1, member_fee=3000)
        first = teaching.enrolment(offering)
        others = [live.member() for _ in range(8)]
        first.held_until = clock.now() + timedelta(milliseconds=40 * round_)
        live.commit()
        payment_id = db.session.scalars(
            select(Payment.id).where(Payment.subject_id == first.id)
        ).one()

        def pay(payment_id: int = payment_id) -> object:
            payment = db.session.get_one(Payment, payment_id)
            payments.receive(payment, reference=f"r{payment_id}", now=clock.now())
            return "paid"

        together(live_app, [pay, *(tap(offering, one) for one in others)])

        db.session.rollback()
        paid = db.session.get_one(Payment, payment_id, populate_existing=True)
        mine = db.session.get_one(Enrolment, first.id, populate_existing=True)
        assert (mine.state is EnrolmentState.CONFIRMED) != (owed_of(paid) > 0)
        live_now = [
            one
            for one in db.session.scalars(
                select(Enrolment).where(Enrolment.offering_id == offering.id)
            )
            if one.state_at(clock.now()) in HOLDING
        ]
        assert len(live_now) <= 1


@pytest.mark.timeout(300)
def test_money_that_comes_while_a_place_changes_is_for_the_new_one(
    live: Factory, live_app: Flask
) -> None:
    teaching = Teaching(live)
    course = teaching.course()
    one, other = (teaching.offering(course=course, member_fee=3000) for _ in range(2))
    place = teaching.enrolment(one)
    live.commit()
    old_id, changes = place.id, change(place, other)
    moving = threading.Event()

    def change_slowly() -> object:
        code = changes()
        moving.set()
        time.sleep(0.5)  # the money waits for the locks meanwhile
        return code

    def pay() -> object:
        wanted = select(Payment).where(Payment.subject_id == old_id)
        moving.wait(timeout=60)
        payment = db.session.scalars(wanted).one()
        payments.receive(payment, reference="r1", now=clock.now())
        return payment.id

    _, payment_id = together(live_app, [change_slowly, pay])

    db.session.rollback()
    paid = db.session.get_one(Payment, payment_id, populate_existing=True)
    new = db.session.get_one(Enrolment, paid.subject_id, populate_existing=True)
    assert (new.offering_id, new.state) == (other.id, EnrolmentState.CONFIRMED)
    assert owed_of(paid) == 0


@pytest.mark.timeout(300)
def test_changing_both_ways_at_once_ends_with_everybody_somewhere(
    live: Factory, live_app: Flask
) -> None:
    """Two full classes but for one place each: no circle of locks, no place given twice or lost."""
    teaching = Teaching(live)
    course = teaching.course()
    one, other = (teaching.offering(course=course, places=6) for _ in range(2))
    here = [teaching.enrolment(one) for _ in range(5)]
    there = [teaching.enrolment(other) for _ in range(5)]
    live.commit()

    jobs = [change(place, other) for place in here] + [change(place, one) for place in there]
    results = together(live_app, jobs)

    assert set(codes(results)) <= {"won", "class_full"}
    places = held(one, other)
    assert sum(places) == 10
    assert max(places) <= 6


@pytest.mark.timeout(300)
def test_changing_twice_at_once_is_changing_once(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    course = teaching.course()
    one, other, third = (teaching.offering(course=course, places=6) for _ in range(3))
    place = teaching.enrolment(one)
    live.commit()

    results = together(live_app, [change(place, to) for to in (other, third) for _ in range(6)])

    assert codes(results) == {"won": 1, "enrolment_over": 11}
    assert sum(held(one, other, third)) == 1
