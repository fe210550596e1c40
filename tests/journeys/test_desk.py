"""A programme manager plays a show again, puts a new one on, and is told what a second one did."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palace.clock import SHANGHAI
from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

WIDE = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def manager(someone: Person) -> Person:
    """Sign the programme manager of the demonstration in."""
    return signed_in(someone, "programme", "stage-1958")


def far(days: int) -> str:
    """Return a day so many days from today."""
    return (datetime.now(SHANGHAI) + timedelta(days=days)).date().isoformat()


def open_first(who: Person, title: str) -> None:
    """Open the first coming performance of a title."""
    who.go(f"/staff/programme/performances?sort=starts_at&title={title}&starts_at_from={far(0)}")
    who.tap(re.compile(title), role="link")


def test_another_evening_in_six_clicks(person: Callable[..., Person]) -> None:
    one = manager(person())
    assert one.page.url.endswith("/staff")
    looked_at(one, "desk-home")
    one.taps = 0
    one.tap("场次", role="link")
    one.tap("再演一场", role="link")
    one.page.get_by_label("日期").fill(far(100))
    one.page.get_by_label("开演").fill("19:30")
    one.tap("照样排上")
    assert "照样排好了" in one.say()
    assert one.page.get_by_text("要改").count() == 0
    one.look("desk-check-390")
    one.tap("发布，让公众看到")
    assert "发布了，公众看得到了" in one.say()
    assert one.taps == 4
    one.look("desk-published-390")


def test_the_pages_of_one_performance(person: Callable[..., Person]) -> None:
    one = manager(person())
    one.go("/staff/programme/performances")
    looked_at(one, "desk-list")
    open_first(one, "打金枝")
    looked_at(one, "desk-performance")
    base = one.page.url
    for page in ("prices", "quotas", "sale", "place", "copy", "check"):
        one.go(f"{base}/{page}")
        looked_at(one, f"desk-{page}")
    one.go("/staff/programme/tiers")
    looked_at(one, "desk-tiers")
    one.tap("免费票", role="link")
    looked_at(one, "desk-tier")


def test_a_new_one_by_the_keyboard_without_scripts(person: Callable[..., Person]) -> None:
    one = manager(person(java_script_enabled=False, **WIDE))
    open_first(one, "工人电影院")
    one.go("/staff/programme/performances")
    one.page.get_by_text("排一场新的").click()
    one.tap(re.compile("工人电影院"), role="link")
    one.page.get_by_label("场地", exact=True).select_option(label="太原工人文化宫 · 大剧场")
    one.page.get_by_label("不对号，凭票入场").check()
    one.page.get_by_label("最多多少人").fill("zehn")
    one.page.get_by_label("日期", exact=True).fill(far(101))
    one.page.get_by_label("开演时间", exact=True).fill("14:30")
    one.tap("排上，接着定价")
    assert "请填写1到100000的整数" in one.say()
    assert one.page.get_by_label("最多多少人").input_value() == "zehn"
    one.page.screenshot(path=PICTURES / "desk-new-wrong-1280.png", full_page=True)
    one.page.get_by_label("最多多少人").fill("80")
    one.page.get_by_label("最多多少人").press("Enter")
    one.page.wait_for_url("**/prices")
    one.page.screenshot(path=PICTURES / "desk-new-prices-1280.png", full_page=True)
    one.page.get_by_label("票价（元）").first.fill("10")
    one.page.get_by_label("票价（元）").first.press("Enter")
    one.page.wait_for_url("**/check")
    one.tap("发布，让公众看到")
    assert "发布了" in one.say()


def test_what_is_in_the_way_and_what_a_second_manager_did(person: Callable[..., Person]) -> None:
    first, second = manager(person()), manager(person(**WIDE))
    open_first(first, "打金枝")
    first.tap("再演一场", role="link")
    open_first(second, "雷雨")
    there = second.page.url
    second.go(f"{there}/quotas")
    second.page.get_by_label("全场").fill("1000")
    third = manager(person())
    third.go(f"{there}/quotas")
    third.page.get_by_label("全场").fill("900")
    third.tap("就按这些配额")
    second.tap("就按这些配额")
    assert "刚有别人改过这一页" in second.say()
    assert "刚被改成900" in second.say()
    assert second.page.get_by_label("全场").input_value() == "1000"
    second.look("desk-moved-1280")
    second.tap("就按这些配额")
    assert "改好了" in second.say()
    second.go("/staff/programme/performances?stand=published&title=圪梁梁")
    second.look("desk-list-1280")
    second.tap(re.compile("圪梁梁"), role="link")
    when = second.page.get_by_role("main").inner_text()
    found = re.search(r"(\d+)月(\d+)日", when)
    assert found
    first.page.get_by_label("日期").fill(_day_of(int(found[1]), int(found[2])))
    first.page.get_by_label("开演").fill("20:00")
    first.tap("照样排上")
    assert "可是已经有" in first.say()
    assert "圪梁梁" in first.say()
    first.look("desk-taken-390")


def _day_of(month: int, day: int) -> str:
    today = datetime.now(SHANGHAI).date()
    year = today.year + (1 if month < today.month else 0)
    return f"{year}-{month:02}-{day:02}"
