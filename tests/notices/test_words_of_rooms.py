"""What people read of their rooms and their troupes, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask

from palace.notices import senders
from palace.notices.rules import changed

PLACE = {"zh": "合唱排练厅", "en": "Choir room"}
START, LATER = "2026-11-28T11:30:00+00:00", "2026-11-29T06:00:00+00:00"
VALUES = {"place": PLACE, "starts_at": START, "count": 3}
STRIKES = {
    "room_missed": ("没有人签到", "nobody signed in"),
    "room_late": ("取消得太晚", "cancelled too late"),
}
SAID = {
    "room_taken": (
        "合唱排练厅约好了，11月28日 周六 19:30，共3次。",
        "3 date(s). If you cannot come",
    ),
    "room_pending": ("共3次，等文化宫审批", "the palace has to approve first"),
    "room_cancelled": ("共3次预约取消了", "3 date(s) cancelled"),
    "room_changed": ("共3次预约改好了", "3 date(s) changed"),
    "room_refused": ("没有批准", "not approved"),
    "room_displaced": ("您的预约让出来了", "your reservation gives way"),
    "room_lapsed": ("到时间没有审批", "nobody approved it in time"),
    "room_wait_over": ("您的排队结束了", "you wait no longer"),
}
OFFERED = {
    "room_offer": ("轮到您了，请在11月29日 周日 14:00前", "your turn"),
    "room_instead": ("这是换给您的场地，请在11月29日 周日 14:00前", "a room for you instead"),
}
TROUPE = {
    "title": {"zh": "职工合唱团", "en": "Workers' choir"},
    "season": {"zh": "2026年度", "en": "2026"},
}
TROUPES = {
    "troupe_certified": (
        "职工合唱团：2026年度已认定，可以订排练的场地了。",
        "Workers' choir: certified for 2026.",
    ),
    "troupe_refused": ("2026年度没有通过认定", "not certified for 2026"),
    "troupe_season_ends": ("2026年度的认定快到期了", "its certification for 2026 ends soon"),
    "troupe_leader": ("职工合唱团的负责人有变动", "Workers' choir: who leads it has changed"),
}
ROOMS = {*STRIKES, *SAID, *OFFERED, *TROUPES}


def said(app: Flask, kind: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Return a notice in Chinese and in English."""
    told = []
    for language in ("zh", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            told.append(senders.text_of(kind, "occurrence:1", values))
    return told[0], told[1]


@pytest.mark.parametrize("kind", STRIKES)
def test_it_says_which_room_when_and_where_to_object(app: Flask, kind: str) -> None:
    chinese, english = said(app, kind, VALUES)
    assert chinese.startswith("合唱排练厅，11月28日 周六 19:30，")
    assert english.startswith("Choir room, Sat 28 Nov 19:30: ")
    assert STRIKES[kind][0] in chinese
    assert STRIKES[kind][1] in english
    assert chinese.endswith("记错了，登录后在“我的”里说一声。")
    assert english.endswith("say so under Mine.")


@pytest.mark.parametrize("kind", SAID | OFFERED)
def test_what_became_of_a_reservation_is_said_with_its_room_and_time(app: Flask, kind: str) -> None:
    chinese, english = said(app, kind, VALUES | {"until": LATER})
    assert "合唱排练厅" in chinese
    assert "11月28日 周六 19:30" in chinese
    assert "Choir room" in english
    assert "Sat 28 Nov 19:30" in english
    assert (SAID | OFFERED)[kind][0] in chinese
    assert (SAID | OFFERED)[kind][1] in english
    assert (kind in OFFERED) == ("Sun 29 Nov 14:00" in english)


def test_a_change_says_what_it_was_and_what_it_is(app: Flask) -> None:
    moved = VALUES | {
        "place": changed({"zh": "舞蹈厅", "en": "Dance hall"}, PLACE),
        "starts_at": changed(START, LATER),
    }
    chinese, english = said(app, "room_changed", moved)
    assert chinese.startswith(
        "舞蹈厅 → 合唱排练厅，11月28日 周六 19:30 → 11月29日 周日 14:00，共3次"
    )
    assert english.startswith(
        "Dance hall → Choir room, Sat 28 Nov 19:30 → Sun 29 Nov 14:00: 3 date"
    )


@pytest.mark.parametrize("kind", TROUPES)
def test_what_became_of_a_troupe_is_said_with_its_name(app: Flask, kind: str) -> None:
    chinese, english = said(app, kind, TROUPE)
    assert TROUPES[kind][0] in chinese
    assert TROUPES[kind][1] in english
