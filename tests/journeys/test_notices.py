"""A member reads what they were told and says how; staff write to many, another starts it and stops it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_member import book_one
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_member_reads_the_inbox_and_says_how_to_be_told(person: Callable[..., Person]) -> None:
    member = book_one(person, fresh_phone())
    member.go("/mine")
    member.taps = 0
    member.tap(re.compile("通知：1条新的"), role="link")
    assert "张票已出" in member.say()
    looked_at(member, "inbox")
    member.tap(re.compile("都看过了"))
    assert member.taps == 2
    assert "新的" not in member.say()
    member.page.locator("summary", has_text="哪些要发给我").click()
    member.page.get_by_label("退票通知").uncheck()
    member.look("inbox-ways")
    member.tap("照这样通知我")
    assert "记下了" in member.say()

    member.page.get_by_role("textbox", name="邮箱").fill("one@example.org")
    member.tap("发验证码到邮箱")
    member.page.get_by_role("textbox", name="验证码").fill(member.code())
    member.look("inbox-email")
    member.tap("核对邮箱")
    assert "邮箱核对好了" in member.say()


def test_without_scripts_the_inbox_is_whole(person: Callable[..., Person]) -> None:
    member = person(java_script_enabled=False)
    member.sign_in(fresh_phone())
    member.go("/mine/notices")
    assert "还没有通知" in member.say()


def started_by_another(other: Person) -> None:
    """Let a mass notice that somebody else wrote begin, stop and go on: three taps."""
    other.tap("群发", role="link")
    other.tap(re.compile("新春游园正月初五"), role="link")
    other.taps = 0
    other.tap(re.compile("开始发给"))
    if "再验证" in other.say():
        other.prove()
    looked_at(other, "broadcast-running")
    other.tap("停下")
    assert "停下了" in other.say()
    other.look("broadcast-stopped")
    other.tap("接着发")
    assert other.taps == 3


def test_a_mass_notice_is_priced_started_stopped_and_answered(
    person: Callable[..., Person],
) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.tap("群发", role="link")
    admin.tap("写一条群发", role="link")
    admin.taps = 0
    admin.page.get_by_label("标题（中文）").fill("新春游园正月初五")
    admin.page.get_by_label("正文（中文）").fill(
        "正月初五上午九点，南宫广场。\n带工会会员卡，每人一份灯谜礼物。"
    )
    admin.page.get_by_label("全体工会会员").check()
    looked_at(admin, "broadcast-new")
    admin.page.get_by_label("标题（中文）").fill("新春游园正月初五")
    admin.page.get_by_label("正文（中文）").fill(
        "正月初五上午九点，南宫广场。\n带工会会员卡，每人一份灯谜礼物。"
    )
    admin.page.get_by_label("全体工会会员").check()
    admin.tap("写好了，先看看（还不发）")
    looked_at(admin, "broadcast-draft")
    assert "要另一位同事登录、看过这一页" in admin.say()
    assert admin.taps == 1

    other = signed_in(person(), "programme", "stage-1958")
    started_by_another(other)
    word = re.search(r"答疑页上的数字：(\d+)", other.say())
    assert word

    stranger = person()
    stranger.go("/about")
    stranger.tap("答疑", role="link")
    stranger.page.get_by_label("短信里的数字").fill(word[1])
    stranger.tap("看详情")
    assert "灯谜礼物" in stranger.say()
    looked_at(stranger, "answers")
    admin.go("/staff/broadcasts")
    admin.look("broadcasts-390")
    admin.go("/staff/notices/templates")
    looked_at(admin, "templates")
    admin.go("/staff/notices")
    admin.look("unsent-390")
    admin.go("/staff/rules/messages")
    admin.look("rules-messages-390")
    admin.go("/staff/health")
    admin.look("health-messages-390")
