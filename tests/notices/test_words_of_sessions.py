"""What people read of sessions of their classes, of queues and of what comes of them, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.notices.rules import changed
from tests.notices.test_words_of_rooms import said

TITLE = {"zh": "书法基础 周六晚班", "en": "Calligraphy"}
PLACE = {"zh": "书法教室", "en": "Calligraphy room"}
START, LATER = "2026-11-28T11:00:00+00:00", "2026-11-29T06:00:00+00:00"
TEACHERS = changed({"zh": "王老师", "en": "Ms Wang"}, {"zh": "李老师", "en": "Mr Li"})
VALUES = {"title": TITLE, "starts_at": START, "place": PLACE, "until": LATER}
SAID = {
    "class_session_cancelled": ("11月28日 周六 19:00这次停课", "Sat 28 Nov 19:00: this session"),
    "class_not_taught": ("您的课都不上了", "you do not teach it"),
    "class_offer": ("名额给您留到11月29日 周日 14:00", "Sun 29 Nov 14:00"),
    "class_wait_over": ("您的排队结束了", "you wait no longer"),
    "class_reminder": ("11月28日 周六 19:00上课，书法教室", "Calligraphy room"),
    "class_message": ("班里有新消息", "a message to your class"),
    "certificate_issued": ("结业证书发了", "your certificate"),
    "survey_class": ("11月28日 周六 19:00开始报名", "Enrolling opens Sat 28 Nov 19:00"),
}
SESSIONS = {"class_session_moved", "class_substitute", *SAID}


@pytest.mark.parametrize("kind", SAID)
def test_what_becomes_of_a_class_is_said_with_it(app: Flask, kind: str) -> None:
    chinese, english = said(app, kind, VALUES)
    assert "书法基础 周六晚班" in chinese
    assert "Calligraphy" in english
    assert SAID[kind][0] in chinese
    assert SAID[kind][1] in english


def test_a_moved_session_is_said_as_old_and_new(app: Flask) -> None:
    values = VALUES | {"starts_at": changed(START, LATER)}
    chinese, english = said(app, "class_session_moved", values)
    assert "11月28日 周六 19:00 → 11月29日 周日 14:00，书法教室" in chinese
    assert "Sat 28 Nov 19:00 → Sun 29 Nov 14:00, Calligraphy room" in english


def test_a_substitute_is_said_as_old_and_new(app: Flask) -> None:
    chinese, english = said(app, "class_substitute", VALUES | {"teacher": TEACHERS})
    assert "王老师 → 李老师" in chinese
    assert "Ms Wang → Mr Li" in english
