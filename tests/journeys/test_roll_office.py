"""The office's pages of the roll call: who came, the hours checked in four taps, a teacher asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.courses.queries.facts import sessions_of
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.rules import Role
from palace.rollcall import services
from palace.rollcall.models import AttendanceMark, Leave
from palace.rollcall.queries import hours
from palace.rollcall.rules import Mark
from palace.teachers.models import Teacher
from tests.classes.conftest import Class, a_class
from tests.coursedesk.test_opening import able
from tests.factory import Factory
from tests.journeys.conftest import LOOKS, Person
from tests.journeys.test_menus import over
from tests.teaching import Teaching

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def taught(live: Factory) -> Class:
    """Return a class that is over, its hours signed: one of twelve left, some were late or away."""
    room = a_class(live, Teaching(live), people=12, sessions=5)
    over(live, room)
    marks = db.session.scalars(
        select(AttendanceMark).order_by(AttendanceMark.enrolment_id, AttendanceMark.id)
    ).all()
    marks[0].mark = marks[6].mark = Mark.LATE
    excused = marks[9]
    live.add(
        Leave(
            class_session_id=excused.class_session_id,
            enrolment_id=excused.enrolment_id,
            asked_at=excused.marked_at - timedelta(days=1),
            asked_by=f"member:{room.people[1].member_id}",
        )
    )
    room.people[3].state, room.people[3].ended_at = EnrolmentState.WITHDRAWN, clock.now()
    db.session.flush()
    teacher = db.session.get_one(Teacher, room.offering.teacher_id)
    month = hours.month_of(teacher, first_month(room), clock.now())
    services.sign(
        teacher,
        month.first,
        sessions=month.sessions,
        minutes=month.minutes,
        by=f"member:{room.teacher.id}",
    )
    return room


def first_month(room: Class) -> date:
    """Return the month in which a class began."""
    return sessions_of(room.offering.id)[0].day.replace(day=1)


def whole(who: Person) -> bool:
    """Return whether no figure of a table lies beyond the edge of the screen."""
    widths = (
        "[...document.querySelectorAll('.scroll')].map((one) => one.scrollWidth - one.clientWidth)"
    )
    return all(over <= 0 for over in who.page.evaluate(widths))


@pytest.mark.parametrize("look", LOOKS)
def test_the_office_sees_who_came_and_checks_the_hours_in_four_taps(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    room = taught(live)
    office = enter(live.staff(Role.PROGRAMME), look)
    office.go("/staff/courses")
    office.tap("到课情况", role="link")
    assert office.page.get_by_role("row").count() >= 3
    office.look(f"attendance-list-{look}")
    office.tap(re.compile("书法基础"), role="link")
    assert "已不在班里" in office.say()
    assert room.people[0].member.name not in office.say()
    office.look(f"attendance-class-{look}")
    assert whole(office)
    office.go("/staff/courses")
    office.taps = 0
    office.tap("课时单", role="link")
    office.look(f"sheets-{look}")
    office.tap("等着核对的", role="link")
    first = first_month(room)
    month = f"{first.year}年{first.month}月"
    office.tap(month, role="link")
    office.look(f"sheet-{look}")
    assert whole(office)
    office.tap("核对无误")
    assert "核对好了，可以打印。" in office.say()
    assert office.taps == 4
    office.look(f"sheet-checked-{look}")
    office.go("/staff/hours-sheets?checked=0")
    assert office.page.get_by_role("link", name=month).count() == 0


@pytest.mark.parametrize("look", LOOKS)
def test_a_teacher_is_asked_in_two_taps_and_the_asking_taken_back_in_one(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    teaching = Teaching(live)
    room = a_class(live, teaching, sessions=4)
    able(teaching, (3, "18:00", "21:00"))
    office = enter(live.staff(Role.PROGRAMME), look)
    office.go(f"/staff/courses/classes/{room.offering.id}")
    office.taps = 0
    office.tap("请老师", role="link")
    office.look(f"invitations-{look}")
    office.page.locator("#class_session").select_option(index=2)
    office.tap("问一问")
    assert "等答复" in office.say()
    assert office.taps == 2
    office.look(f"invited-{look}")
    office.tap("收回")
    assert "邀请收回了。" in office.say()
    assert office.taps == 3
