"""What who waits for a room is told, in both languages."""

from __future__ import annotations

import pytest

from palace.notices.kinds import KINDS
from palace.notices.rules import MANNERS, Wait

TOLD = {"place": "排练厅", "starts_at": "12月2日 周三 19:00", "until": "12月1日 周二 12:30"}


@pytest.mark.parametrize(
    ("kind", "zh"),
    [
        (
            "room_offer",
            "排练厅，12月2日 周三 19:00，轮到您了，请在12月1日 周二 12:30前登录“我的”确认，"
            "过时让给后面的人。",
        ),
        (
            "room_instead",
            "排练厅，12月2日 周三 19:00，这是换给您的场地，请在12月1日 周二 12:30前登录“我的”确认。",
        ),
        ("room_wait_over", "排练厅，12月2日 周三 19:00，您的排队结束了，登录后在“我的”里看原因。"),
    ],
)
def test_who_waits_is_told_in_words(kind: str, zh: str) -> None:
    assert KINDS[kind].zh.format(**TOLD) == zh
    assert "排练厅" in KINDS[kind].en.format(**TOLD)


def test_an_offer_wakes_somebody_only_where_the_morning_is_too_late() -> None:
    assert MANNERS["room_offer"].wait is Wait.UNLESS_SOON
    assert MANNERS["room_instead"].wait is Wait.UNLESS_SOON
    assert MANNERS["room_instead"].must
    assert MANNERS["room_wait_over"].wait is Wait.TILL_MORNING
