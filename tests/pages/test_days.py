"""How days are said: with the year where it is another than the palace's."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask import Flask

from palace.clock import at
from palace.notices.rules import changed
from palace.notices.senders import LONGEST_VARIABLE, text_of, variables_of
from palace.words import day_words, instant_words, spoken
from tests.factory import Factory

LAST, FIRST = date(2026, 12, 31), date(2027, 1, 1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("today", "day", "said"),
    [
        (date(2026, 11, 28), date(2026, 12, 5), "12月5日 周六"),
        (date(2026, 11, 28), LAST, "12月31日 周四"),
        (date(2026, 11, 28), FIRST, "2027年1月1日 周五"),
        (date(2026, 11, 28), date(2025, 11, 28), "2025年11月28日 周五"),
        (FIRST, LAST, "2026年12月31日 周四"),
        (FIRST, FIRST, "1月1日 周五"),
    ],
)
def test_a_day_of_another_year_is_said_with_it(
    app: Flask, make: Factory, today: date, day: date, said: str
) -> None:
    make.set_clock(at(today, time(12)))
    with app.test_request_context():
        assert day_words(at(day, time(19))) == said


def test_the_year_turns_at_the_palace_s_midnight(app: Flask, make: Factory) -> None:
    midnight = at(FIRST, time())
    with app.test_request_context():
        make.set_clock(midnight - MINUTE)
        assert instant_words(midnight) == "2027年1月1日 周五 00:00"
        assert instant_words(midnight - MINUTE) == "12月31日 周四 23:59"
        make.set_clock(midnight)
        assert instant_words(midnight) == "1月1日 周五 00:00"
        assert instant_words(midnight - MINUTE) == "2026年12月31日 周四 23:59"


def test_a_list_over_two_years_may_say_it_of_each(app: Flask, make: Factory) -> None:
    make.set_clock(at(LAST, time(12)))
    with app.test_request_context():
        assert day_words(at(LAST, time(19)), year=True) == "2026年12月31日 周四"
        assert day_words(at(FIRST, time(19)), year=False) == "1月1日 周五"
        with spoken("en"):
            assert day_words(at(FIRST, time(19))) == "Fri 1 Jan 2027"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_takes_the_longest_day_of_another_year_whole(
    app: Flask, make: Factory, language: str
) -> None:
    make.set_clock(at(LAST, time(12)))
    place = {"zh": "排练厅", "en": "Studio"}
    starts_at = at(date(2027, 12, 29), time(19, 30)).isoformat()
    values = {"place": place, "starts_at": starts_at, "until": starts_at, "count": 3}
    with app.test_request_context(), spoken(language):
        said = dict(variables_of("room_offer", "room_wait:1", values))
        assert said["starts_at"].endswith("19:30")
        assert "2027" in said["starts_at"]
        assert len(said["starts_at"]) <= LONGEST_VARIABLE
        assert said["starts_at"] in text_of("room_offer", "room_wait:1", values)
        moved = values | {
            "place": changed(place, place),
            "starts_at": changed(starts_at, starts_at),
        }
        assert text_of("room_changed", "occurrence:1", moved).count("2027") == 2
