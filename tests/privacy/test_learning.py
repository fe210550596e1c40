"""Classes in the way of erasing: a place in one that goes on, sessions to teach; what stays is nobody's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.courses.models import Enrolment
from palace.courses.services import end, locked
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.privacy import queries, services
from palace.privacy.errors import ThingsAhead
from palace.teachers.models import Teacher
from tests.factory import Factory
from tests.teaching import Teaching


def test_a_class_that_goes_on_stands_in_the_way_until_it_is_given_back(
    make: Factory, teaching: Teaching
) -> None:
    make.site()
    make.rules()
    member = make.member()
    place = teaching.enrolment(teaching.offering(), member)
    assert list(queries.ahead(member.id, clock.now()).classes) == [place]
    with pytest.raises(ThingsAhead):
        services.erase(member.id, clock.now(), asked_by="x")

    end(locked(place), EnrolmentState.WITHDRAWN, by="x", now=clock.now())

    services.erase(member.id, clock.now(), asked_by="x")


def test_sessions_to_teach_stand_in_the_way(make: Factory, teaching: Teaching) -> None:
    make.site()
    make.rules()
    member = make.member()
    teaching.offering(sessions=2, teacher=teaching.teacher(member))
    assert len(queries.ahead(member.id, clock.now()).teaching) == 2

    make.set_clock(clock.now() + timedelta(days=60))
    services.erase(member.id, clock.now(), asked_by="x")

    teacher = db.session.scalars(select(Teacher).where(Teacher.member_id == member.id)).one()
    assert (teacher.name_zh, teacher.about_zh, teacher.left_at is not None) == ("", "", True)


def test_a_parent_and_two_children_of_one_class_are_forgotten_and_still_three(
    make: Factory, teaching: Teaching
) -> None:
    make.site()
    make.rules()
    parent, of = make.member(), teaching.offering()
    teaching.enrolment(of, parent)
    for name in ("大宝", "小宝"):
        child = teaching.child(parent, name=name)
        teaching.enrolment(of, parent, companion_id=child.id, guardian=True)
    make.set_clock(clock.now() + timedelta(days=60))

    services.erase(parent.id, clock.now(), asked_by="x")

    places = db.session.scalars(select(Enrolment).where(Enrolment.offering_id == of.id)).all()
    assert [one.companion_id for one in places] == [None, None, None]
    assert len({one.person for one in places}) == 3
