"""A clerk books for a member without a phone: at the counter's screen, in large text, with scripts off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

CARD = "会员卡号、身份证、手机号，或扫会员二维码"
SCREEN = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def at_the_desk(clerk: Person) -> Person:
    """Sign a clerk in and open the page where members are found."""
    signed_in(clerk, "counter", "window-1958")
    clerk.taps = 0
    clerk.tap("替会员办理", role="link")
    return clerk


def choose(clerk: Person) -> None:
    """Go from the member's page to two seats of a free show, and confirm them."""
    clerk.tap("替他订票", role="link")
    clerk.go("/performances?price=free&left=1")
    clerk.page.get_by_role("listitem").get_by_role("link").first.click()
    clerk.taps += 1
    clerk.tap("帮我选连座")
    clerk.page.wait_for_url("**/orders/*")


@pytest.mark.parametrize(("size", "how"), [("390", {}), ("1280", SCREEN)])
def test_a_clerk_finds_books_prints_and_ends(
    person: Callable[..., Person], size: str, how: dict[str, object]
) -> None:
    clerk = at_the_desk(person(**how))
    clerk.look(f"acting-empty-{size}")
    clerk.page.keyboard.type("TY00000012" if size == "390" else "TY00000078")
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    clerk.look(f"acting-found-{size}")
    assert "找到1位" in clerk.say()
    clerk.page.get_by_label("同意建账号").check()
    clerk.taps += 1
    clerk.tap(re.compile("看过证件，替他办理"))
    assert clerk.page.url.endswith("/mine")
    clerk.look(f"acting-member-{size}")
    choose(clerk)
    clerk.look(f"acting-order-{size}")
    clerk.tap("确认，免费领票")
    clerk.page.wait_for_url("**/tickets/*")
    assert clerk.taps == 7
    clerk.look(f"acting-ticket-{size}")
    paper = clerk.page.get_by_role("link", name="打印（PDF）").get_attribute("href")
    assert clerk.context.request.get(paper or "").headers["content-type"] == "application/pdf"
    clerk.tap("办完了")
    assert "可以接待下一位" in clerk.page.inner_text("body")
    clerk.go("/mine")
    assert "没有使用这个页面的权限" in clerk.say()
    kept = clerk.page.evaluate("caches.keys().then((names) => names.includes('own'))")
    assert not kept


def test_an_identity_card_on_the_reader_finds_its_holder(person: Callable[..., Person]) -> None:
    clerk = at_the_desk(person())
    clerk.page.get_by_label(CARD).fill("140105196107082217")
    clerk.tap("找会员")
    assert "孙*源" in clerk.say()
    assert "140105196107082217" not in clerk.page.content()


def test_by_name_and_unit_in_large_text_with_scripts_off_and_in_english(
    person: Callable[..., Person],
) -> None:
    clerk = at_the_desk(person(java_script_enabled=False))
    clerk.go("/display?size=large&next=/staff/acting")
    clerk.page.get_by_text("没带卡？").click()
    clerk.page.get_by_label("姓名", exact=True).first.fill("韩洋燕")
    clerk.page.get_by_label("单位（全称").fill("骑手工会")
    clerk.tap("找会员")
    clerk.page.screenshot(path="var/journeys/acting-noscript-large.png", full_page=True)
    clerk.page.get_by_label("同意建账号").check()
    clerk.tap(re.compile("看过证件，替他办理"))
    clerk.page.screenshot(path="var/journeys/acting-member-noscript-large.png", full_page=True)
    clerk.go("/display?lang=en&next=/mine")
    clerk.tap("Done")
    assert "The next visitor, please" in clerk.say()


def test_who_is_on_no_roster_gets_an_account_by_their_document(
    person: Callable[..., Person],
) -> None:
    clerk = at_the_desk(person())
    clerk.page.get_by_text("名册上没有？").click()
    clerk.page.locator("#full_name").fill("王桂花")
    clerk.page.locator("#number").fill("123")
    clerk.tap("建账号，替他办理")
    clerk.look("acting-introduce-refused")
    assert "身份证" in clerk.say()
    clerk.page.locator("#number").fill("140105195703016115")
    clerk.page.get_by_label("本人听过").check()
    clerk.tap("建账号，替他办理")
    assert "还没有选单位" in clerk.say()
    for how, name in (("size=large", "large"), ("lang=en", "en")):
        clerk.go(f"/display?{how}&next=/mine")
        clerk.look(f"acting-new-{name}")
