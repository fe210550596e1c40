"""Taken is not the end: wait for the hour in one tap, and take it in one when it is one's turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from palace import clock
from tests.journeys.conftest import Person
from tests.journeys.test_courts import Owner, owner, player
from tests.journeys.test_posts import looked_at

__all__ = ["owner"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

HOUR = r"\d\d:\d\d–\d\d:\d\d"
TAKEN = """
SELECT date.space_id, date.day FROM occurrences AS date JOIN reservations ON reservations.id = reservation_id
 WHERE reservations.code = %s
"""


def tomorrow(owner: Owner) -> date:
    """Return the palace's next day."""
    found = owner.execute("SELECT palace_clock()").fetchone()
    assert found
    return clock.palace_day(found[0]) + timedelta(days=1)


def test_from_taken_to_one_s_own(person: Callable[..., Person], owner: Owner) -> None:
    holder = player(person)
    holder.tap("明天", role="link")
    free = holder.page.locator("button[name=hour]").last
    hour = re.findall(HOUR, free.inner_text())[0]
    free.tap()
    holder.page.wait_for_url("**/reservations/*")
    code = holder.page.url.rpartition("/")[2]
    found = owner.execute(TAKEN, (code,)).fetchone()
    assert found
    where = f"/spaces/{found[0]}/wait?starts={quote(f'{tomorrow(owner)}T{hour[:5]}')}&minutes=60"

    waiting = player(person)
    waiting.go(where)
    looked_at(waiting, "room-wait-join")
    waiting.go(where)
    waiting.taps = 0
    waiting.tap("排队等场地，第1位")
    assert waiting.taps == 1
    assert "您是第1位" in waiting.say()
    looked_at(waiting, "room-wait-place")

    holder.tap("去不了")
    assert "取消了1次" in holder.say()

    waiting.go("/mine")
    looked_at(waiting, "room-wait-mine")
    waiting.taps = 0
    waiting.tap("去确认", role="link")
    looked_at(waiting, "room-wait-offer")
    waiting.tap("要了，约上")
    assert waiting.taps == 2
    assert "您排到了" in waiting.say()
    looked_at(waiting, "room-wait-taken")
    waiting.go("/courts")
    assert hour in waiting.say()
