"""The way of a program through a teacher's evening, for the walk past every answer."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any, Protocol

from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.facts import sessions_of
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.rollcall import tokens
from palace.teachers.models import HoursSheet, Teacher, TeacherSkill
from tests.factory import Factory
from tests.teaching import Teaching

DAY = date(2026, 12, 8)


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    browser: FlaskClient

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def call_a_roll(walk: Walk, make: Factory) -> None:
    """Teach an evening: asked and answered, leave, a scan, a roll, hours; the clock runs on behind."""
    teaching = Teaching(make)
    make.set_clock(clock.at(DAY - timedelta(days=1), time(9)))
    account, pupil = make.member("周老师"), make.member("李想")
    teacher = teaching.teacher(account)
    make.add(TeacherSkill(teacher_id=teacher.id, subject="calligraphy"))
    offering = teaching.offering(sessions=2, first=DAY)
    place = teaching.enrolment(offering, pupil)
    first, second = sessions_of(offering.id)

    ask_a_teacher(walk, make, teacher, second)
    come_and_be_away(walk, make, place, first, second)
    teach(walk, make, account, place, first)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", "/staff/attendance")
    walk.ask("GET", f"/staff/attendance/{offering.id}")
    walk.ask("GET", "/staff/hours-sheets")
    sheet = db.session.scalars(select(HoursSheet.id)).one()
    walk.ask("GET", f"/staff/hours-sheets/{sheet}")
    walk.ask("POST", f"/staff/hours-sheets/{sheet}/check")
    make.set_clock(None)


def ask_a_teacher(walk: Walk, make: Factory, teacher: Teacher, second: ClassSession) -> None:
    """Ask a teacher to substitute, take it back, ask again; they decline that and take the class."""
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    asked = f"/staff/offerings/{second.offering_id}/invitations"
    walk.ask("GET", asked)
    made = walk.ask("POST", asked, teacher=teacher.id, class_session=second.id)["invitations"][0]
    walk.ask("POST", f"/staff/invitations/{made['invitation']}/withdraw")
    one = walk.ask("POST", asked, teacher=teacher.id, class_session=second.id)["invitations"][0]
    whole = walk.ask("POST", asked, teacher=teacher.id)["invitations"][0]

    account = db.session.get_one(Member, teacher.member_id)
    make.sign_in(walk.browser, account)
    page = f"/teaching/invitations/{one['invitation']}"
    walk.ask("GET", page)
    walk.ask("POST", f"{page}/decline", why="那天出差")
    walk.ask("POST", f"/teaching/invitations/{whole['invitation']}/accept")


def come_and_be_away(
    walk: Walk, make: Factory, place: Enrolment, first: ClassSession, second: ClassSession
) -> None:
    """Ask for leave and take it back; scan the teacher's code."""
    make.sign_in(walk.browser, place.member)
    leave = f"/enrolments/{place.code}/leave"
    walk.ask("GET", leave)
    walk.ask("POST", leave, class_session=second.id, words="出差")
    walk.ask("POST", f"{leave}/withdraw", class_session=second.id)
    make.set_clock(first.starts_at)
    make.sign_in(walk.browser, place.member)
    here = f"/class-sessions/{first.id}/here"
    scanned = walk.ask("GET", f"{here}?code={tokens.live_code(first, clock.now())}")
    walk.ask("POST", here, code=scanned["code"])


def teach(
    walk: Walk, make: Factory, account: Member, place: Enrolment, first: ClassSession
) -> None:
    """Call a roll, and sign the month when the session is over."""
    make.sign_in(walk.browser, account)
    walk.ask("GET", "/teaching")
    walk.ask("GET", "/teaching/timetable")
    roll = f"/teaching/sessions/{first.id}"
    walk.ask("GET", f"{roll}/code")
    opened = walk.ask("GET", roll)["opened_at"]
    said = {"shown": [f"{place.id}:present"], "late": [place.id], "opened": opened}
    walk.ask("POST", roll, device="a-program", sequence=1, **said)
    make.set_clock(first.ends_at)
    month = walk.ask("GET", "/teaching/hours")
    signed = {name: month[name] for name in ("month", "sessions", "minutes")}
    walk.ask("POST", "/teaching/hours", **signed)
