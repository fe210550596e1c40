"""The way of a program through the desk of courses, for the walk past every answer."""

from __future__ import annotations

from typing import Any, Protocol

from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.hours.models import OpeningHours
from palace.members.rules import Role
from tests.coursedesk.conftest import DESK, reviewed, skilled
from tests.factory import Factory
from tests.lending import Lending
from tests.teaching import Teaching


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    browser: FlaskClient

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def run_the_courses(walk: Walk, make: Factory) -> None:
    """Write a term, a course, a teacher and the figures; plan a class and see it through to its end."""
    teaching = Teaching(make)
    if db.session.scalars(select(OpeningHours.id)).first() is None:
        Lending(make).hours()
    site_id = make.site().id
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    term_id = write_a_term(walk, teaching, site_id)
    write_a_course(walk)
    teacher_id = write_a_teacher(walk, make, site_id)
    open_a_class(walk, make, teaching, {"term": term_id, "teacher": teacher_id})
    make.sign_in(walk.browser, make.staff(Role.ADMIN))
    rules = f"{DESK}/rules/{site_id}"
    figures = walk.ask("GET", rules)
    form = {one["name"]: one["value"] for one in figures["figures"]}
    walk.ask("POST", f"{rules}/look", seen=figures["seen"], **form)
    walk.ask("POST", rules, seen=figures["seen"], **form)


def write_a_term(walk: Walk, teaching: Teaching, site_id: int) -> int:
    """Make a term and change it; return its number."""
    form: dict[str, object] = {
        "name_zh": "春季",
        "first_on": teaching.day(1).isoformat(),
        "last_on": teaching.day(150).isoformat(),
        "shown_at": f"{teaching.day(-3).isoformat()}T09:00",
        "opens_at": f"{teaching.day(-2).isoformat()}T09:00",
        "public_opens_at": f"{teaching.day(-1).isoformat()}T09:00",
        "closes_at": f"{teaching.day(60).isoformat()}T09:00",
        "per_person": 2,
    }
    made = walk.ask("POST", f"{DESK}/terms", site=site_id, **form)
    term_id: int = made["term"]
    walk.ask("POST", f"{DESK}/terms/{term_id}", seen=made["seen"], **form)
    walk.ask("GET", f"{DESK}/terms/{term_id}")
    walk.ask("GET", f"{DESK}/terms")
    return term_id


def write_a_course(walk: Walk) -> None:
    """Send a course into the review, change it there and take it back."""
    key = walk.ask("GET", f"{DESK}/courses/new")["key"]
    form = {"subject": "go", "title_zh": "围棋", "level": 0}
    made = walk.ask("POST", f"{DESK}/courses", key=key, **form)
    page = f"{DESK}/courses/{made['course']}"
    seen = walk.ask("GET", f"{page}/change")["seen"]
    changed = walk.ask("POST", f"{page}/change", seen=seen, **form | {"title_zh": "围棋启蒙"})
    revision = changed["revision"]
    walk.ask("POST", f"{page}/withdraw", revision=revision["revision"], version=revision["version"])
    walk.ask("GET", page)
    walk.ask("GET", f"{DESK}/courses")


def write_a_teacher(walk: Walk, make: Factory, site_id: int) -> int:
    """Write a teacher, link their account; another leaves. Return the number of who stays."""
    walk.ask("GET", f"{DESK}/teachers/new")
    form: dict[str, object] = {"name_zh": "王老师", "subjects": ["calligraphy"], "levels": ["0"]}
    times = {"weekdays": ["1"], "froms": ["08:00"], "tos": ["22:00"]}
    made = walk.ask("POST", f"{DESK}/teachers", site=site_id, **form, **times)
    page = f"{DESK}/teachers/{made['teacher']}"
    walk.ask("POST", page, **form)
    account = make.member("王老师")
    walk.ask("POST", f"{page}/link", phone=account.phone, name=account.name)
    leaves = walk.ask("POST", f"{DESK}/teachers", site=site_id, **form)
    walk.ask("POST", f"{DESK}/teachers/{leaves['teacher']}/leave")
    walk.ask("GET", page)
    walk.ask("GET", f"{DESK}/teachers")
    teacher_id: int = made["teacher"]
    return teacher_id


def open_a_class(walk: Walk, make: Factory, teaching: Teaching, where: dict[str, int]) -> None:
    """Plan a class as it was shown, publish and change it, change its sessions, call it off."""
    course = teaching.course()
    reviewed(course.id)
    key = walk.ask("GET", f"{DESK}/classes/new")["key"]
    facts: dict[str, object] = {
        "places": 20, "in_person": 0, "minimum": 5, "trial_sessions": 1, "late_sessions": 3,
        "offer_sessions": 2, "absences": 3, "decides_on": teaching.day(2).isoformat(),
    }  # fmt: skip
    form = facts | where | {
        "course": course.id, "space": make.space().id, "pattern": "weekly", "count": 4,
        "first": teaching.day(3).isoformat(), "begins": "19:00", "minutes": 90, "key": key,
    }  # fmt: skip
    seen = walk.ask("POST", f"{DESK}/classes/look", **form)["seen"]
    made = walk.ask("POST", f"{DESK}/classes", seen=seen, **form)
    page = f"{DESK}/classes/{made['class']}"
    published = walk.ask("POST", f"{page}/publish")
    walk.ask("POST", page, seen=published["seen"], **facts | {"places": 25})
    walk.ask("GET", f"{DESK}/decisions")
    walk.ask("POST", f"{page}/keep")
    change_sessions(walk, teaching, [one["session"] for one in made["sessions"]])
    walk.ask("GET", page)
    walk.ask("GET", DESK)
    call_off(walk, make, page)


def call_off(walk: Walk, make: Factory, page: str) -> None:
    """Propose to call a class off and withdraw, propose again and have a second person confirm."""
    walk.ask("GET", f"{page}/call-off")
    told = walk.ask("POST", f"{page}/call-off", why="人数不够")
    walk.ask("POST", f"{page}/call-off/withdraw", call_off=told["call_off"]["call_off"])
    told = walk.ask("POST", f"{page}/call-off", why="人数不够")
    walk.ask("GET", f"{DESK}/decisions")
    make.sign_in(walk.browser, make.staff(Role.REVIEWER))
    seen = {"call_off": told["call_off"]["call_off"], "seen": told["seen"]}
    walk.ask("POST", f"{page}/call-off/confirm", **seen)


def change_sessions(walk: Walk, teaching: Teaching, sessions: list[int]) -> None:
    """Have a substitute, call sessions off at once and for later, make up for one, move one."""
    other = skilled(teaching)
    first, second, third, fourth = (f"{DESK}/sessions/{number}" for number in sessions)
    walk.ask("POST", f"{first}/substitute", teacher=other.id)
    places = walk.ask("GET", first)["places"]
    walk.ask("POST", f"{first}/cancel", place=places[0]["place"], why="停电")
    walk.ask("POST", f"{second}/cancel", later=True)
    walk.ask("POST", f"{second}/make-up", place=walk.ask("GET", second)["places"][0]["place"])
    walk.ask("POST", f"{third}/move", place=walk.ask("GET", third)["places"][0]["place"])
    walk.ask("GET", fourth)
