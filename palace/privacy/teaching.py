"""What is kept of who learns or teaches: places in classes, who waits, roll calls, votes, certificates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from palace.certificates.models import Certificate
from palace.classes.models import ClassMessage, RecordingView
from palace.courses.catalogue import Course
from palace.courses.models import ClassWait, Enrolment, Offering
from palace.privacy.holding import DAYS, GOES, STAYS, Holding, Whose, by, by_actor
from palace.rollcall.models import AttendanceMark, Invitation, Leave
from palace.surveys.models import Score, SurveyVote
from palace.teachers.models import HoursSheet, Teacher, TeacherSkill, TeacherTime
from palace.text import N_

NOW: ColumnElement[Any] = func.palace_clock()
COUNTED = N_("班上的统计要对得上，一直留着；注销以后不再写着是谁。")


def _titled(of: InstrumentedAttribute[int]) -> ColumnElement[Any]:
    """Return the course of a class that a row is about."""
    found = select(Course.title_zh).join(Offering, Offering.course_id == Course.id)
    return found.where(Offering.id == of).scalar_subquery()


def _places(whose: Whose) -> Select[int]:
    return select(Enrolment.id).where(Enrolment.member_id == whose.id)


def _of_places(column: InstrumentedAttribute[int]) -> Callable[[Whose], ColumnElement[bool]]:
    """Return that a row is about a place in a class of theirs."""
    return lambda whose: column.in_(_places(whose))


def _of_teacher(column: InstrumentedAttribute[int]) -> Callable[[Whose], ColumnElement[bool]]:
    """Return that a row is about what they teach."""
    return lambda whose: column.in_(select(Teacher.id).where(Teacher.member_id == whose.id))


def _emptied(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return no words where there are some, and nothing where there were none."""
    return case((column.is_not(None), ""), else_=None)


TEACHING: Sequence[Holding] = (
    Holding(
        model=Enrolment,
        title=N_("报过的班"),
        kept=STAYS,
        of=by(Enrolment.member_id),
        untold=frozenset({"excused_by", "ended_by"}),
        also={"course": _titled(Enrolment.offering_id)},
        emptied={
            "why": _emptied(Enrolment.why),
            "excused_why": _emptied(Enrolment.excused_why),
        },
    ),
    Holding(
        model=ClassWait,
        title=N_("排队等过的班"),
        kept=DAYS,
        days="notice_keep_days",
        of=by(ClassWait.member_id),
        also={"course": _titled(ClassWait.offering_id)},
        goes=by(ClassWait.member_id),
    ),
    Holding(
        model=AttendanceMark,
        title=N_("上课的点名"),
        kept=COUNTED,
        of=_of_places(AttendanceMark.enrolment_id),
        untold=frozenset({"marked_by", "device", "sequence"}),
    ),
    Holding(
        model=Leave,
        title=N_("请过的假"),
        kept=COUNTED,
        of=_of_places(Leave.enrolment_id),
        emptied={"words": ""},
    ),
    Holding(
        model=Score,
        title=N_("您给班打的分"),
        kept=COUNTED,
        of=_of_places(Score.enrolment_id),
        emptied={"words": ""},
    ),
    Holding(
        model=Certificate,
        title=N_("结业证书"),
        kept=N_("编号一直留着；注销时证书作废，姓名删掉。"),
        of=_of_places(Certificate.enrolment_id),
        untold=frozenset({"issued_by", "revoked_by"}),
        emptied={
            "name": "",
            "revoked_at": func.coalesce(Certificate.revoked_at, NOW),
            "revoked_by": func.coalesce(Certificate.revoked_by, "system"),
            "why": func.coalesce(Certificate.why, "erased"),
        },
    ),
    Holding(
        model=SurveyVote,
        title=N_("您想学的课程"),
        kept=GOES,
        of=by(SurveyVote.member_id),
        goes=by(SurveyVote.member_id),
    ),
    Holding(
        model=RecordingView,
        title=N_("看过的课程录像"),
        kept=GOES,
        of=by(RecordingView.member_id),
        goes=by(RecordingView.member_id),
    ),
    Holding(
        model=Teacher,
        title=N_("您在这里教课"),
        kept=N_("教过的课一直留着；注销时姓名和介绍删掉。"),
        of=by(Teacher.member_id),
        emptied={
            "name_zh": "",
            "name_en": "",
            "about_zh": "",
            "about_en": "",
            "left_at": func.coalesce(Teacher.left_at, NOW),
        },
    ),
    Holding(
        model=TeacherSkill,
        title=N_("您能教的科目"),
        kept=GOES,
        of=_of_teacher(TeacherSkill.teacher_id),
        goes=_of_teacher(TeacherSkill.teacher_id),
    ),
    Holding(
        model=TeacherTime,
        title=N_("您能教课的时间"),
        kept=GOES,
        of=_of_teacher(TeacherTime.teacher_id),
        goes=_of_teacher(TeacherTime.teacher_id),
    ),
    Holding(
        model=HoursSheet,
        title=N_("您签过的课时单"),
        kept=STAYS,
        of=_of_teacher(HoursSheet.teacher_id),
        untold=frozenset({"checked_by"}),
    ),
    Holding(
        model=Invitation,
        title=N_("请您教过的课"),
        kept=COUNTED,
        of=_of_teacher(Invitation.teacher_id),
        untold=frozenset({"asked_by"}),
        emptied={"why": _emptied(Invitation.why)},
    ),
    Holding(
        model=ClassMessage,
        title=N_("您发给班上的话"),
        kept=DAYS,
        days="notice_keep_days",
        of=by_actor(ClassMessage.sent_by),
        goes=by_actor(ClassMessage.sent_by),
    ),
)
