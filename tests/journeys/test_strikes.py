"""Somebody did not come: they read it on their page, and the box office lets it pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_member_reads_it_and_the_office_lets_it_pass(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in("19900000003")
    member.go("/mine")
    assert "预约了没来" in member.say()
    assert "去不了的时候先退票" in member.say()
    member.page.get_by_role("heading", name="预约了没来").scroll_into_view_if_needed()
    looked_at(member, "strikes-mine")
    assert "前不能新预约" not in member.say()

    clerk = signed_in(person(), "counter", "window-1958")
    clerk.taps = 0
    clerk.tap("预约了没来", role="link")
    looked_at(clerk, "strikes-list")
    clerk.tap("晋剧《打金枝》", role="link")
    looked_at(clerk, "strikes-one")
    clerk.page.get_by_label("原因").fill("本人来了，门口没扫上")
    clerk.tap("不算这一次")
    assert "这一次已经不算了" in clerk.say()
    clerk.look("strikes-forgiven-390")
    assert clerk.taps == 3
