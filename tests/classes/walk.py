"""Every described answer about menus, certificates and classes, given once for real."""

from __future__ import annotations

import io
from typing import Any

from palace.courses.models import Enrolment
from palace.members.rules import Role
from tests.certificates.conftest import finished
from tests.coursedesk.test_opening import able, reviewed
from tests.factory import Factory
from tests.lending import Lending
from tests.pictures.test_pictures import sent
from tests.surveys.conftest import a_menu, by_title
from tests.teaching import Teaching

DESK = "/staff/surveys"
OPENING = "/staff/courses/menu-lines"
MENU = {
    "title_zh": "春季想学什么",
    "title_en": "What would you like to learn?",
    "choices": 2,
    "opens_at": "2000-01-01 08:00",
    "closes_at": "2999-12-01 08:00",
}


def teach_and_prove(walk: Any, make: Factory) -> None:
    """Write a menu and vote on it, look after a class beside its sessions, give certificates and scores."""
    over = finished(make, Teaching(make), 10, 9)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    survey = write_a_menu(walk)
    look_after_a_class(walk, over.offering.id)
    certificate = give_certificates(walk, over.offering.id)
    walk.ask("POST", "/staff/sign-out")
    make.sign_in(walk.browser, over.people[1].member)
    be_in_a_class(walk, over.people[1], survey)
    walk.ask("POST", "/sign-out")
    walk.ask("GET", f"/certificates/{certificate}")
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", f"/staff/offerings/{over.offering.id}/scores")
    walk.ask("POST", "/staff/sign-out")
    make.set_clock(None)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    open_a_class(walk, make)
    walk.ask("POST", "/staff/sign-out")


def open_a_class(walk: Any, make: Factory) -> None:
    """Make a class of a line of a menu: who teaches it, where and when, and all at once."""
    teaching = Teaching(make)
    course = teaching.course("楷书入门")
    reviewed(course)
    able(teaching, (3, "18:00", "21:00"))
    Lending(make).room(purposes=["course"], capacity=40)
    line = by_title(a_menu(make))["楷书入门"]
    here = f"{OPENING}/{line.id}/open"
    first = walk.ask("GET", here)
    teacher = first["teachers"][0]
    (place, *_others) = walk.ask("GET", f"{here}?teacher={teacher}")["places"]
    chosen = {"teacher": teacher, "place": place["place"], "course": course.id}
    seen = walk.ask("GET", f"{here}?teacher={teacher}&place={place['place']}")["chosen"]["seen"]
    fields = chosen | {"term": first["term"], "places": 30, "seen": seen, "key": "walk-opening-1"}
    walk.ask("POST", here, **fields)


def write_a_menu(walk: Any) -> int:
    """Make a menu with lines, in another order; return its number."""
    walk.ask("GET", DESK)
    walk.ask("GET", f"{DESK}/new")
    survey: int = walk.ask("POST", f"{DESK}/new", site="head", **MENU)["survey"]
    one = f"{DESK}/{survey}"
    told = walk.ask("POST", f"{one}/lines", pasted="书法\t楷书\n声乐\t合唱\n手工\t剪纸")
    last = told["results"][-1]["line"]
    walk.ask("POST", f"{one}/lines/{last}/move", way="up")
    walk.ask("POST", f"{one}/lines/{last}/remove")
    walk.ask("POST", one, **MENU | {"title_zh": "想学什么"})
    walk.ask("GET", one)
    return survey


def look_after_a_class(walk: Any, offering: int) -> None:
    """Write to a class, set its picture, add a recording and withdraw another, make a troupe of it."""
    here = f"/classes/{offering}"
    walk.ask("GET", here)
    walk.ask("POST", f"{here}/messages", words="周六带毛毡")
    walk.send(f"{here}/picture", picture=(io.BytesIO(sent()), "群.png"))
    walk.ask("POST", f"{here}/picture/remove")
    for title in ("第一课", "第二课"):
        fields = {"title": title, "address": "https://video.example/1", "minutes": 45}
        told = walk.ask("POST", f"{here}/recordings", **fields)
    last = told["recordings"][-1]["recording"]
    walk.ask("POST", f"{here}/recordings/{last}/withdraw")
    walk.ask("POST", f"{here}/troupe", name="墨香书法社", kind="choir")


def give_certificates(walk: Any, offering: int) -> str:
    """Give a class its certificates, revoke one and give it anew; return the code of the other."""
    here = f"/classes/{offering}/certificates"
    walk.ask("GET", here)
    people = walk.ask("POST", here)["people"]
    first, second = (one["certificates"][0] for one in people)
    walk.ask("POST", f"{here}/{first['certificate']}/revoke", why="名字写错了")
    walk.ask("POST", f"{here}/{first['certificate']}/reissue")
    code: str = second["code"]
    return code


def be_in_a_class(walk: Any, enrolment: Enrolment, survey: int) -> None:
    """Look at one's class, its recordings and certificates, score it, and vote on a menu."""
    mine = f"/enrolments/{enrolment.code}"
    for path in (f"{mine}/class", "/recordings", "/mine/certificates", f"{mine}/score"):
        walk.ask("GET", path)
    walk.ask("POST", f"{mine}/score", stars=5, words="老师好")
    walk.ask("GET", "/surveys")
    lines = walk.ask("GET", f"/surveys/{survey}")["lines"]
    walk.ask("POST", f"/surveys/{survey}", lines=[str(lines[0]["line"])])
