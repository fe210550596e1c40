"""The same palace by keyboard, without scripts, in large text, in the dark, in English, on a desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_member import FREE_SHOW, book_one, open_show

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

PAGES = ["/", "/performances?kind=film", "/sign-in", "/about", "/staff/sign-in", "/nowhere"]
SMALL_TEXT = """
() => [...document.querySelectorAll('main *')]
  .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(e => !e.closest('svg') && parseFloat(getComputedStyle(e).fontSize) < MIN)
  .map(e => e.outerHTML.slice(0, 120))
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll('button, .btn, select, summary, input, .tabs a, .top a')]
  .filter(e => e.checkVisibility() && !e.closest('svg') && e.type !== 'hidden')
  .map(e => e.closest('label') || e)
  .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([_, box]) => box.height < MIN - 0.5 || box.width < MIN - 0.5)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)
"""


def large(someone: Person) -> Person:
    """Switch to large text as a person does."""
    someone.go("/")
    someone.tap("大字", role="link")
    return someone


def test_a_booking_without_scripts(person: Callable[..., Person]) -> None:
    member = person(java_script_enabled=False)
    member.sign_in(fresh_phone())
    open_show(member)
    assert not member.page.locator("#map").is_visible()
    member.tap("按排选座（列表）", role="link")
    row = member.page.locator("details", has_text=re.compile("9排")).first
    row.locator("summary").click()
    boxes = row.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    member.tap("就选这些")
    member.tap("确认，免费领票")
    assert "共2张" in member.say()


def test_a_booking_by_keyboard_on_the_map(person: Callable[..., Person]) -> None:
    member = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    member.sign_in(fresh_phone())
    open_show(member, "曲艺")
    page = member.page
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.closest('svg') !== null"):
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "checkbox"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    chosen = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
    assert chosen.split(" ")[0] in page.locator("#live").inner_text()
    member.look("map-desk")
    page.get_by_role("button", name="就选这些").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert chosen.split(" ")[0] in member.say()


def test_a_seat_is_chosen_on_the_map_by_touch_after_zooming(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    open_show(member, "曲艺")
    member.page.wait_for_timeout(500)
    free = member.page.locator("rect[role=checkbox]:not([aria-disabled=true])[data-zone=B]")
    seat = member.page.locator(f"rect[data-code={free.nth(40).get_attribute('data-code')}]")
    seat.scroll_into_view_if_needed()
    before = seat.bounding_box()
    seat.tap()
    member.page.wait_for_timeout(700)
    after = seat.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"]
    seat.tap()
    assert seat.get_attribute("aria-checked") == "true"
    member.look("map-phone")


def test_a_refused_choice_says_why_and_keeps_what_was_chosen(person: Callable[..., Person]) -> None:
    slow = person()
    slow.sign_in(fresh_phone())
    open_show(slow, "现代晋剧")
    slow.page.get_by_role("group", name="要几张票？").get_by_label("4张").check()
    slow.page.evaluate("document.querySelector('form.find input[name=key]').value = 'x'")
    slow.tap("帮我选连座")
    assert "页面已过期" in slow.say()
    assert slow.page.get_by_role("group", name="要几张票？").get_by_label("4张").is_checked()


@pytest.mark.parametrize("path", PAGES)
def test_pages_in_large_text_at_320_px_keep_the_ministrys_numbers(
    person: Callable[..., Person], path: str
) -> None:
    member = large(person(viewport={"width": 320, "height": 640}, has_touch=False))
    member.go(path)
    assert member.page.evaluate(SMALL_TEXT.replace("MIN", "18")) == []
    assert member.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    member.look(f"large-320{path.replace('/', '-').replace('?', '-')}")


def test_own_pages_in_large_text(person: Callable[..., Person]) -> None:
    member = person()
    large(member)
    member.sign_in(fresh_phone())
    open_show(member)
    member.look("large-performance")
    member.tap("帮我选连座")
    assert member.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    member.look("large-order")
    member.tap("确认，免费领票")
    assert member.page.evaluate(SMALL_TEXT.replace("MIN", "18")) == []
    assert member.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    member.look("large-ticket")
    member.go("/mine")
    assert member.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    member.look("large-mine")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("dark", {"color_scheme": "dark"}),
        ("desk", {"viewport": {"width": 1280, "height": 900}, "has_touch": False}),
        ("english", {"locale": "en-GB"}),
    ],
)
def test_pages_look_right_everywhere(
    person: Callable[..., Person], name: str, how: dict[str, Any]
) -> None:
    member = person(**how)
    for path in PAGES:
        member.go(path)
        assert member.page.evaluate(SMALL_TARGETS.replace("MIN", "44")) == []
        member.look(f"{name}{path.replace('/', '-').replace('?', '-')}")
    member.go("/performances")
    title = "City Workers' Gala" if name == "english" else FREE_SHOW
    member.page.get_by_role("link", name=title).first.click()
    member.look(f"{name}-performance")


def test_a_ticket_in_the_dark(person: Callable[..., Person]) -> None:
    member = book_one(person, fresh_phone(), color_scheme="dark")
    member.look("dark-ticket")


def test_staff_see_tonight_first(person: Callable[..., Person]) -> None:
    clerk = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    clerk.go("/staff")
    clerk.page.get_by_label("登录名").fill("counter")
    clerk.page.get_by_label("密码").fill("window-1958")
    clerk.tap("登录")
    assert "今天先办" in clerk.say()
    clerk.look("staff")
    clerk.go("/mine")
    assert "没有使用这个页面的权限" in clerk.say()
