"""The desk of courses in the browser: a class in one page, again next term, a substitute, a class decided."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_desk import WIDE, far, manager
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DESK = "/staff/courses"


def test_a_class_is_opened_in_one_page_and_again_next_term(person: Callable[..., Person]) -> None:
    one = manager(person())
    one.taps = 0
    one.tap("培训班", role="link")
    looked_at(one, "courses-list")
    one.tap("开新班", role="link")
    one.page.get_by_label("课程", exact=True).select_option(label="书法（楷书）基础班")
    one.page.get_by_label("第一次在哪天").fill(far(9))
    one.page.get_by_label("几点开始").fill("16:30")
    one.page.get_by_label("上几次").fill("8")
    one.tap("看每一次的日期")
    one.look("courses-dates-390")
    one.page.get_by_label("教室").select_option(index=1)
    one.page.get_by_label("老师").select_option(index=1)
    one.tap("再看一遍")
    assert "每一次教室和老师都空着。" in one.page.inner_text("main")
    one.tap("就这样排")
    assert "排好了" in one.say()
    looked_at(one, "courses-draft")
    one.tap("发布")
    assert "发布了" in one.say()
    assert one.taps == 6
    one.look("courses-published-390")


def test_a_class_of_this_term_is_opened_again_in_three_taps(person: Callable[..., Person]) -> None:
    one = manager(person())
    one.go(f"{DESK}?stand=published&title=围棋&sort=number")
    one.tap(re.compile("围棋启蒙班"), role="link")
    one.taps = 0
    one.tap("下学期再开一个", role="link")
    looked_at(one, "courses-again")
    one.tap("就这样排")
    one.tap("发布")
    assert "发布了" in one.say()
    assert one.taps == 3


def test_a_substitute_and_a_session_called_off_in_one_press_each(
    person: Callable[..., Person],
) -> None:
    one = manager(person())
    one.go(f"{DESK}?stand=published&title=国画&sort=number")
    one.tap(re.compile("国画山水班"), role="link")
    looked_at(one, "courses-class")
    one.page.get_by_role("link", name=re.compile("第12次")).click()
    looked_at(one, "courses-session")
    one.taps = 0
    one.page.get_by_text("代课", exact=True).click()
    one.look("courses-substitute-390")
    one.tap("请他代课")
    assert "代课安排好了" in one.say()
    one.page.get_by_role("link", name=re.compile("第11次")).click()
    one.page.get_by_text("停课", exact=True).click()
    assert one.page.get_by_role("radio").count() >= 4
    one.look("courses-call-off-390")
    one.tap("停课，到这个时间补")
    assert "停课了" in one.say()
    assert one.taps == 2
    one.look("courses-made-up-390")


def test_a_class_below_its_minimum_is_decided_in_one_tap(person: Callable[..., Person]) -> None:
    one = manager(person(**WIDE))
    one.page.get_by_role("link", name=re.compile("人数不够，等您决定")).click()
    looked_at(one, "courses-decisions")
    one.taps = 0
    one.tap("照常开班")
    assert "照常开班。" in one.say()
    assert one.taps == 1


def test_terms_courses_teachers_and_figures(person: Callable[..., Person]) -> None:
    one = manager(person())
    one.go(f"{DESK}/terms")
    looked_at(one, "courses-terms")
    one.tap(re.compile("本学期"), role="link")
    looked_at(one, "courses-term")
    one.go(f"{DESK}/courses")
    looked_at(one, "courses-courses")
    one.tap(re.compile("古筝班"), role="link")
    looked_at(one, "courses-course")
    one.go(f"{DESK}/courses/new")
    looked_at(one, "courses-course-form")
    one.go(f"{DESK}/teachers")
    one.tap("温砚秋", role="link")
    looked_at(one, "courses-teacher")
    head = signed_in(person(), "admin", "nangong-1958")
    head.go(f"{DESK}/rules")
    looked_at(head, "courses-rules")
