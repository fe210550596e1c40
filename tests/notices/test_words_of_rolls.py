"""What people read after a roll was put right, and teachers who are asked to teach, in both languages."""

from __future__ import annotations

from flask import Flask

from tests.notices.test_words_of_rooms import said

TITLE = {"zh": "书法基础 周六晚班", "en": "Calligraphy"}
ROLLS = {"class_mark_corrected", "teaching_invited"}


def test_an_absence_that_was_noted_wrongly_says_how_the_place_stands(app: Flask) -> None:
    chinese, english = said(app, "class_mark_corrected", {"title": TITLE, "count": 2})
    assert "书法基础 周六晚班，缺课记错了，已经更正，那次没来撤销了。" in chinese
    assert "现在空2个，可以重新报名" in chinese
    assert "the no-show is taken back" in english
    assert "2 free now" in english


def test_a_teacher_who_is_asked_reads_what_and_from_when(app: Flask) -> None:
    values = {"title": TITLE, "starts_at": "2026-11-28T11:00:00+00:00"}
    chinese, english = said(app, "teaching_invited", values)
    assert "书法基础 周六晚班，11月28日 周六 19:00开始，想请您来教" in chinese
    assert "from Sat 28 Nov 19:00: we would like you to teach it" in english
