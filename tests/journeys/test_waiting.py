"""Sold out is not the end: wait in one tap; somebody cannot come, and it is one's turn the same second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_from_sold_out_to_a_ticket(person: Callable[..., Person]) -> None:
    waiting = person()
    waiting.sign_in(fresh_phone())
    waiting.go("/performances")
    waiting.page.locator("li.show", has_text="已满").first.get_by_role("link").click()
    looked_at(waiting, "waiting-sold-out")
    waiting.taps = 0
    waiting.tap("排队等票，第4位")
    assert waiting.taps == 1
    assert "您是第4位" in waiting.say()
    looked_at(waiting, "waiting-place")
    show = waiting.page.url.removesuffix("/wait")

    owner = person()
    owner.sign_in("19900000007")
    owner.go(f"{show}/return")
    looked_at(owner, "waiting-cannot-come")
    owner.taps = 0
    owner.tap("退掉")
    assert owner.taps == 1

    waiting.go("/mine")
    looked_at(waiting, "waiting-mine")
    waiting.taps = 0
    waiting.tap("去确认", role="link")
    looked_at(waiting, "waiting-offer")
    waiting.tap("要了，免费领票")
    assert waiting.taps == 2
    assert "取票码" in waiting.say()

    clerk = signed_in(person(), "counter", "window-1958")
    clerk.go(f"{show.replace('/performances', '/staff/programme/performances')}/waiting")
    assert "谁也不能插队" in clerk.say()
    looked_at(clerk, "waiting-staff")
