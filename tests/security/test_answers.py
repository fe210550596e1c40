"""Every JSON answer that the OpenAPI file describes, given once for real and held against its shape."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from palace import clock
from palace.db import db
from palace.joining import services as joining
from palace.members.models import Member
from palace.members.rules import Role
from palace.members.services import code_now, hash_password, shown_code
from palace.programme.models import Performance
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from tests.approvals.walk import decide_about_rooms
from tests.architecture import shapes
from tests.architecture.answers import CREATES, JSON
from tests.architecture.openapi import FILE
from tests.arrivals.walk import stand_at_doors
from tests.audit.said import codes_without_words
from tests.blocks.walk import hand_out_a_block
from tests.books.walk import keep_the_books
from tests.classes.walk import teach_and_prove
from tests.codes.walk import open_a_code
from tests.complimentary.walk import give_tickets_away
from tests.coupons.walk import hand_coupons_out
from tests.coursedesk.walk import run_the_courses
from tests.courses.enrol_walk import enrol_in_a_class
from tests.courses.walk import wait_for_a_class
from tests.courts.walk import take_a_court
from tests.factory import Factory
from tests.members.browser import newest_code
from tests.packages.walk import sell_a_package
from tests.paying.walk import pay_for_something
from tests.rollcall.walk import call_a_roll
from tests.rooms.series_walk import take_a_series
from tests.rooms.walk import find_a_room, take_a_room
from tests.security.changing_walk import change_and_give, move_a_show
from tests.security.desk_walk import run_the_desk
from tests.security.notices_walk import read_what_was_told, tell_many
from tests.security.plans_walk import draw_plans
from tests.security.programme_walk import (
    open_and_keep,
    switch_houses,
    write_and_review,
    write_ladders,
)
from tests.security.rooms_walk import lend_rooms
from tests.security.staff_walk import (
    act_for_somebody,
    choose_codes,
    look_after_data,
    look_after_people,
    set_a_number,
    set_the_rules,
)
from tests.till.walk import stand_at_the_till
from tests.troupes.walk import look_after_troupes
from tests.usage.walk import look_at_use
from tests.waiting.walk import wait_for_one

PASSWORD = "售票处 2026 南宫"  # noqa: S105 - a test's
ASK = {"Accept": "application/json"}
COMPONENTS = json.loads(FILE.read_text(encoding="utf-8"))["components"]


def faults(shape: str, body: Any) -> list[str]:
    """Return what is wrong with an answer."""
    wanted = {"$ref": f"#/components/schemas/{shape}", "components": COMPONENTS}
    validator = jsonschema_rs.validator_for(wanted, validate_formats=True)
    return [
        f"{shape}{list(error.instance_path)}: {error.message}"
        for error in validator.iter_errors(body)
    ]


class Walk:
    """A browser that notes which described answers it has seen, and what was wrong with them."""

    def __init__(self, app: Flask) -> None:
        self.app, self.browser = app, app.test_client()
        self.seen: set[tuple[str, str]] = set()
        self.wrong: list[str] = []

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""
        body = fields if method == "POST" else None
        return self._noted(
            method, path, self.browser.open(path, method=method, headers=ASK, json=body)
        )

    def send(self, path: str, **fields: object) -> Any:
        """Post a form with a file to an address; return the answer's body."""
        return self._noted("POST", path, self.browser.post(path, headers=ASK, data=fields))

    def _noted(self, method: str, path: str, answer: TestResponse) -> Any:
        endpoint = self.app.url_map.bind("").match(path.partition("?")[0], method)[0]
        done = 201 if endpoint in CREATES else 200
        if answer.status_code != done and endpoint != "pages.healthz":
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            return {}
        self.seen.add((endpoint, method))
        wrong = faults(JSON[endpoint][method], answer.get_json())
        self.wrong += [f"{method} {path}: {one}" for one in wrong]
        return answer.get_json()


@pytest.fixture
def walk(app: Flask) -> Iterator[Walk]:
    """Return a browser without cookies that takes notes; they are read also where the walk broke off."""
    walk = Walk(app)
    yield walk
    assert walk.wrong == [], "\n".join(walk.wrong)


def enter(walk: Walk, member: Member) -> None:
    """Sign a member in by code, and say which of the phone's people they are."""
    walk.ask("GET", "/sign-in")
    onward = walk.ask("POST", "/sign-in?choose=1", phone=member.phone)["next"]
    walk.ask("GET", onward)
    text = walk.ask("GET", "/demo/messages")["messages"][0]["text"]
    code = re.search(r"[0-9]{6}", text)
    assert code
    walk.ask("POST", onward, code=code[0], choose=True)
    people = walk.ask("GET", "/sign-in/choose")["people"]
    walk.ask("POST", "/sign-in/choose", person=people[0]["id"])


def look_around(walk: Walk, show: Performance) -> None:
    """See what is on."""
    for path in ("/performances", f"/performances/{show.id}", f"/performances/{show.id}/rows"):
        walk.ask("GET", path)
    walk.ask("GET", f"/productions/{show.production_id}")
    walk.ask("GET", "/healthz")


def get_tickets(walk: Walk, show: Performance) -> None:
    """Hold and let go, hold longer and confirm, look at the ticket and give it back."""
    hold = f"/performances/{show.id}/hold"
    dropped = walk.ask("POST", hold, count=1, key="walk-key-1")["order"]
    walk.ask("POST", f"/orders/{dropped}/cancel")
    kept = walk.ask("POST", hold, seats=["ST-01-01:free"], key="walk-key-2")["order"]
    walk.ask("GET", f"/orders/{kept}")
    walk.ask("POST", f"/orders/{kept}/extend")
    ticket = walk.ask("POST", f"/orders/{kept}/confirm")["tickets"][0]
    walk.ask("GET", f"/tickets/{ticket}")
    walk.ask("GET", "/mine")
    walk.ask("GET", f"/tickets/{ticket}/return")
    walk.ask("POST", f"/tickets/{ticket}/return")
    walk.ask("GET", f"/orders/{kept}")


def join_a_unit(walk: Walk, unit_id: int) -> None:
    """Choose a unit, as somebody no roster names, after looking at a poster's pages signed out."""
    walk.ask("GET", "/join/unit")
    walk.ask("POST", "/join/unit", unit=str(unit_id))
    walk.ask("GET", "/join/done")


def change_oneself(walk: Walk, strike: Strike) -> None:
    """Change what a member may change, and sign out."""
    walk.ask("POST", "/mine/calendar")
    walk.ask("GET", "/mine/calendars")
    walk.ask("POST", "/mine/standing")
    walk.ask("POST", "/mine/access", wanted=True)
    walk.ask("POST", f"/mine/strikes/{strike.id}/appeal", words="来了")
    walk.ask("GET", "/mine/history?page=2")
    walk.ask("POST", "/sign-out")


def look_after_oneself(walk: Walk) -> None:
    """Read what is kept of oneself, take it along, and leave for good."""
    walk.ask("GET", "/privacy")
    walk.ask("GET", "/privacy/privacy/1")
    walk.ask("POST", "/mine/consents")
    walk.ask("GET", "/mine/data")
    walk.ask("POST", "/mine/data/open")
    walk.ask("POST", "/mine/data/file")
    walk.ask("POST", "/mine/consents/identity/withdraw")
    walk.ask("GET", "/mine/erase")
    walk.ask("POST", "/mine/erase")


def bring_people(walk: Walk) -> None:
    """Keep a parent, and take them off the list."""
    walk.ask("GET", "/mine/people")
    told = walk.ask("POST", "/mine/people", name="李桂兰", relation="parent")
    walk.ask("POST", f"/mine/people/{told['people'][0]['id']}/remove")


def move_to_another_number(walk: Walk) -> None:
    """Have a code sent to a new number, and type it."""
    walk.ask("GET", "/mine/phone")
    walk.ask("POST", "/mine/phone", phone="13800138009")
    walk.ask("GET", "/mine/phone/code")
    walk.ask("POST", "/mine/phone/code", code=newest_code("13800138009"))


def bring_a_roster_in(walk: Walk, desk: str = "/staff/roster") -> None:
    """Upload a roster as a program does, and have it applied once it is read."""
    file = FileStorage(io.BytesIO("姓名,会员卡号\n张建华,TY1\n".encode()), "roster.csv")
    told = walk.send(desk, file=file)
    address = f"{desk}/{told['import']}"
    walk.ask("GET", desk)
    walk.ask("GET", address)
    db.session.get_one(RosterImport, told["import"]).state = ImportState.CHECKED
    db.session.flush()
    walk.ask("POST", f"{address}/apply")


def give_the_unit_s_word(walk: Walk, make: Factory) -> None:
    """Confirm one who applied and refuse another, as their unit's organiser."""
    unit, organiser = make.unit(), make.member()
    make.post(organiser, Role.UNIT, unit=unit)
    good, bad = (joining.apply(make.member(valid=False), unit.id).id for _ in range(2))
    make.sign_in(walk.browser, organiser)
    walk.ask("GET", "/unit")
    walk.ask("GET", f"/unit/{unit.id}")
    walk.ask("GET", f"/unit/{unit.id}/members")
    walk.ask("POST", f"/unit/{unit.id}/applications/{good}/confirm")
    walk.ask("POST", f"/unit/{unit.id}/applications/{bad}/refuse", why="不在本单位")
    bring_a_roster_in(walk, f"/unit/{unit.id}/roster")
    walk.ask("POST", "/sign-out")


def missed_by(make: Factory, member: Member) -> Strike:
    """Return a show a member is said to have missed."""
    strike = Strike(member_id=member.id, kind=StrikeKind.TICKET, subject="performance:1")
    strike.title_zh, strike.title_en, strike.written_by = "晋剧", "Opera", "system"
    strike.happened_at = strike.written_at = clock.now()
    make.add(strike)
    return strike


def decide_about_a_strike(walk: Walk, strike: Strike) -> None:
    """Look at who did not come, keep it, and let it pass after all."""
    walk.ask("GET", "/staff/strikes")
    walk.ask("GET", f"/staff/strikes/{strike.id}")
    walk.ask("POST", f"/staff/strikes/{strike.id}/decide", why="没查到", verdict="kept")
    walk.ask("POST", f"/staff/strikes/{strike.id}/forgive", why="本人来了")


def work(walk: Walk, make: Factory, show: Performance, member: Member, strike: Strike) -> None:
    """Do what an administrator may do, from the first sign-in to the sign-out."""
    staff = make.staff(Role.ADMIN)
    staff.password_hash = hash_password(PASSWORD)
    db.session.flush()
    walk.ask("GET", "/staff/sign-in")
    walk.ask("POST", "/staff/sign-in", login=staff.login, password=PASSWORD)
    begun = walk.ask("GET", "/staff/sign-in/enrol")["secret"]
    walk.ask("POST", "/staff/sign-in/enrol", code=code_now(begun.replace(" ", "")))
    walk.ask("POST", "/staff/sign-out")
    walk.ask("POST", "/staff/sign-in", login=staff.login, password=PASSWORD)
    walk.ask("GET", "/staff/sign-in/code")
    walk.ask("POST", "/staff/sign-in/code", code=shown_code(staff))
    walk.ask("GET", "/staff")
    walk.ask("GET", "/staff/health")
    choose_codes(walk, make)
    set_a_number(walk, member)
    act_for_somebody(walk, member)
    look_after_people(walk, member)
    look_after_data(walk, make.member())
    set_the_rules(walk)
    bring_a_roster_in(walk)
    decide_about_a_strike(walk, strike)
    draw_plans(walk, make, show)
    run_the_desk(walk, make)
    switch_houses(walk)
    write_ladders(walk)
    tell_many(walk, make)
    for path in (
        f"/staff/programme/performances/{show.id}/waiting",
        "/staff/posters",
        "/staff/audit",
        "/staff/tasks",
        "/staff/notices",
        "/staff/names",
    ):
        walk.ask("GET", path)
    walk.ask("POST", "/staff/exports", address="/staff/audit")
    walk.ask("GET", "/staff/exports")
    walk.ask("POST", "/staff/tasks/1/retry")
    walk.ask("GET", "/door")
    walk.ask("GET", f"/door/{show.id}")
    walk.ask("POST", f"/door/{show.id}/admit", code="123")
    walk.ask("POST", "/staff/sign-out")


def live_through_a_term(walk: Walk, make: Factory) -> None:
    """Open classes, teach them, prove it, wait for one and enrol."""
    run_the_courses(walk, make)
    call_a_roll(walk, make)
    teach_and_prove(walk, make)
    wait_for_a_class(walk, make)
    make.sign_in(walk.browser, make.member())
    enrol_in_a_class(walk, make)


def test_every_described_answer_has_its_shape(walk: Walk, make: Factory) -> None:
    show = make.performance(seats=4)
    member = make.member(phone="13800138000")

    look_around(walk, show)
    walk.ask("GET", "/join")
    walk.ask("GET", f"/join/{'a' * 20}")
    enter(walk, member)
    get_tickets(walk, show)
    wait_for_one(walk.ask, make)
    change_and_give(walk, make, show, member)
    bring_people(walk)
    read_what_was_told(walk)
    move_to_another_number(walk)
    strike = missed_by(make, member)
    change_oneself(walk, strike)
    make.sign_in(walk.browser, make.member(valid=False))  # the roster knows the name of the other
    walk.ask("POST", "/mine/name", name="李小明")
    join_a_unit(walk, make.unit().id)
    walk.ask("POST", "/sign-out-everywhere")
    give_the_unit_s_word(walk, make)
    write_and_review(walk, make)
    open_and_keep(walk, make)
    hand_out_a_block(walk, make)
    open_a_code(walk, make)
    give_tickets_away(walk, make)
    keep_the_books(walk, make)
    decide_about_rooms(walk, make)
    hand_coupons_out(walk, make, make.member())
    sell_a_package(walk, make)
    pay_for_something(walk, make)
    stand_at_the_till(walk, make)
    make.sign_in(walk.browser, make.member())
    take_a_court(walk.ask, make)
    stand_at_doors(walk, make)
    look_after_troupes(walk, make)
    find_a_room(walk, make, make.member())
    take_a_room(walk, make)
    take_a_series(walk, make)
    look_at_use(walk, make)
    lend_rooms(walk, make)
    live_through_a_term(walk, make)
    move_a_show(walk, make)
    make.sign_in(walk.browser, make.member())
    look_after_oneself(walk)
    work(walk, make, show, member, strike)

    assert codes_without_words() == []
    assert walk.seen == {(name, method) for name, methods in JSON.items() for method in methods}


def test_a_name_is_of_one_shape() -> None:
    assert sum(len(part) for part in shapes.PARTS) == len(shapes.SHAPES)


@pytest.mark.parametrize("body", [{"performances": [{}]}, {}, {"performances": [], "more": 1}])
def test_a_wrong_shape_is_seen(body: object) -> None:
    assert faults("Performances", body)


def test_a_refusal_is_a_problem_with_a_known_code(client: FlaskClient, make: Factory) -> None:
    make.site()
    refusals = [
        client.get("/mine", headers=ASK),
        client.get("/nowhere", headers=ASK),
        client.post("/about", headers=ASK),
        client.post("/sign-in", headers=ASK, json={"phone": "1"}),
        client.post("/sign-in", headers=ASK, json=[]),
    ]
    assert [answer.status_code for answer in refusals] == [401, 404, 405, 422, 422]
    assert [faults("Problem", answer.get_json()) for answer in refusals] == [[]] * len(refusals)
    assert faults("Problem", refusals[0].get_json() | {"code": "sign_in_neede"})
