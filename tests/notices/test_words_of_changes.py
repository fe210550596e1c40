"""What people read when their seat, their ticket or their show changed, in both languages."""

from __future__ import annotations

from datetime import date, time

import pytest
from flask import Flask

from palace import clock
from palace.notices import senders
from tests.notices.conftest import ISSUED

START = clock.at(date(2026, 11, 28), time(19, 30)).isoformat()
LATER = clock.at(date(2026, 11, 29), time(14)).isoformat()
SHOW = {"title": ISSUED["title"], "starts_at": START}
CHANGED = {
    "seat_changed": SHOW | {"seat": {"zh": "楼下1排3座", "en": "Stalls row 1 seat 3"}},
    "ticket_offered": SHOW | {"until": LATER},
    "ticket_received": SHOW,
    "ticket_given": SHOW,
    "show_moved": SHOW
    | {"new_at": LATER, "place": {"zh": "小剧场", "en": "Studio"}, "until": START},
    "show_cancelled": SHOW,
}
"""By kind, the values that services give it."""
SAID = {
    "seat_changed": "楼下1排3座",
    "ticket_offered": "请在11月29日 周日 14:00前登录",
    "ticket_received": "票收下了",
    "ticket_given": "对方收下了",
    "show_moved": "11月28日 周六 19:30改到11月29日 周日 14:00，小剧场。",
    "show_cancelled": "11月28日 周六 19:30取消了",
}


@pytest.mark.parametrize("kind", CHANGED)
def test_what_changed_is_said_with_its_values(app: Flask, kind: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        chinese = senders.text_of(kind, "performance:1", CHANGED[kind])
    with app.test_request_context(headers={"Accept-Language": "en"}):
        english = senders.text_of(kind, "performance:1", CHANGED[kind])

    assert "晋剧《打金枝》" in chinese
    assert SAID[kind] in chinese
    assert "Sat 28 Nov 19:30" in english
    assert chinese != english
