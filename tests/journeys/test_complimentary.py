"""Complimentary tickets at the window: found, given, more than one may give confirmed by another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_blocks import a_desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PLAY = re.compile("小山羊过桥")


def test_a_clerk_gives_a_ticket_and_the_guest_has_it(person: Callable[..., Person]) -> None:
    phone = fresh_phone()
    guest = person()
    guest.sign_in(phone)

    clerk = a_desk(person, "counter", "window-1958")
    clerk.go("/staff")
    clerk.taps = 0
    clerk.tap("赠票", role="link")
    clerk.tap(PLAY, role="link")
    clerk.look("complimentary-show")
    clerk.page.get_by_label("给谁：手机号或会员卡号，一行一个").fill("13800000000")
    clerk.tap("媒体记者", role="radio")
    clerk.tap("送票")
    assert "没有找到" in clerk.say()
    clerk.look("complimentary-refused")
    clerk.page.get_by_label("给谁：手机号或会员卡号，一行一个").fill(phone)
    clerk.tap("送票")
    assert clerk.taps <= 6  # with the mistake
    assert "送出了" in clerk.page.inner_text("body")
    clerk.look("complimentary-given")

    guest.go("/mine")
    guest.page.get_by_role("link", name=re.compile("排")).first.tap()
    guest.page.wait_for_url(re.compile("/tickets/"))
    assert "赠票" in guest.say()
    guest.look("complimentary-ticket")


def test_another_confirms_what_is_more_than_one_may_give(person: Callable[..., Person]) -> None:
    clerk = a_desk(person, "counter", "window-1958")
    clerk.go("/staff/complimentary")
    clerk.tap(PLAY, role="link")
    assert "要另一个人来确认" in clerk.say()
    assert not clerk.page.get_by_role("button", name="确认送出").count()

    second = a_desk(person, "programme", "stage-1958")
    second.go("/staff/complimentary")
    second.tap(PLAY, role="link")
    second.look("complimentary-second")
    second.tap("确认送出")
    assert "票已经送出" in second.page.inner_text("body")

    phone = person(color_scheme="dark")
    phone.context.add_cookies(second.context.cookies())  # type: ignore[arg-type]  # as given
    phone.go("/display?size=large&lang=en&next=/staff/complimentary")
    phone.go(second.page.url)
    phone.look("complimentary-large-en-dark")
