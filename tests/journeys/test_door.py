"""A steward with a USB scanner, with fingers, with scripts off; and the member who comes in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Route
from sqlalchemy import NullPool, create_engine, text

from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_member import book_one, picture_qr, read_qr
from tests.journeys.test_ways import SMALL_TARGETS, SMALL_TEXT, large

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
OPEN_DOORS = """
UPDATE performances SET doors_at = palace_clock() - interval '1 minute'
 WHERE id = (SELECT performance_id FROM tickets WHERE code = :code)
RETURNING id
"""
UNDER_INPUT_METHOD = """
codes => {
  for (const code of codes) {
    const field = document.activeElement;
    field.dispatchEvent(new KeyboardEvent("keydown",
      {code, key: "Process", keyCode: 229, isComposing: true, bubbles: true, cancelable: true}));
  }
}
"""


class Shown(NamedTuple):
    """A member's ticket as it is shown at the door."""

    member: Person
    phone: str
    performance: int
    token: str
    digits: str


Book = Callable[[], Shown]


@pytest.fixture
def shown(person: Callable[..., Person], palace_state: Path) -> Book:
    """Return what books a ticket whose doors are open now."""

    def book() -> Shown:
        phone = fresh_phone()
        member = book_one(person, phone)
        picture_qr(member, "door-qr.png")
        digits = re.sub(r"\D", "", member.page.locator("p.digits").inner_text())
        code = member.page.url.rpartition("/")[2]
        owner = create_engine(Cluster(palace_state).url("palace_owner"), poolclass=NullPool)
        with owner.begin() as connection:
            performance = connection.execute(text(OPEN_DOORS), {"code": code}).scalar_one()
        token = read_qr(PICTURES / "door-qr.png")
        return Shown(member, phone, performance, token, digits)

    PICTURES.mkdir(parents=True, exist_ok=True)
    return book


def steward_at(steward: Person, performance: int) -> Person:
    """Sign a steward in and pick the performance: two fields, two taps."""
    steward.go("/staff/sign-in")
    steward.page.get_by_label("登录名").fill("door")
    steward.page.get_by_label("密码").fill("gate-1958")
    steward.tap("登录")
    assert steward.page.url.endswith("/door")
    steward.taps += 1
    with steward.page.expect_navigation():
        steward.page.locator(f"a[href='/door/{performance}']").click()
    return steward


def scan(steward: Person, code: str, verdict: str) -> str:
    """Type as a USB scanner does, without touching the page before; return what the page then says."""
    steward.page.keyboard.type(code)
    steward.page.keyboard.press("Enter")
    return told(steward, verdict)


def told(steward: Person, verdict: str) -> str:
    """Wait for a verdict and return its words."""
    panel = steward.page.locator(f"#verdict.{verdict}")
    panel.wait_for()
    return panel.inner_text()


def test_a_scan_lets_in_and_the_second_says_when_and_by_which_door(
    person: Callable[..., Person], shown: Book
) -> None:
    ticket = shown()
    steward = steward_at(person(**DESK), ticket.performance)
    assert steward.taps == 2
    steward.look("door-waiting")
    before = int(steward.page.locator("#admitted").inner_text())
    elsewhere = steward_at(person(**DESK), ticket.performance)
    steward.page.get_by_label("我在哪个门").select_option("1R")

    first = scan(steward, ticket.token, "admitted")
    steward.look("door-admitted")
    assert "请进" in first
    assert "工会会员二维码或工会卡" in first
    assert re.search(r"[一-龥]\*", first)
    for door in (steward, elsewhere):  # the other one is not told, it looks
        door.page.locator("#admitted", has_text=re.compile(f"^{before + 1}$")).wait_for()

    second = scan(steward, ticket.token.lower(), "already")
    steward.look("door-already")
    assert re.search(r"此票\d\d:\d\d已从一层双号门入场", second)

    refused = scan(steward, ticket.token[:60], "refused")
    steward.look("door-refused")
    assert "没有读全" in refused
    lines = steward.page.locator("#recent li")
    assert [line.split()[1] for line in lines.all_inner_texts()[:3]] == [
        "不能入场",
        "已经入场",
        "请进",
    ]
    assert steward.taps == 2  # nothing was tapped since: the scanner did it all

    steward.page.reload()
    assert steward.page.get_by_label("我在哪个门").input_value() == "1R"
    ticket.member.page.reload()
    assert re.search(r"已入场（\d\d:\d\d）", ticket.member.say())
    assert "退这张" not in ticket.member.say()
    ticket.member.look("ticket-admitted")


def test_a_scanner_is_understood_under_a_chinese_input_method(
    person: Callable[..., Person], shown: Book
) -> None:
    ticket = shown()
    steward = steward_at(person(**DESK), ticket.performance)
    keys = [f"Digit{key}" if key.isdigit() else f"Key{key}" for key in ticket.token]

    steward.page.evaluate(UNDER_INPUT_METHOD, [*keys, "Enter"])

    assert "请进" in told(steward, "admitted")
    assert steward.page.get_by_label("扫票").input_value() == ""


def test_a_typed_code_asks_for_the_phone_and_twelve_keys_are_enough(
    person: Callable[..., Person], shown: Book
) -> None:
    ticket = shown()
    steward = steward_at(person(), ticket.performance)
    steward.page.keyboard.type(ticket.digits, delay=80)
    steward.page.keyboard.press("Enter")
    asked = told(steward, "asked")
    assert "还差4位" in asked
    assert "请接着输入手机后4位" in asked
    steward.look("door-phone-needed")
    assert steward.page.get_by_label("扫票").input_value() == ticket.digits
    assert "还差4位" not in steward.page.locator("#recent").inner_text()

    steward.page.keyboard.type(ticket.phone[-4:], delay=80)
    steward.page.keyboard.press("Enter")
    assert "请进" in told(steward, "admitted")
    steward.look("door-admitted-390")
    assert steward.page.evaluate(SMALL_TARGETS.replace("MIN", "44")) == []

    steward.page.keyboard.type(ticket.digits, delay=80)
    steward.page.keyboard.press("Enter")
    told(steward, "asked")
    scan(steward, ticket.token, "already")  # whoever is next does not wait for the four digits


def test_the_door_works_without_scripts(person: Callable[..., Person], shown: Book) -> None:
    ticket = shown()
    steward = steward_at(person(java_script_enabled=False), ticket.performance)
    steward.page.get_by_label("我在哪个门").select_option("2L")
    for verdict in ("请进", "已从二层单号门入场"):
        steward.page.get_by_label("扫票").fill(ticket.token)
        with steward.page.expect_navigation():
            steward.page.keyboard.press("Enter")
        assert verdict in steward.say()
        assert steward.page.get_by_label("我在哪个门").input_value() == "2L"
    steward.page.screenshot(path=PICTURES / "door-no-scripts.png", full_page=True)
    for typed, verdict in ((ticket.digits, "还差4位"), (ticket.phone[-4:], "已从二层单号门入场")):
        steward.page.keyboard.type(typed)
        with steward.page.expect_navigation():
            steward.page.keyboard.press("Enter")
        assert verdict in steward.say()
        steward.page.screenshot(path=PICTURES / f"door-no-scripts-{typed}.png", full_page=True)


def test_the_door_in_large_text_in_english_and_in_the_dark(
    person: Callable[..., Person], shown: Book
) -> None:
    ticket = shown()
    steward = steward_at(large(person()), ticket.performance)
    scan(steward, ticket.token, "admitted")
    assert steward.page.evaluate(SMALL_TEXT.replace("MIN", "18")) == []
    assert steward.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    steward.look("door-large")
    steward.page.keyboard.type(ticket.digits, delay=80)
    steward.page.keyboard.press("Enter")
    told(steward, "asked")
    steward.look("door-large-asked")
    steward.page.get_by_label("扫票").fill("")
    steward.go("/door")
    assert steward.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []
    steward.look("door-home-large")
    steward.tap("EN", role="link")
    with steward.page.expect_navigation():
        steward.page.locator(f"a[href='/door/{ticket.performance}']").click()
    assert "came in at" in scan(steward, ticket.token, "already")
    steward.look("door-large-english")
    steward.page.emulate_media(color_scheme="dark")
    steward.look("door-dark")


def test_an_answer_that_was_lost_is_found_by_scanning_again(
    person: Callable[..., Person], shown: Book
) -> None:
    ticket = shown()
    steward = steward_at(person(**DESK), ticket.performance)
    steward.context.set_offline(True)
    assert "再扫一次" in scan(steward, ticket.token, "refused")
    steward.context.set_offline(False)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    steward.page.route("**/admit", lose, times=1)
    with steward.page.expect_event("requestfailed"):
        steward.page.keyboard.type(ticket.token)
        steward.page.keyboard.press("Enter")
    assert "已从正门入场" in scan(steward, ticket.token, "already")


def test_sound_is_switched_off_for_good(person: Callable[..., Person], shown: Book) -> None:
    steward = steward_at(person(), shown().performance)
    button = steward.page.get_by_role("button", name="声音")
    assert button.get_attribute("aria-pressed") == "true"
    button.tap()
    assert button.get_attribute("aria-pressed") == "false"
    steward.page.reload()
    assert button.get_attribute("aria-pressed") == "false"
    assert steward.page.evaluate("document.activeElement.id") == "code"
