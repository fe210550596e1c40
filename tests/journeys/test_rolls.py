"""A teacher's evening: a roll in two taps, without a network, from two phones; the code; the hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_member import read_qr
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

TERM = """
INSERT INTO terms (site_id, name_zh, name_en, first_on, last_on, shown_at, opens_at, public_opens_at,
                   closes_at, per_person)
SELECT id, %(name)s, %(name)s, current_date - 30, current_date + 90, now() - interval '9 days',
       now() - interval '8 days', now() - interval '8 days', now() + interval '60 days', 2
  FROM sites WHERE kind = 'head' RETURNING id
"""
COURSE = """
INSERT INTO courses (code, subject, title_zh, title_en)
VALUES (%(name)s, 'calligraphy', '书法基础', 'Calligraphy') RETURNING id
"""
TEACHER = """
INSERT INTO teachers (site_id, member_id, name_zh, name_en)
SELECT site.id, member.id, %(name)s, 'Teacher' FROM sites AS site, members AS member
 WHERE site.kind = 'head' AND member.phone = %(phone)s RETURNING id
"""
POST = """
INSERT INTO posts (member_id, role, granted_by)
SELECT id, 'teacher', 'system' FROM members WHERE phone = %(phone)s
"""
OFFERING = """
INSERT INTO offerings (term_id, course_id, space_id, teacher_id, state, places, published_at)
SELECT %(term)s, %(course)s, space.id, %(teacher)s, 'published', 20, now()
  FROM spaces AS space JOIN sites AS site ON site.id = space.site_id WHERE site.kind = 'head'
 ORDER BY space.id LIMIT 1 RETURNING id
"""
SESSION = """
INSERT INTO class_sessions (offering_id, number, day, starts_at, ends_at, space_id, teacher_id, state)
SELECT id, %(number)s, timezone('Asia/Shanghai', palace_clock() + %(away)s)::date,
       palace_clock() + %(away)s, palace_clock() + %(away)s + interval '90 minutes', space_id,
       %(teacher)s, 'planned' FROM offerings WHERE id = %(offering)s RETURNING id
"""
PLACE = """
INSERT INTO enrolments (code, offering_id, member_id, person, state, channel, enrolled_at)
SELECT substr(translate(md5(random()::text), '0189', 'wxyz'), 1, 20), %(offering)s, id, 0, 'confirmed',
       'online', palace_clock() - interval '3 days' FROM members
 WHERE name <> '' AND erased_at IS NULL ORDER BY phone = %(phone)s DESC, id LIMIT 8
"""
MARKS = """
SELECT DISTINCT ON (enrolment_id) mark FROM attendance_marks WHERE class_session_id = %s
 ORDER BY enrolment_id, marked_at DESC, id DESC
"""
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(palace_url: str, palace_state: Path) -> Iterator[Owner]:
    """Return a connection to the palace's database."""
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        yield connection


@dataclass
class Evening:
    """A class of eight that began ten minutes ago, its teacher and who substitutes for them today."""

    owner: Owner
    teacher: Person
    substitute: Person
    session: int

    def marks(self) -> list[str]:
        """Return the marks that hold, in the order people came to the class."""
        return [mark for (mark,) in self.owner.execute(MARKS, (self.session,))]

    @property
    def count(self) -> int:
        """Return how many marks there are."""
        [(found,)] = self.owner.execute(
            "SELECT count(*) FROM attendance_marks WHERE class_session_id = %s", (self.session,)
        )
        return int(found)


def one(owner: Owner, statement: str, **values: object) -> Any:
    """Return the only value of a statement."""
    found = owner.execute(statement, values).fetchone()
    assert found
    return found[0]


def evening_of(
    owner: Owner, person: Callable[..., Person], name: str, pupil: str = "", **how: Any
) -> Evening:
    """Return an evening's class; `pupil`: the number of somebody who is in it."""
    people: list[Person] = []
    ids: list[int] = []
    for called in ("周明", "吴琳"):
        phone, one_of_them = fresh_phone(), person(**how)
        one_of_them.sign_in(phone)
        owner.execute(POST, {"phone": phone})
        ids.append(one(owner, TEACHER, phone=phone, name=called))
        people.append(one_of_them)
    term, course = one(owner, TERM, name=name), one(owner, COURSE, name=name)
    offering = one(owner, OFFERING, term=term, course=course, teacher=ids[0])
    whose = {"offering": offering, "teacher": ids[1]}
    session = one(owner, SESSION, number=1, away="-10 minutes", **whose)
    one(owner, SESSION, number=2, away="7 days", **whose | {"teacher": ids[0]})
    owner.execute(PLACE, {"offering": offering, "phone": pupil})
    return Evening(owner, people[0], people[1], session)


def tap_people(who: Person, *those: int, late: tuple[int, ...] = ()) -> None:
    """Tap the names of who is away, and the other button of who is late, counted from 0."""
    lines = who.page.locator(".roll li")
    for number in those:
        who.taps += 1
        lines.nth(number).locator(".who").click()
    for number in late:
        who.taps += 1
        lines.nth(number).locator(".late").click()


def save(who: Person) -> None:
    """Tap 保存点名."""
    who.taps += 1
    who.page.get_by_role("button", name="保存点名").click()


def test_a_roll_is_two_taps_and_one_for_each_who_is_away(
    owner: Owner, person: Callable[..., Person]
) -> None:
    evening = evening_of(owner, person, "roll-two-taps")
    teacher = evening.substitute
    teacher.go("/teaching")
    looked_at(teacher, "teaching-home")
    teacher.go("/teaching")
    teacher.taps = 0
    teacher.tap(re.compile("^点名"), role="link")
    tap_people(teacher, 1, 4, late=(2,))
    teacher.look("roll-tapped-390")
    save(teacher)
    teacher.page.get_by_text("点好名了：到6人，其中迟到1人；缺课2人").wait_for()
    assert teacher.taps == 2 + 2 + 1
    assert evening.marks() == ["present", "absent", "late", "present", "absent", *["present"] * 3]
    looked_at(teacher, "roll-called")
    teacher.go("/teaching/timetable")
    looked_at(teacher, "teaching-timetable")


def test_two_phones_without_a_network_are_merged_and_sent_once(
    owner: Owner, person: Callable[..., Person]
) -> None:
    evening = evening_of(owner, person, "roll-offline")
    phones = (evening.teacher, evening.substitute)
    roll = f"/teaching/sessions/{evening.session}"
    for who in phones:
        who.go("/teaching")
        who.page.wait_for_function("navigator.serviceWorker.controller !== null")
        who.page.reload()
        who.go(roll)
        who.context.set_offline(True)
        who.page.goto(roll)
    tap_people(phones[0], 0)
    save(phones[0])
    tap_people(phones[1], 1, late=(3,))
    save(phones[1])
    for who in phones:
        who.page.get_by_text("没有网络：点名存在这部手机上").wait_for()
    phones[0].page.screenshot(path=PICTURES / "roll-offline-390.png", full_page=True)
    phones[0].page.goto(
        roll
    )  # closed and opened again in the cellar: what was tapped is still there
    assert phones[0].page.locator(".roll li").nth(0).locator("[name=absent]").is_checked()
    assert evening.count == 0
    for who in reversed(phones):
        who.context.set_offline(False)
        who.page.get_by_text("点好名了").wait_for(timeout=40_000)
        who.page.wait_for_function("!Object.keys(localStorage).some((n) => /^roll:/.test(n))")
        who.broken.clear()
    assert evening.marks() == ["absent", "absent", "present", "late", *["present"] * 4]
    many = evening.count
    assert many == 16
    for who in phones:
        kept = who.page.evaluate("Object.keys(localStorage).filter((n) => /^roll:/.test(n)).length")
        assert kept == 0
        who.page.reload()
    assert evening.count == many


def test_todays_roll_is_on_the_phone_before_anybody_opened_it(
    owner: Owner, person: Callable[..., Person]
) -> None:
    teacher = evening_of(owner, person, "roll-ahead").substitute
    teacher.go("/teaching")
    teacher.page.wait_for_function("navigator.serviceWorker.controller !== null")
    teacher.page.reload()
    teacher.page.wait_for_function(
        "caches.open('own').then(async (own) =>"
        " (await own.keys()).some(({url}) => url.includes('/teaching/sessions/')))"
    )
    teacher.context.set_offline(True)
    teacher.tap(re.compile("^点名"), role="link")
    assert teacher.page.locator(".roll li").count() == 8
    teacher.context.set_offline(False)
    teacher.broken.clear()


def test_an_answer_that_was_lost_changes_nothing_when_it_is_sent_again(
    owner: Owner, person: Callable[..., Person]
) -> None:
    evening = evening_of(owner, person, "roll-lost")
    teacher = evening.substitute
    address = f"/teaching/sessions/{evening.session}"
    teacher.go(address)

    lost: list[str] = []

    def lose(route: Any) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    teacher.page.route(f"**{address}", lose)
    tap_people(teacher, 0)
    save(teacher)
    teacher.page.get_by_text("没有网络：点名存在这部手机上").wait_for()
    assert evening.count == 8
    teacher.page.reload()
    teacher.page.get_by_text("点好名了").wait_for()
    assert evening.count == 8
    teacher.broken.clear()


def test_a_member_scans_the_teachers_phone_and_their_name_appears(
    owner: Owner, person: Callable[..., Person]
) -> None:
    phone, member = fresh_phone(), person()
    member.sign_in(phone)
    evening = evening_of(owner, person, "roll-scan", pupil=phone)
    teacher = evening.substitute
    teacher.go(f"/teaching/sessions/{evening.session}/code")
    teacher.look("class-code-390")
    link = read_qr(PICTURES / "class-code-390.png")
    member.taps = 0
    member.go(link)
    member.look("class-here-390")
    member.tap("我到了")
    assert "已签到" in member.say()
    assert member.taps == 1
    teacher.page.get_by_text("已签到1人").wait_for()
    teacher.tap(re.compile("没扫码的算没来"), role="link")
    save(teacher)
    teacher.page.get_by_text("点好名了：到1人，其中迟到0人；缺课7人").wait_for()


def test_a_roll_without_scripts(owner: Owner, person: Callable[..., Person]) -> None:
    evening = evening_of(owner, person, "roll-plain", java_script_enabled=False)
    teacher = evening.teacher
    teacher.go(f"/teaching/sessions/{evening.session}")
    teacher.page.locator(".roll li").nth(2).locator(".who").click()
    teacher.tap("保存点名")
    assert "点好名了：到7人" in teacher.say()
    assert evening.marks()[2] == "absent"


def test_the_hours_are_signed_in_one_tap(owner: Owner, person: Callable[..., Person]) -> None:
    evening = evening_of(owner, person, "roll-hours")
    owner.execute(
        "UPDATE class_sessions SET ends_at = starts_at + interval '9 minutes' WHERE id = %s",
        (evening.session,),
    )
    teacher = evening.substitute
    teacher.go("/teaching/hours")
    looked_at(teacher, "hours")
    teacher.go("/teaching/hours")
    teacher.taps = 0
    teacher.tap("没有错，签字")
    assert teacher.taps == 1
    assert "等馆里核对" in teacher.say()
    paper = teacher.context.request.get("/teaching/hours.pdf")
    (PICTURES / "hours.pdf").write_bytes(paper.body())
    assert paper.body().startswith(b"%PDF")
    assert teacher.broken == []
