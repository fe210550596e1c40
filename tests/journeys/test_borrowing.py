"""A leader borrows music stands with a room, for one evening and for a term; by tap, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEADERS = iter(f"19900000{number}" for number in range(201, 247, 2))
"""Leaders of the demonstration's troupes, a number each: it gets one code a minute."""
DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def before_a_room(person: Callable[..., Person], hour: int, **how: object) -> Person:
    """Return a leader before the page that takes a room in six days, one that hears no other."""
    one = person(**how)
    one.sign_in(next(LEADERS))
    day = one.page.evaluate(
        "new Date(Date.now() + 6 * 864e5).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})"
    )
    one.go(f"/spaces/free?day={day}&time={hour:02}:00&minutes=60&people=7&purpose=dance")
    room = one.page.locator(".show.room a").first
    address = room.get_attribute("href") or ""
    one.go(address)
    one.taps = 0
    return one


def test_two_stands_are_four_taps_with_the_room(person: Callable[..., Person]) -> None:
    one = before_a_room(person, 10)
    one.look("borrow-folded")
    one.page.get_by_text("要借的东西").tap()
    more = one.page.get_by_role("button", name=re.compile("^多借一件谱架"))
    more.tap()
    more.tap()
    one.taps += 3
    assert one.page.get_by_label(re.compile("^谱架")).input_value() == "2"
    one.look("borrow-open")
    one.page.get_by_role("button", name=re.compile("^少借一件投影")).tap()
    assert one.page.get_by_label(re.compile("^投影")).input_value() == "0", "never below nought"
    one.tap(re.compile("^(预约|申请)"))
    assert one.taps == 4
    assert "谱架×2" in one.say()
    one.look("borrow-taken")


def test_without_scripts_the_number_is_typed_and_stays_when_it_is_too_many(
    person: Callable[..., Person],
) -> None:
    one = before_a_room(person, 12, java_script_enabled=False)
    one.page.get_by_text("要借的东西").tap()
    assert not one.page.get_by_role("button", name=re.compile("^多借一件")).count()
    one.page.get_by_label(re.compile("^谱架")).fill("999")
    one.tap(re.compile("^(预约|申请)"))
    assert "请少借一些" in one.say()
    assert one.page.get_by_label(re.compile("^谱架")).input_value() == "999"
    one.page.screenshot(path="var/journeys/borrow-short.png", full_page=True)
    one.page.get_by_label(re.compile("^谱架")).fill("3")
    one.tap("约这个时间")
    assert "谱架×3" in one.say()


def test_a_room_that_is_gone_leads_on_in_one_tap(person: Callable[..., Person]) -> None:
    first, second = (before_a_room(person, 14) for _ in range(2))
    assert first.page.url.partition("?")[0] == second.page.url.partition("?")[0]
    second.page.get_by_label("多少人").fill("8")
    first.tap(re.compile("^(预约|申请)"))
    second.tap(re.compile("^(预约|申请)"))
    assert "还可以这样" in second.say()
    assert "排队等这个场地" in second.say()
    second.look("refused-instead")
    with second.page.expect_navigation():
        second.page.locator(".show.room", has_text="换个场地").get_by_role("link").tap()
    assert second.page.get_by_label("多少人").input_value() == "8"
    second.tap(re.compile("^(预约|申请)"))
    assert "/reservations/" in second.page.url


@pytest.mark.parametrize(
    ("name", "how"),
    [("large", {}), ("dark", {"color_scheme": "dark"}), ("wide", DESK)],
)
def test_a_term_with_stands(
    person: Callable[..., Person], name: str, how: dict[str, object]
) -> None:
    one = before_a_room(person, 9, **how)
    if name == "large":
        one.go("/display?size=large&next=/troupes")
    one.go("/troupes")
    one.tap(re.compile("学期固定时间"), role="link")
    one.tap("周二")
    one.tap({"large": "08:30", "dark": "10:30", "wide": "12:30"}[name])
    one.tap(re.compile("^选"))
    if one.page.get_by_role("button", name="不空的都跳过").count():
        one.tap("不空的都跳过")
    one.page.get_by_text("要借的东西").click()
    one.page.get_by_role("button", name=re.compile("^多借一件谱架")).click()
    one.look(f"borrow-term-{name}")
    one.tap(re.compile("^预约这"))
    assert "谱架×1" in one.say()
    one.look(f"borrow-term-taken-{name}")
