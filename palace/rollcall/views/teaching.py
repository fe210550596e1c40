"""A teacher's start page, and everything they teach from here on."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask.typing import ResponseReturnValue

from palace import clock
from palace.courses.states import SessionState
from palace.members.rules import Role
from palace.rollcall.queries import invitations, roll, teaching
from palace.rollcall.views.base import bp, own_teacher, session_json
from palace.rollcall.views.invitations import invitation_json
from palace.web import allow, answer

NEXT = 5


@bp.get("/teaching")
@allow(Role.TEACHER)
def home() -> ResponseReturnValue:
    """Show a teacher their day: whose roll to call, what they are asked, what comes next."""
    teacher, now = own_teacher(), clock.now()
    today, uncalled = teaching.of_today(teacher.id, now), teaching.uncalled(teacher.id, now)
    coming = teaching.coming(teacher.id, now, NEXT)
    called = roll.called([one.id for one in today])
    asked, classes = invitations.open_of(teacher.id), teaching.classes(teacher.id, now)

    def body() -> dict[str, Any]:
        return {
            "teacher": teacher.id,
            "today": [session_json(one) | {"called": one.id in called} for one in today],
            "uncalled": [session_json(one) for one in uncalled],
            "coming": [session_json(one) for one in coming],
            "classes": [one.id for one in classes],
            "invitations": [invitation_json(one) for one in asked],
        }

    return answer(
        "rollcall/home.html",
        body,
        teacher=teacher,
        now=now,
        today=today,
        uncalled=uncalled,
        coming=coming,
        classes=classes,
        called=called,
        invitations=asked,
        people=teaching.people([one.id for one in today]),
        off=SessionState.CANCELLED,
    )


@bp.get("/teaching/timetable")
@allow(Role.TEACHER)
def timetable() -> ResponseReturnValue:
    """Show everything a teacher teaches from today on, week by week."""
    teacher, now = own_teacher(), clock.now()
    those = [*teaching.of_today(teacher.id, now), *teaching.coming(teacher.id, now)]
    days = [(day, list(some)) for day, some in groupby(those, lambda one: one.day)]
    return answer(
        "rollcall/timetable.html",
        lambda: {"sessions": [session_json(one) for one in those]},
        teacher=teacher,
        days=days,
    )
