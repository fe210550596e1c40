"""Who looks after a house writes what of a price goes back by the time left, and sees what cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_ladder_is_written_changed_and_taken_away(person: Callable[..., Person]) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.taps = 0
    admin.tap("退票阶梯", role="link")
    looked_at(admin, "ladders-begun")
    fill(admin, ("48", "50"), ("24", "80"))
    admin.tap("加这个退票阶梯")
    assert "越早退得越多" in admin.say()
    assert admin.page.get_by_label("第2档：退百分之几").input_value() == "80"
    admin.look("ladders-wrong-390")
    fill(admin, ("48", "80"), ("24", "50"), ("0.5", "20"))
    admin.tap("加这个退票阶梯")
    assert admin.taps == 3
    assert "开演前30分钟或更早：退20%" in admin.say()
    looked_at(admin, "ladders-one")

    admin.tap("演出通常", role="link")
    looked_at(admin, "ladder")
    admin.page.get_by_label("没有另外指定的场次都按这个").uncheck()
    admin.tap("改成这样")
    assert "通常用的" not in admin.say()
    admin.tap("演出通常", role="link")
    admin.tap("删掉这个退票阶梯")
    assert "演出通常" not in admin.say()
    admin.page.locator("#main").get_by_role("link", name="演出", exact=True).tap()
    admin.page.get_by_label("没有另外指定的场次都按这个").check()
    admin.tap("改成这样")
    assert "通常用的" in admin.say()


def fill(admin: Person, *steps: tuple[str, str]) -> None:
    """Fill in names and steps, and say that it is the usual one."""
    admin.page.get_by_label("名称", exact=True).fill("演出通常")
    admin.page.get_by_label("英文名称").fill("Shows as usual")
    for number, (hours, percent) in enumerate(steps, 1):
        admin.page.get_by_label(f"第{number}档：开演前几小时").fill(hours)
        admin.page.get_by_label(f"第{number}档：退百分之几").fill(percent)
    admin.page.get_by_label("没有另外指定的场次都按这个").check()
