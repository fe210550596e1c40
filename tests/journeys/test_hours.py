"""An administrator sets hours, brings holidays in, closes a room around what is there, lends another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from palace.clock import palace_day
from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at
from tests.journeys.test_rules import DESK, administrator

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DARK = {"color_scheme": "dark"}


def fill_closure(who: Person, days: int, *spaces: str) -> None:
    """Choose spaces and whole days, from tomorrow on."""
    first = palace_day(datetime.now(UTC)) + timedelta(days=1)
    for space in spaces:
        who.page.get_by_label(space, exact=True).check()
    who.page.get_by_label("从", exact=True).fill(f"{first}T00:00")
    who.page.get_by_label("到", exact=True).fill(f"{first + timedelta(days=days)}T00:00")
    who.page.get_by_label("原因，大家看得到").fill("消防检修")
    who.page.get_by_label("原因（英文）").fill("Fire safety inspection")


def test_everybody_reads_when_the_houses_are_open(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go("/performances")
    visitor.taps = 0
    visitor.tap("开放时间", role="link")
    assert visitor.taps == 1
    assert "08:30–21:30" in visitor.say()
    looked_at(visitor, "hours-public")
    dark = person(**DARK)
    dark.go("/hours")
    dark.page.get_by_text("和本馆时间不一样的场地").tap()
    assert "08:30–23:00" in dark.say()
    dark.look("hours-public-dark")
    wide = person(**DESK)
    wide.go("/hours")
    wide.look("hours-public-1280")


def test_a_space_gets_hours_and_goes_back_to_those_of_the_house(
    person: Callable[..., Person],
) -> None:
    admin = administrator(person())
    admin.taps = 0
    admin.tap("开放时间和关闭", role="link")
    looked_at(admin, "hours-desk")
    admin.page.get_by_text("照本馆时间的场地").first.tap()
    admin.tap("围棋室", role="link")
    assert admin.taps == 2
    looked_at(admin, "hours-week")
    admin.page.get_by_label("周一").fill("九点到五点")
    admin.tap("改成这些")
    assert "看不懂，请写成" in admin.say()
    admin.look("hours-wrong-390")
    admin.page.get_by_label("周一").fill("9:00-12:00 14:00-24:00")
    admin.tap("改成这些")
    assert "改好了" in admin.say()
    assert admin.page.get_by_label("周一").input_value() == "09:00-12:00 14:00-24:00"
    admin.page.get_by_text("改回照本馆的时间").tap()
    admin.tap("照本馆的时间")
    assert "这个场地没有自己的时间" in admin.say()


def test_a_years_holidays_come_in_by_two_taps(person: Callable[..., Person]) -> None:
    admin = administrator(person())
    admin.go("/staff/hours/days")
    looked_at(admin, "days")
    admin.taps = 0
    admin.tap("看看2026年的放假安排")
    assert "元旦调休上班" in admin.say()
    admin.look("days-looked-390")
    admin.tap("导入这39天")
    assert admin.taps == 2
    assert "导入了39天" in admin.say()
    admin.tap("看看2026年的放假安排")
    assert "没有要改的" in admin.say()

    plain = signed_in(person(java_script_enabled=False), "branch", "branch-1958")
    plain.go("/staff/hours/days")
    plain.page.get_by_label("日期", exact=True).fill("2027-01-01")
    plain.page.get_by_label("名称", exact=True).fill("元旦")
    plain.tap("记下这一天")
    assert "2027年1月1日" in plain.say()
    plain.page.screenshot(path=PICTURES / "days-branch-noscript.png", full_page=True)
    plain.tap("去掉")


def test_a_room_is_closed_around_what_is_there_and_opened_early(
    person: Callable[..., Person],
) -> None:
    admin = administrator(person())
    admin.go("/staff/closures")
    looked_at(admin, "closures")
    fill_closure(admin, 14, "大剧场", "贵宾室")
    admin.tap("看看挡着什么")
    assert "那一天那个场地不关" in admin.say()
    admin.look("closures-looked-390")

    admin.go("/staff/closures")
    fill_closure(admin, 2, "贵宾室")
    admin.taps = 0
    admin.tap("看看挡着什么")
    assert "这段时间没有别的安排" in admin.say()
    admin.tap("关闭这2个场地·天")
    assert admin.taps == 2
    looked_at(admin, "closure")
    visitor = person(**DESK)
    visitor.go("/hours")
    assert "消防检修" in visitor.say()
    visitor.look("hours-closed-1280")
    admin.tap("提前开放")
    assert "2个场地·天又能约了" in admin.say()
    visitor.go("/hours")
    assert "消防检修" not in visitor.say()


def test_rooms_are_lent_as_another_house_does(person: Callable[..., Person]) -> None:
    admin = administrator(person())
    admin.tap("场地怎么借", role="link")
    assert "民族管弦乐排练厅" in admin.say()
    looked_at(admin, "roomdesk")
    admin.tap("借用办法", role="link")
    admin.page.get_by_text("再加一种").tap()
    admin.page.get_by_label("名称", exact=True).fill("小教室")
    admin.tap("加上")
    looked_at(admin, "policy")
    admin.taps = 0
    admin.tap("改用这一种 提前一个月预约")
    assert admin.taps == 1
    assert admin.page.get_by_label("最早提前几天约").input_value() == "30"
    admin.page.get_by_label("一次最多几分钟").fill("30")
    admin.tap("先看看已经约好的")
    assert "不能比“一次最多几分钟”还多" in admin.say()
    admin.page.get_by_label("一次最多几分钟").fill("90")
    admin.tap("先看看已经约好的")
    assert "照下面的数，已经约好的都合新的办法" in admin.say()
    admin.look("policy-looked-390")
    admin.tap("改成这些")
    assert "改好了" in admin.say()

    wide = administrator(person(**DESK))
    wide.go("/staff/rooms")
    wide.look("roomdesk-1280")
    wide.tap("201 民族管弦乐排练厅", role="link")
    wide.look("room-1280")
    wide.page.get_by_label("面积（平方米）").fill("很大")
    wide.tap("改成这些")
    assert "面积请填整数" in wide.say()
    wide.page.get_by_label("面积（平方米）").fill("221")
    wide.tap("改成这些")
    assert "改好了" in wide.say()
    wide.go("/staff/rooms/equipment")
    wide.look("equipment-1280")
    admin.go("/staff/rooms/outside")
    looked_at(admin, "outside")
