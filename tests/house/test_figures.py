"""The figures of the house: each on exactly one page, with bounds that the table takes."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.audit.values import VALUES
from palace.db import db, table_of
from palace.house.forms import FORMS
from palace.house.queries import default_of
from palace.privacy.forms import DaysForm
from palace.tickets.entrants import MOST_SEATS
from palace.tickets.services.missed import LOOKED_BACK
from palace.venues.figure import changed_by, moved_since, seen_as
from palace.venues.figures import (
    ALL,
    FIGURES,
    LARGEST_FILE,
    LARGEST_ORDER,
    LATEST_STRIKE,
    TITLES,
    Figure,
    Group,
    Unit,
)
from palace.venues.models import HouseRules
from tests.architecture.measure import ROOT
from tests.factory import Factory

ELSEWHERE = {
    "mode": "the switch says whether pages are grey or bookings stopped",
    "mode_reason_zh": "the switch says why",
    "mode_reason_en": "the switch says why",
    "site_id": "which house it is",
    "second_factor_roles": "the people's page says which posts need a code",
    "proof_minutes": "the people's page says how long a proof holds",
}
NUMBERS = [figure for figure in ALL if figure.unit is not Unit.YES_NO]


def test_every_figure_is_on_exactly_one_page(app: Flask) -> None:
    ours = [figure.name for figure in ALL]
    columns = [column.name for column in table_of(HouseRules).columns]
    with app.test_request_context():
        keeping = list(DaysForm(formdata=None).days)
        forms = {group: list(form(formdata=None).figures) for group, form in FORMS.items()}

    assert sorted([*ours, *keeping, *ELSEWHERE]) == sorted(columns)
    assert forms == {group: [one.name for one in figures] for group, figures in FIGURES.items()}
    assert set(FIGURES) == set(TITLES) == set(Group)


def test_the_audit_has_the_words_of_the_page_for_every_figure(app: Flask) -> None:
    with app.test_request_context():
        keeping = DaysForm(formdata=None)
        labels = {name: str(keeping[name].label.text) for name in keeping.days}

    assert VALUES | labels | {figure.name: figure.words for figure in ALL} == VALUES


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.name)
def test_the_default_lies_within_the_bounds(figure: Figure) -> None:
    default = default_of(figure.name)

    assert figure.lowest <= int(figure.typed(default)) <= figure.highest
    assert isinstance(default, bool) is (figure.unit is Unit.YES_NO)
    assert str(table_of(HouseRules).c[figure.name].server_default.arg) in {  # type: ignore[union-attr]  # each has one
        str(default),
        str(default).lower(),
    }


@pytest.mark.parametrize("figure", NUMBERS, ids=lambda figure: figure.name)
def test_the_table_takes_both_ends_of_every_figure(make: Factory, figure: Figure) -> None:
    house = make.rules()
    house.code_per_day = 1_000_000
    for value in (figure.lowest, figure.highest):
        if figure.name == "code_per_day":
            house.code_per_day_for_known = min(house.code_per_day_for_known, value)
        setattr(house, figure.name, value * figure.scale)
        db.session.flush()


def test_bounds_that_others_set_are_theirs() -> None:
    proxy = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")

    assert LARGEST_ORDER == MOST_SEATS
    assert LOOKED_BACK.total_seconds() / 60 > LATEST_STRIKE
    assert f"client_max_body_size {LARGEST_FILE + 1}m;" in proxy


def test_what_was_seen_is_compared_figure_by_figure() -> None:
    seen = seen_as({"a": 4, "b": True, "c": 0})

    assert seen == "a=4 b=1 c=0"
    assert moved_since(seen, {"a": 4, "b": True, "c": 0}) == []
    assert moved_since(seen, {"a": 40, "b": False, "c": 0}) == ["a", "b"]
    assert moved_since("", {"a": 4, "b": True}) == ["a", "b"]
    assert moved_since("a=4", {"a": 4, "b": True}) == ["b"]
    assert moved_since("= == a b=1=1", {"a": 4, "b": True}) == ["a", "b"]


def test_only_what_is_otherwise_changes() -> None:
    assert changed_by({"a": 4, "b": False}, {"a": 4, "b": True, "c": 9}) == {"b": False}
