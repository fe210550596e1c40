"""An administrator reads the rules of the house, takes a way of another house over, and sets own figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
SEATS = "同一场每人最多订几张"


def administrator(someone: Person) -> Person:
    """Sign the administrator of the demonstration in."""
    return signed_in(someone, "admin", "nangong-1958")


def test_one_tap_takes_another_house_s_way_over(person: Callable[..., Person]) -> None:
    admin = administrator(person())
    admin.taps = 0
    admin.tap("馆规", role="link")
    looked_at(admin, "rules-home")
    admin.tap("改“预约了没来”", role="link")
    assert "现在：只提醒，从不停" in admin.say()
    looked_at(admin, "rules-strikes")
    admin.tap("改用这一种 60天内3次没来，停30天")
    assert admin.taps == 3
    assert "改好了，马上生效" in admin.say()
    assert "现在：60天内3次没来，停30天" in admin.say()
    admin.look("rules-taken-390")

    admin.page.get_by_label("停几天").fill("31")
    admin.tap("改成这些")
    assert "自己定的数" in admin.say()
    admin.look("rules-own-390")
    admin.tap("改用这一种 只提醒，从不停")
    assert "现在：只提醒，从不停" in admin.say()

    admin.go("/staff/strikes")
    admin.tap("没来几次、停多久，在这里定 ›", role="link")
    assert admin.page.url.endswith("/staff/rules/strikes")


def test_a_bad_figure_is_told_and_kept_and_the_second_sees_what_moved(
    person: Callable[..., Person],
) -> None:
    first = administrator(person())
    first.go("/staff/rules/tickets")
    looked_at(first, "rules-tickets")
    first.page.get_by_label(SEATS).fill("二十一")
    first.tap("改成这些")
    assert "请填写1到20的整数" in first.say()
    assert first.page.get_by_label(SEATS).input_value() == "二十一"
    first.look("rules-wrong-390")

    second = administrator(person(**DESK))
    second.go("/staff/rules/tickets")
    second.page.get_by_label(SEATS).fill("6")
    first.page.get_by_label(SEATS).fill("5")
    first.page.get_by_label("原因（可以不写）").fill("春节试行")
    first.tap("改成这些")
    second.tap("改成这些")
    assert "刚有别人改过这一页" in second.say()
    assert "刚被改成5" in second.say()
    assert second.page.get_by_label(SEATS).input_value() == "6"
    second.look("rules-moved-1280")
    second.page.get_by_label(SEATS).fill("4")
    second.tap("改成这些")
    assert "改好了" in second.say()
    second.go("/staff/audit")
    assert f"{SEATS}: 4 → 5" in second.say()
    second.go("/staff/rules")
    second.look("rules-home-1280")


def test_with_the_keyboard_and_without_scripts(person: Callable[..., Person]) -> None:
    admin = administrator(person(java_script_enabled=False, **DESK))
    admin.go("/staff/rules/codes")
    admin.page.get_by_label("一个号码一天最多要几条").focus()
    admin.page.keyboard.press("Control+A")
    admin.page.keyboard.type("12")
    with admin.page.expect_navigation():
        admin.page.keyboard.press("Enter")
    assert "改好了，马上生效" in admin.say()
    admin.go("/staff/rules/strikes")
    for name, now in (
        ("改用这一种 365天内2次没来，停365天", "现在：365天内2次没来，停365天"),
        ("改用这一种 只提醒，从不停", "现在：只提醒，从不停"),
    ):
        admin.page.get_by_role("button", name=name).focus()
        with admin.page.expect_navigation():
            admin.page.keyboard.press("Enter")
        assert now in admin.say()
    admin.page.screenshot(path=PICTURES / "rules-noscript.png", full_page=True)
    admin.go("/staff/rules/codes")
    admin.page.get_by_label("一个号码一天最多要几条").fill("10")
    admin.tap("改成这些")
    assert "改好了" in admin.say()
