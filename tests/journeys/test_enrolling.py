"""A place in a class in a browser: three taps from the catalogue, given back, also without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def at_the_catalogue(person: Callable[..., Person], **how: object) -> Person:
    """Return a member who has signed in and looks at the classes that have places."""
    somebody = person(**how)
    somebody.sign_in(fresh_phone())
    somebody.go("/courses?free=1")
    somebody.taps = 0
    return somebody


def take(somebody: Person) -> None:
    """Take a place in the first free class: the class, 报名, 确认."""
    card = somebody.page.locator(".show.room").filter(has_text=re.compile("有名额|快满了")).first
    with somebody.page.expect_navigation():
        card.locator("a").first.click()
    somebody.taps += 1
    somebody.tap("报名", role="link")
    somebody.tap(re.compile("^确认报名"))


def test_a_place_is_three_taps_from_the_catalogue(person: Callable[..., Person]) -> None:
    one = at_the_catalogue(person)
    one.look("courses-home")
    take(one)
    assert one.taps == 3
    assert "/enrolments/" in one.page.url
    one.look("courses-enrolment")

    one.page.get_by_text("来不了，退出这个班").click()
    one.look("courses-withdraw")
    one.tap("退出这个班")
    assert "退出了" in one.say()


def test_a_place_without_scripts_and_on_a_wide_screen(person: Callable[..., Person]) -> None:
    one = at_the_catalogue(person, java_script_enabled=False, **DESK)
    take(one)
    assert "/enrolments/" in one.page.url
    one.go("/courses")
    wide = at_the_catalogue(person, **DESK)
    wide.look("courses-home-wide")
