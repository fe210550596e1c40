"""A show that asks who comes: two friends are named, the tickets say whom they let in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.identities.test_rules import card
from tests.journeys.conftest import Person, fresh_phone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SHOW = "曲艺相声专场"


def held(person: Callable[..., Person], **how: object) -> Person:
    """Return a member with two seats held at a show that asks who comes."""
    member = person(**how)
    member.sign_in(fresh_phone())
    member.go("/performances?kind=crosstalk")
    member.page.get_by_role("link", name=SHOW).first.click()
    member.tap(re.compile("^2张"), role="radio")
    member.tap("帮我选连座")
    member.page.wait_for_url("**/orders/*")
    return member


def name(member: Person, place: int, who: str, number: str) -> None:
    """Fill in who comes by a ticket."""
    member.page.get_by_label("姓名").nth(place).fill(who)
    member.page.get_by_label("证件号码").nth(place).fill(number)


def test_two_are_named_after_one_mistake_and_the_tickets_say_whom(
    person: Callable[..., Person],
) -> None:
    member = held(person)
    member.look("real-name")
    member.taps = 0
    name(member, 0, "张建华", card("19680412", "301"))
    name(member, 1, "李志强", "11010519491231002")
    member.page.get_by_label("同意用证件号码核对入场").check()
    member.tap("确认，免费领票")
    member.look("real-name-refused")
    assert "位数或写法不对" in member.say()
    assert member.page.get_by_label("姓名").nth(1).input_value() == "李志强"
    assert member.page.get_by_label("证件号码").nth(0).input_value() == ""
    name(member, 0, "张建华", card("19680412", "301"))
    name(member, 1, "李志强", card("19710101", "302"))
    member.page.get_by_label("同意用证件号码核对入场").check()
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    assert member.taps == 2
    member.look("real-name-ticket")
    assert re.search(r"入场人 .\*.，证件尾号\d{3}[\dX]", member.say())


def test_with_scripts_off_in_large_text(person: Callable[..., Person]) -> None:
    member = held(person, java_script_enabled=False)
    order = member.page.url
    member.go(f"/display?size=large&next={order[order.index('/orders') :]}")
    member.page.screenshot(path="var/journeys/real-name-large.png", full_page=True)
    for place, serial in enumerate(("311", "312")):
        name(member, place, "王秀英", card("19550505", serial))
    member.page.get_by_label("同意用证件号码核对入场").check()
    member.tap("确认，免费领票")
    assert "证件尾号" in member.say()
    member.page.screenshot(path="var/journeys/real-name-ticket-large.png", full_page=True)
    assert " · " not in member.page.locator(".told").inner_text()  # drawn between two parts alone
