"""The way of a program through the catalogue to a place, for the walk past every answer."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching


def enrol_in_a_class(walk: Any, make: Factory) -> None:
    """Look at what is taught, take a place, change the class, withdraw; then somebody is let in by staff."""
    teaching, ask = Teaching(make), walk.ask
    course = teaching.course()
    one, other = (teaching.offering(course=course) for _ in range(2))
    make.commit()
    ask("GET", "/courses")
    ask("GET", "/offerings")
    ask("GET", f"/offerings/{one.id}")
    ask("GET", f"/offerings/{one.id}/enrol")
    code = ask("POST", f"/offerings/{one.id}/enrol", key="walk-enrol-1")["enrolment"]
    ask("GET", f"/enrolments/{code}")
    moved = ask("POST", f"/enrolments/{code}/move", offering=other.id)["enrolment"]
    ask("POST", f"/enrolments/{moved}/withdraw")
    grown_up = make.member()
    of_children = teaching.offering(course=teaching.course(max_age=12))
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    path = f"/staff/offerings/{of_children.id}/enrol"
    ask("GET", path)
    ask("POST", path, key="walk-excuse-1", phone=grown_up.phone, why="陪孩子一起学")
    ask("POST", "/staff/sign-out")
