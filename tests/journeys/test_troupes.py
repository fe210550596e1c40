"""A troupe's leader from the sign-in to the week's hours; the desk that certifies; a singer's own page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_blocks import a_desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEADER = "19900000011"
WAITS = "葫芦丝乐团"
WAITS_LEADER = "19900000231"
SINGER = "19900000007"


def test_a_leader_sees_the_hours_of_the_week_and_keeps_the_roster(
    person: Callable[..., Person],
) -> None:
    leader = person()
    leader.sign_in(LEADER)
    leader.go("/mine")
    leader.taps = 0
    leader.tap(re.compile("去团队负责人"), role="link")
    assert leader.taps == 1
    said = leader.say()
    assert re.search("每周6小时，本周已用", said)
    assert "已认定" in said
    leader.look("troupe-mine")

    leader.tap(re.compile("名单上45人"), role="link")
    leader.page.get_by_label("姓名", exact=True).fill("海伦娜")
    leader.tap("加进名单")
    assert "加了1人" in leader.say()
    leader.page.get_by_text("一次贴很多人").tap()
    leader.page.get_by_label("一行一个人").fill("1 韩梅梅 13900000001\n李雷雷 139")
    leader.tap("都加进名单")
    assert "没看懂：李雷雷 139" in leader.say()
    leader.look("troupe-roster-refused")
    leader.page.get_by_label("一行一个人").fill("1 韩梅梅 13900000001\n李雷雷")
    leader.tap("都加进名单")
    assert "加了2人" in leader.say()
    leader.tap("去掉海伦娜")
    assert "海伦娜" not in leader.page.inner_text("ul.lines.panel")
    leader.look("troupe-roster")


def test_a_season_is_signed_for_and_the_desk_certifies_it(person: Callable[..., Person]) -> None:
    clerk = a_desk(person, "programme", "stage-1958")
    clerk.go("/staff")
    clerk.taps = 0
    clerk.tap(re.compile("1个团队等您认定"), role="link")
    clerk.look("troupe-desk-list")
    clerk.tap(WAITS, role="link")
    clerk.look("troupe-desk")
    clerk.tap("不认定")
    assert "请写原因" in clerk.page.inner_text("body")
    clerk.page.get_by_label(re.compile("原因")).fill("名单还缺人")
    clerk.tap("不认定")
    assert clerk.taps == 4  # with the mistake
    assert "已经通知负责人" in clerk.say()

    leader = person()
    leader.sign_in(WAITS_LEADER)
    leader.go("/troupes")
    assert "名单还缺人" in leader.say()
    leader.look("troupe-refused")
    leader.taps = 0
    leader.tap(re.compile("签安全承诺书"), role="link", nth=0)
    leader.look("troupe-letter")
    leader.tap("签署，申请认定")
    assert "请打勾" in leader.say()
    leader.page.get_by_label("我看过了全文，代表团队签署").check()
    leader.tap("签署，申请认定")
    assert "已经申请认定" in leader.say()

    clerk.go("/staff/troupes?waits=1")
    clerk.tap(WAITS, role="link")
    clerk.tap("认定")
    assert "已经通知负责人" in clerk.say()
    leader.go("/troupes")
    assert "已认定" in leader.say()


def test_another_leader_is_named_and_the_old_one_is_out(person: Callable[..., Person]) -> None:
    clerk = a_desk(person, "programme", "stage-1958")
    clerk.go("/staff/troupes")
    clerk.tap("古筝乐团", role="link")
    clerk.page.get_by_text("指定负责人、副负责人").click()
    clerk.page.get_by_label("姓名", exact=True).fill("不存在")
    clerk.page.get_by_label("手机号").fill(LEADER)
    clerk.tap("负责人", role="radio", nth=0)
    clerk.tap("指定")
    assert "没有找到" in clerk.say()
    clerk.look("troupe-desk-unknown-leader")
    clerk.page.get_by_label("姓名", exact=True).fill("傅永玉")
    clerk.tap("指定")
    assert "指定好了" in clerk.say()

    leader = person()
    leader.sign_in("19900000012")
    leader.go("/troupes")
    assert "职工合唱团" in leader.say()


def test_a_singer_finds_the_troupe_and_leaves_it(person: Callable[..., Person]) -> None:
    leader = person()
    leader.sign_in("19900000201")
    singer = person()
    singer.sign_in(SINGER)
    leader.go("/troupes")
    leader.tap(re.compile("名单上"), role="link")
    leader.page.get_by_label("姓名", exact=True).fill("𠮷文海")
    leader.page.get_by_label("手机号（可以不写）").fill(SINGER)
    leader.tap("加进名单")
    singer.go("/troupes")
    assert "劳模合唱团" in singer.say()
    singer.look("troupe-of-a-singer")
    singer.tap("退出劳模合唱团")
    assert "退出了" in singer.say()


@pytest.mark.parametrize(
    ("how", "name", "phone"),
    [
        ({"color_scheme": "dark"}, "dark", "19900000203"),
        ({"viewport": {"width": 1280, "height": 900}}, "wide", "19900000205"),
    ],
)
def test_a_leader_s_page_in_every_light(
    person: Callable[..., Person], how: dict[str, object], name: str, phone: str
) -> None:
    leader = person(**how)
    leader.sign_in(phone)
    leader.go("/troupes")
    leader.look(f"troupe-{name}")
    leader.go("/display?size=large&lang=en&next=/troupes")
    leader.look(f"troupe-large-en-{name}")


def test_a_leader_lists_somebody_without_scripts(person: Callable[..., Person]) -> None:
    leader = person(java_script_enabled=False)
    leader.sign_in("19900000207")
    leader.go("/troupes")
    leader.tap(re.compile("名单上"), role="link")
    leader.page.get_by_label("姓名", exact=True).fill("海伦娜")
    leader.page.get_by_role("button", name="加进名单", exact=True).press("Enter")
    assert "加了1人" in leader.say()
