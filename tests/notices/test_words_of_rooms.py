"""What people read when a room was theirs and they did not come, or said so too late."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.notices import senders

VALUES = {
    "place": {"zh": "合唱排练厅", "en": "Choir room"},
    "starts_at": "2026-11-28T11:30:00+00:00",
    "count": 1,
}
ROOMS = {
    "room_missed": ("没有人签到", "nobody signed in"),
    "room_late": ("取消得太晚", "cancelled too late"),
}


@pytest.mark.parametrize("kind", ROOMS)
def test_it_says_which_room_when_and_where_to_object(app: Flask, kind: str) -> None:
    chinese, english = ROOMS[kind]
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        said = senders.text_of(kind, "strike:1", VALUES)
    assert said.startswith("合唱排练厅，11月28日 周六 19:30，")
    assert chinese in said
    assert said.endswith("记错了，登录后在“我的”里说一声。")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = senders.text_of(kind, "strike:1", VALUES)
    assert said.startswith("Choir room, Sat 28 Nov 19:30: ")
    assert english in said
    assert said.endswith("say so under Mine.")
