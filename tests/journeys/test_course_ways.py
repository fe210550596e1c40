"""The ways between the pages of courses: a member's, a teacher's, the office's; an age that somebody says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_desk import manager
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TEACHER = "19900000014"


def test_an_evening_class_for_18_to_55_asks_when_somebody_was_born(
    person: Callable[..., Person],
) -> None:
    one = person()
    one.sign_in(fresh_phone())
    one.go("/courses?subject=calligraphy&free=1")
    one.taps = 0
    one.tap(re.compile("职工夜校"), role="link")
    one.look("ways-night-school")
    one.tap("报名", role="link")
    looked_at(one, "ways-born")
    one.page.get_by_label("出生日期").fill("1966-05-01")
    one.tap(re.compile("^确认报名"))
    assert "开课那天不能超过55岁" in one.say()
    assert one.page.get_by_label("出生日期").input_value() == "1966-05-01"
    one.look("ways-too-old")
    one.page.get_by_label("出生日期").fill("1990-05-01")
    one.tap(re.compile("^确认报名"))
    assert "/enrolments/" in one.page.url
    assert one.taps == 4
    looked_at(one, "ways-place")
    one.tap("班级消息、群和录像", role="link")
    one.look("ways-class")
    one.go("/mine")
    looked_at(one, "ways-mine")
    one.tap(re.compile("课程菜单"), role="link")
    assert "/surveys" in one.page.url


def test_a_teacher_reaches_a_class_in_one_tap(person: Callable[..., Person]) -> None:
    one = person()
    one.sign_in(TEACHER)
    one.go("/teaching")
    looked_at(one, "ways-teaching")
    one.taps = 0
    one.page.locator('a[href^="/classes/"]').first.tap()
    one.page.wait_for_url("**/classes/*")
    assert "发给全班" in one.page.inner_text("main")


def test_the_office_reaches_queue_roster_and_menu(person: Callable[..., Person]) -> None:
    one = manager(person())
    looked_at(one, "ways-staff")
    one.taps = 0
    one.tap("培训班", role="link")
    one.look("ways-courses")
    one.go("/staff/courses?stand=published&title=围棋&sort=number")
    one.tap(re.compile("围棋启蒙班"), role="link")
    one.page.get_by_text("班级日历的地址").click()
    looked_at(one, "ways-office-class")
    back = one.page.url
    one.tap("谁在排队", role="link")
    looked_at(one, "ways-queue")
    one.go(back)
    one.tap("破例报名", role="link")
    looked_at(one, "ways-excuse")
    one.go(back)
    one.tap("学员、消息、证书", role="link")
    looked_at(one, "ways-beside")
    one.go("/staff/courses")
    one.tap("课程菜单", role="link")
    assert "新菜单" in one.page.inner_text("main")
