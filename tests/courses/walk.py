"""The way of a program through the queue of a class, for the walk past every answer."""

from __future__ import annotations

from typing import Any

from palace import clock
from palace.courses.services import end, locked
from palace.courses.states import EnrolmentState
from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching


def wait_for_a_class(walk: Any, make: Factory) -> None:
    """Wait for a class, leave, wait again, take the place that came free; give its feed a new address."""
    teaching = Teaching(make)
    teaching.rules()
    of = teaching.offering(places=1)
    held = teaching.enrolment(of)
    page = f"/offerings/{of.id}/wait"
    make.sign_in(walk.browser, make.member())
    walk.ask("GET", page)
    code = walk.ask("POST", page)["code"]
    walk.ask("GET", f"/class-waits/{code}")
    walk.ask("POST", f"/class-waits/{code}/leave")
    code = walk.ask("POST", page)["code"]
    end(locked(held), EnrolmentState.WITHDRAWN, by="x", now=clock.now())
    walk.ask("GET", page)
    walk.ask("POST", f"/class-waits/{code}/take")
    walk.ask("GET", "/mine/calendars")
    walk.ask("POST", "/sign-out")
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", f"/staff/offerings/{of.id}/waits")
    walk.ask("POST", f"/calendars/classes/{of.id}/renew")
    walk.ask("POST", "/staff/sign-out")
