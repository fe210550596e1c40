"""A mother keeps two children and books for them by taps; numbers that change hands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.identities.test_rules import card
from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_real_name import held

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def keep(member: Person, who: str, relation: str, number: str = "", *, born: str = "") -> None:
    """Fill in and keep somebody, from the page of companions."""
    page = member.page
    page.get_by_label("姓名").fill(who)
    page.get_by_label(relation, exact=True).check()
    page.get_by_label("证件号码").fill(number)
    if born:
        page.get_by_label("孩子的生日").fill(born)
    page.get_by_label("不满14岁").check()
    page.get_by_label("同意保存证件").check()
    member.tap("存起来")


def test_two_children_are_kept_and_named_by_taps(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/mine")
    member.tap(re.compile("我的同行人"), role="link")
    member.look("companions-empty")
    keep(member, "张小宝", "孩子", "123")
    member.look("companions-refused")
    assert "位数或写法不对" in member.say()
    keep(member, "张小宝", "孩子", card("20170301", "611"))
    keep(member, "张小贝", "孩子", card("20190520", "612"))
    member.look("companions")
    member.go("/performances?kind=crosstalk")
    member.page.get_by_role("link", name="曲艺相声专场").first.click()
    member.tap(re.compile("^2张"), role="radio")
    member.tap("帮我选连座")
    member.page.wait_for_url("**/orders/*")
    member.taps = 0
    for who in ("张小宝", "张小贝"):
        member.page.get_by_label(who).check()
        member.taps += 1
    member.page.get_by_label("同意用证件号码核对入场").check()
    member.taps += 1
    member.look("companions-order")
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    assert member.taps == 4
    assert "入场人 张*" in member.say()


def test_with_scripts_off_in_large_text_and_in_english(person: Callable[..., Person]) -> None:
    member = held(person, java_script_enabled=False)
    order = member.page.url
    member.go("/display?size=large&next=/mine/people")
    keep(member, "王秀英", "父母", card("19550505", "621"))
    keep(member, "张小宝", "孩子", born="2018-04-05")
    member.page.screenshot(path="var/journeys/companions-large.png", full_page=True)
    member.go(order[order.index("/orders") :])
    member.page.get_by_label("王秀英").check()
    member.page.get_by_text("名单上没有的人").click()
    member.page.get_by_label("姓名").nth(0).fill("李志强")
    member.page.get_by_label("证件号码").nth(0).fill(card("19710101", "622"))
    member.page.get_by_label("同意用证件号码核对入场").check()
    member.page.screenshot(path="var/journeys/companions-order-large.png", full_page=True)
    member.tap("确认，免费领票")
    assert "证件尾号" in member.say()
    member.go("/display?lang=en&next=/mine/people")
    member.page.screenshot(path="var/journeys/companions-english.png", full_page=True)
    assert "Add somebody" in member.say()


def test_a_member_changes_their_number(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/mine")
    member.taps = 0
    member.tap(re.compile("换手机号"), role="link")
    member.look("number")
    member.page.get_by_label("手机号").fill("19900008801")
    member.tap("给新号码发验证码")
    member.page.get_by_label("新号码收到的验证码").fill(member.code())
    member.look("number-code")
    member.tap("换成这个号码")
    assert member.taps == 3
    assert "手机号换好了" in member.say()
    member.look("number-done")


def test_a_recycled_number_shows_nothing_of_its_earlier_holder(
    person: Callable[..., Person],
) -> None:
    member = person()
    member.go("/sign-in")
    member.page.get_by_label("手机号").fill("19900000010")
    member.tap("发验证码")
    member.page.get_by_label("验证码").fill(member.code())
    member.tap("登录")
    assert "孙*源" in member.say()
    member.look("number-idle")
    member.page.get_by_label("孙*源").check()
    member.page.get_by_label("老账号再核对一样").fill("0000")
    member.tap("就是我")
    member.look("number-idle-refused")
    assert "还要核对一样" in member.say()
    member.page.get_by_label("老账号再核对一样").fill("2217")
    member.tap("就是我")
    member.go("/mine")
    assert "孙广源" in member.say()


def test_the_desk_sets_a_number(person: Callable[..., Person]) -> None:
    desk = person()
    desk.go("/staff/sign-in")
    desk.page.get_by_label("登录名").fill("counter")
    desk.page.get_by_label("密码").fill("window-1958")
    desk.tap("登录")
    desk.tap("改会员手机号", role="link")
    desk.page.get_by_label("会员卡号").fill("TY99999999")
    desk.tap("找会员")
    desk.look("number-desk")
    assert "没有找到" in desk.say()
    desk.page.get_by_label("会员卡号").fill("19900000003")
    desk.tap("找会员")
    desk.look("number-desk-found")
    desk.tap("陈*兰", role="link")
    desk.page.get_by_label("手机号").fill("19900008803")
    desk.tap("设成这个号码")
    desk.look("number-desk-unseen")
    assert "先看本人的证件" in desk.say()
