"""Somebody who has learned and taught here: a row in every table of classes that keeps something of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from palace import clock
from palace.certificates.models import Certificate
from palace.classes.models import ClassMessage, Recording, RecordingView
from palace.courses.models import Enrolment, Offering
from palace.courses.states import Channel, EnrolmentState, WaitState
from palace.members.models import Member
from palace.rollcall.models import AttendanceMark, Invitation, Leave
from palace.rollcall.rules import Mark
from palace.security import public_code
from palace.surveys.models import Score, Survey, SurveyLine, SurveyVote
from palace.teachers.models import HoursSheet, TeacherSkill, TeacherTime
from tests.factory import Factory
from tests.teaching import Teaching


def learned(make: Factory, member: Member, name: str, now: datetime) -> None:
    """Add a class somebody was in, one they waited for, what they taught, and what they would like."""
    teaching = Teaching(make)
    today = clock.palace_day(now)
    over = today - timedelta(days=30)
    term = teaching.term(first_on=over, last_on=today, name_zh="从前的学期")
    of = teaching.offering(1, first=over, term=term)
    place = Enrolment(
        code=public_code(),
        offering_id=of.id,
        member_id=member.id,
        state=EnrolmentState.CONFIRMED,
        channel=Channel.ONLINE,
        enrolled_at=now - timedelta(days=40),
        excused_by="staff:1",
        excused_why=f"{name}是老学员",
        why=f"{name}来说的",
    )
    make.add(place)
    teaching.wait(of, member, state=WaitState.OVER, ended_at=now)
    _in_class(teaching, place, name, now)
    _taught(teaching, of, member, name, now)
    _liked(make, member, now, of)


def _in_class(teaching: Teaching, place: Enrolment, name: str, now: datetime) -> None:
    make, of = teaching.make, place.offering
    session = teaching.session(of, clock.palace_day(now) - timedelta(days=20))
    make.add(
        AttendanceMark(
            class_session_id=session.id,
            enrolment_id=place.id,
            mark=Mark.PRESENT,
            device="phone",
            sequence=1,
            marked_at=now,
            received_at=now,
            marked_by="member:1",
        ),
        Leave(
            class_session_id=session.id,
            enrolment_id=place.id,
            words=f"{name}病了",
            asked_at=now,
            asked_by=f"member:{place.member_id}",
        ),
        Score(enrolment_id=place.id, stars=5, words=f"{name}很满意", given_at=now),
        Certificate(
            code=public_code(),
            site_id=make.site().id,
            year=2026,
            serial=1,
            number="2026-001",
            enrolment_id=place.id,
            name=name,
            title_zh="书法基础",
            title_en="Calligraphy",
            attended=1,
            held=2,
            minutes=90,
            issued_at=now,
            issued_by="staff:1",
        ),
    )


def _taught(teaching: Teaching, of: Offering, member: Member, name: str, now: datetime) -> None:
    make = teaching.make
    teacher = teaching.teacher(member, name_zh=name, about_zh=f"{name}，国家一级演员")
    today = clock.palace_day(now)
    make.add(
        TeacherSkill(teacher_id=teacher.id, subject="calligraphy"),
        TeacherTime(teacher_id=teacher.id, weekday=1, begins=time(9), ends=time(11)),
        HoursSheet(
            teacher_id=teacher.id, month=today.replace(day=1), sessions=1, minutes=90, signed_at=now
        ),
        Invitation(
            offering_id=of.id,
            teacher_id=teacher.id,
            asked_at=now,
            asked_by="staff:1",
            why=f"{name}没空",
        ),
        ClassMessage(
            offering_id=of.id, words=f"我是{name}", sent_by=f"member:{member.id}", sent_at=now
        ),
    )


def _liked(make: Factory, member: Member, now: datetime, of: Offering) -> None:
    survey = Survey(
        site_id=make.site().id,
        title_zh="想学什么",
        title_en="What next",
        choices=3,
        opens_at=now - timedelta(days=2),
        closes_at=now - timedelta(days=1),
    )
    make.add(survey)
    line = SurveyLine(
        survey_id=survey.id, position=1, subject="calligraphy", title_zh="篆刻", title_en="Seals"
    )
    lesson = Recording(
        course_id=of.course_id,
        title_zh="第一课",
        address="https://example.org/1",
        added_by="staff:1",
        added_at=now,
    )
    make.add(line, lesson)
    make.add(
        SurveyVote(line_id=line.id, member_id=member.id, voted_at=now),
        RecordingView(
            recording_id=lesson.id, member_id=member.id, day=clock.palace_day(now), times=2
        ),
    )
