"""The seat map of the two real plans: every seat once, named, marked, light and safe."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from palace.config import ROOT
from palace.tickets.seatmap import map_words, plan_svg
from palace.venues import seatplan
from palace.venues.models import SeatingPlan
from palace.venues.rules import PlanSeat

PLANS = ROOT / "palace" / "demo" / "files"
SVG_LIMIT = 15_500


def real_plan(name: str, number: int) -> tuple[SeatingPlan, list[PlanSeat]]:
    """Return a plan of the demonstration palace, not stored."""
    read = seatplan.read(json.loads((PLANS / f"{name}.json").read_text()))
    plan = SeatingPlan(id=number, code=read.code, version=1, drawing=read.drawing)
    return plan, [PlanSeat(id=0, **columns) for columns in read.seats]


def drawn(app: Flask, plan: SeatingPlan, seats: list[PlanSeat], language: str = "zh") -> str:
    """Return the fragment in a language."""
    with app.app_context(), app.test_request_context(headers={"Cookie": f"lang={language}"}):
        return str(plan_svg(plan, seats, language))


def boxes(svg: str) -> list[ET.Element]:
    """Return the seats of a fragment in order."""
    return [element for element in ET.fromstring(svg).iter("rect") if element.get("role")]  # noqa: S314 - our own


@pytest.mark.parametrize(("name", "number", "count"), [("theatre", -1, 1234), ("concert", -2, 400)])
def test_every_seat_stands_once_in_plan_order(
    app: Flask, name: str, number: int, count: int
) -> None:
    plan, seats = real_plan(name, number)
    found = boxes(drawn(app, plan, seats))
    assert [box.get("data-code") for box in found] == [seat.code for seat in seats]
    assert [seat.ordinal for seat in seats] == list(range(count))
    assert len({box.get("aria-label") for box in found}) == count


def test_what_the_map_says_is_in_the_page_s_language(app: Flask) -> None:
    map_words.cache_clear()
    for _ in range(2):
        for language, words in (("zh", "免费"), ("en", "Free")):
            header = {"Cookie": f"lang={language}"}
            with app.app_context(), app.test_request_context(headers=header):
                assert json.loads(map_words(language))["free"].casefold() == words.casefold()


def test_seats_and_rows_are_named_for_screen_readers(app: Flask) -> None:
    plan, seats = real_plan("theatre", -1)
    svg = drawn(app, plan, seats)
    names = {box.get("aria-label") for box in boxes(svg)}
    assert {"池座5排12座", "楼座11排1座"} <= names
    assert 'role="group" aria-label="楼座11排"' in svg
    assert all(box.get("aria-checked") == "false" for box in boxes(svg))


def test_wheelchair_companion_and_restricted_places_are_marked(app: Flask) -> None:
    plan, seats = real_plan("theatre", -1)
    svg = drawn(app, plan, seats)
    kinds = Counter(box.get("data-type") for box in boxes(svg))
    assert kinds == {"seat": 1218, "wheelchair": 8, "companion": 8}
    assert svg.count('href="#wheelchair"') == 8
    assert sum("轮椅席" in (box.get("aria-label") or "") for box in boxes(svg)) == 8
    assert sum("视线受限" in (box.get("aria-label") or "") for box in boxes(svg)) == 28


def test_the_map_is_made_once_per_plan_version_and_language(app: Flask) -> None:
    plan, seats = real_plan("theatre", -3)
    chinese, english = drawn(app, plan, seats), drawn(app, plan, seats, "en")
    assert "Stalls row 5 seat 12" in english
    assert chinese == drawn(app, plan, [])
    plan.version = 2
    assert boxes(drawn(app, plan, [*seats[:10]])) != boxes(chinese)


def test_the_map_is_light(app: Flask) -> None:
    plan, seats = real_plan("theatre", -1)
    assert len(gzip.compress(drawn(app, plan, seats).encode(), 6)) <= SVG_LIMIT


def test_texts_of_a_plan_cannot_become_markup(app: Flask) -> None:
    plan, seats = real_plan("concert", -4)
    evil = '"><script>alert(1)</script>'
    plan.drawing = plan.drawing | {
        "shapes": [{"kind": "text", "name": {"zh": evil}, "label": [0, 0]}]
    }
    svg = drawn(app, plan, [replace(seats[0], label_zh=evil), *seats[1:]])
    assert "<script" not in svg
    assert boxes(svg)[0].get("aria-label") == evil
