"""A clerk's day at the till: cash taken in three taps, some given back by two people, closed, signed for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from palace.members.rules import Role
from tests.factory import Factory
from tests.journeys.conftest import Person
from tests.till.conftest import sell

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LOOKS = ("phone", "large", "dark", "wide")


def find(clerk: Person, word: str) -> None:
    """Type what a payment is found by, and open it."""
    clerk.page.get_by_label(re.compile("订单号、取票码")).fill(word)
    clerk.tap("找付款")


@pytest.mark.parametrize("look", [*LOOKS, "plain"])
def test_cash_is_taken_in_three_taps(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    sold = sell(live)
    clerk = enter(live.staff(Role.COUNTER), look)
    clerk.go("/staff/till")
    clerk.look(f"till-begin-{look}")
    clerk.page.get_by_label(re.compile("备用金")).fill("100")
    clerk.tap("开始当班")
    assert "备用金100元" in clerk.say()
    clerk.taps = 0
    find(clerk, sold.order.code)
    clerk.look(f"till-found-{look}")
    clerk.page.locator("#main ul.lines a").first.click()
    clerk.taps += 1
    clerk.look(f"till-payment-{look}")
    clerk.tap("收现金30元")
    assert clerk.taps == 3
    assert "收好了" in clerk.say()
    clerk.look(f"till-taken-{look}")
    assert clerk.page.get_by_role("link", name="打印凭证", exact=True).is_visible()


def test_two_people_give_back_and_a_third_signs(
    live: Factory, enter: Callable[..., Person]
) -> None:
    sold = sell(live, 60_000)
    first, second = live.staff(Role.COUNTER), live.staff(Role.COUNTER)
    clerk = enter(first)
    clerk.go("/staff/till")
    clerk.page.get_by_label(re.compile("备用金")).fill("100")
    clerk.tap("开始当班")
    find(clerk, sold.member.phone or "")
    clerk.page.locator("#main ul.lines a").first.click()
    clerk.tap("收现金600元")
    here = clerk.page.url
    clerk.page.get_by_text("手工退款").first.click()  # above the house's 500 yuan
    clerk.page.get_by_label("退多少元").fill("500.01")
    clerk.page.locator("#propose-why").fill("座椅坏了")
    clerk.tap("记下要退的")
    assert "等另一个人同意" in clerk.say()
    clerk.look("till-asked")
    other = enter(second)
    other.go("/staff/till")
    other.look("till-to-agree")
    other.page.goto(here)
    other.tap("同意退500.01元")
    other.look("till-agreed")
    clerk.page.goto(here)
    clerk.tap("退现金500.01元")
    clerk.look("till-given-back")
    clerk.go("/staff/till")
    clerk.page.get_by_text("交班", exact=True).first.click()
    clerk.page.get_by_label(re.compile("点出的现金")).fill("198.99")
    clerk.tap("交班，出交款单")
    assert "应有199.99元，点出198.99元" in clerk.say()
    clerk.look("till-differs")
    clerk.page.get_by_label("原因").fill("少找了一元")
    clerk.tap("交班，出交款单")
    clerk.look("till-closed")
    cashier = enter(live.staff(Role.FINANCE), "wide")
    cashier.page.goto(clerk.page.url)
    cashier.tap("现金收到，签收")
    assert "签收" in cashier.say()
    cashier.look("till-signed")
    cashier.go("/staff/till/shifts")
    cashier.look("till-shifts")
    cashier.go("/staff/till/accounts")
    cashier.look("till-accounts")


@pytest.mark.parametrize("look", LOOKS)
def test_a_wrong_way_is_one_correction(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    sold = sell(live)
    clerk = enter(live.staff(Role.COUNTER), look)
    clerk.go("/staff/till")
    clerk.page.get_by_label(re.compile("备用金")).fill("100")
    clerk.tap("开始当班")
    find(clerk, sold.order.code)
    clerk.page.locator("#main ul.lines a").first.click()
    clerk.tap("收现金30元")
    wrong = clerk.page.locator("details", has_text="收款方式记错了")
    wrong.locator("summary").click()
    wrong.get_by_label("原因").fill("刷的是卡")
    clerk.tap("更正")
    assert "已更正：刷的是卡" in clerk.say()
    clerk.look(f"till-corrected-{look}")
    clerk.go("/staff/till")
    clerk.page.get_by_text("看这一班").click()
    assert "收款更正：现金改成刷卡" in clerk.say()
    clerk.look(f"till-shift-corrected-{look}")


def test_the_other_pages_are_plain_to_read(live: Factory, enter: Callable[..., Person]) -> None:
    sold = sell(live)
    admin = enter(live.staff(Role.SITE_ADMIN))
    admin.go("/staff/till/codes")
    admin.page.get_by_label(re.compile("名称，例如")).fill("微信收款")
    admin.page.get_by_label("英文名称").fill("WeChat Pay")
    admin.page.get_by_label(re.compile("码的内容")).fill("wxp://f2f0kQ1")
    admin.tap("加收款码")
    admin.look("till-codes")
    admin.go("/staff/till/unmatched")
    admin.page.get_by_label("金额（元）").fill("30")
    admin.page.get_by_label("交易单号").fill("4200001")
    admin.tap("记下这笔钱")
    admin.look("till-unmatched")
    admin.go("/staff/till")
    admin.page.get_by_label(re.compile("备用金")).fill("0")
    admin.tap("开始当班")
    find(admin, sold.order.code)
    admin.page.locator("#main ul.lines a").first.click()
    admin.look("till-to-match")
    admin.tap(re.compile("是这一笔"))
    assert "认好了" in admin.say()
    admin.look("till-matched")
