"""The desk at its edges: what is over stays, who left does not teach, what nobody can mean is refused."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.coursedesk.errors import ClassOver
from palace.coursedesk.services.classes import seen_of
from palace.coursedesk.services.ending import call_off
from palace.courses.errors import SessionOver
from palace.courses.queries.facts import planned_of
from palace.courses.services import planning
from palace.courses.services.places import Place
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.teachers import services as teachers
from palace.teachers.errors import TeacherLeft
from palace.teachers.queries import times_of
from palace.teachers.rules import Free, Span
from tests.coursedesk.conftest import BY, DESK, Planned, opened, opening, skilled
from tests.coursedesk.test_pages import typed
from tests.coursedesk.test_sessions import first_of, place, told
from tests.factory import Factory
from tests.teaching import Teaching


def test_a_class_that_was_taught_to_its_end_is_not_called_off(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    made = planned(minimum=1)
    enrolled = teaching.enrolment(made)
    make.set_clock(max(one.ends_at for one in planned_of(made.id)))

    with pytest.raises(ClassOver):
        call_off(made, by=BY, why="弄错了")
    assert enrolled.state is EnrolmentState.CONFIRMED


def test_a_session_is_not_made_up_for_in_the_past(planned: Planned) -> None:
    one = first_of(planned())
    past = clock.now() - timedelta(days=1)
    span = Span(clock.palace_day(past), past, past + timedelta(minutes=90))

    with pytest.raises(SessionOver):
        planning.cancel_session(one, by=BY, instead=Place(span=span, space_id=one.space_id))


def test_a_session_that_is_moved_to_where_it_is_tells_nobody(
    teaching: Teaching, planned: Planned
) -> None:
    made = planned()
    teaching.enrolment(made)
    one = first_of(made)
    planning.replan(one, place(one), by=BY)
    before = len(told("class_session_moved"))

    planning.replan(one, place(one, ahead=0), by=BY)

    assert len(told("class_session_moved")) == before


def test_who_left_is_not_planned_nor_substituted_nor_linked(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    gone = skilled(teaching)
    one = first_of(planned())
    of = opening(teaching, space=make.space(), teacher=gone)
    teachers.leave(gone)

    with pytest.raises(TeacherLeft):
        planning.substitute(one, gone, by=BY)
    with pytest.raises(TeacherLeft):
        opened(of)
    member = make.member("王老师")
    with pytest.raises(TeacherLeft):
        teachers.link(gone, str(member.phone), member.name)


def test_who_left_does_not_make_up_for_what_was_called_off(planned: Planned) -> None:
    made = planned()
    one = first_of(made)
    planning.cancel_session(one, by=BY)
    assert made.teacher
    teachers.leave(made.teacher)

    assert planning.make_up(one, place(one), by=BY).teacher_id is None


def test_a_teacher_who_is_free_twice_from_one_hour_is_free_the_longer(teaching: Teaching) -> None:
    teacher = teaching.teacher()
    nine, eleven, noon = time(9), time(11), time(12)
    times = [Free(1, nine, noon), Free(1, nine, eleven)]

    teachers.change(teacher, teachers.facts_of(teacher), {}, times)

    assert times_of([teacher.id])[teacher.id] == [Free(1, nine, noon)]


@pytest.mark.parametrize("begins", ["9999999999999", "99999999999"])
def test_a_place_at_no_time_anybody_lives_to_see_is_refused(
    desk: FlaskClient, planned: Planned, make: Factory, begins: str
) -> None:
    one = first_of(planned())
    make.commit()
    address = f"{DESK}/sessions/{one.id}/move"
    answer = desk.post(address, data={"place": f"{one.space_id}.{begins}"})
    assert answer.status_code == 422


def test_a_day_that_is_none_is_not_left_out(desk: FlaskClient, teaching: Teaching) -> None:
    form = typed(teaching, skips="2026-02-30")
    teaching.make.commit()
    answer = desk.post(f"{DESK}/classes/look", data=form)
    assert answer.status_code == 422


def test_a_free_time_with_a_zone_is_refused(desk: FlaskClient, teaching: Teaching) -> None:
    teacher = teaching.teacher()
    teaching.make.commit()
    form = {"name_zh": "王老师", "weekdays": "1", "froms": "09Z", "tos": "10:00"}
    answer = desk.post(f"{DESK}/teachers/{teacher.id}", data=form)
    assert answer.status_code == 422


def test_what_nobody_types_of_a_changed_class_goes_by_the_figures_of_its_house(
    desk: FlaskClient, planned: Planned, teaching: Teaching
) -> None:
    teaching.rules(decide_days=5, in_person_hours=72)
    made = planned()
    teaching.make.commit()
    form = {
        "places": "20", "in_person": "3", "member_fee": "0", "material_fee": "0", "minimum": "5",
        "trial_sessions": "0", "late_sessions": "3", "offer_sessions": "2", "absences": "3",
        "seen": seen_of(made),
    }  # fmt: skip

    assert desk.post(f"{DESK}/classes/{made.id}", data=form).status_code == 303

    db.session.refresh(made)
    assert made.decides_on == first_of(made).day - timedelta(days=5)
    assert made.in_person_until == made.term.opens_at + timedelta(hours=72)
