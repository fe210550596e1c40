"""A list's page: what was asked is read, refused in words, or shown; exports are handed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement

from palace.clock import SHANGHAI, palace_day
from palace.errors import BadInput
from palace.lists.queries import Column, List, Page
from palace.lists.rules import Asked, Kind, Place, place_word
from palace.text import N_
from palace.web import wants_json
from palace.words import money_words

TO_THE_SECOND, TO_THE_MINUTE = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"
YES, NO = N_("是"), N_("否")
YES_NO: Mapping[str, str] = {"1": YES, "0": NO}
exporting: dict[str, Callable[[List, Asked, Mapping[str, Any]], ResponseReturnValue]] = {}
"""How a list leaves the house, by format; wired in palace/wiring.py, as it is noted and counted there."""


def answer(shown: List, **where: Any) -> ResponseReturnValue:
    """Answer with a list: a page, JSON, or a file; `where` are the values of its address.

    Raises:
        BadInput: a program asked wrongly; a page says so itself.
    """
    asked = shown.asked(request.args)
    if asked.errors and wants_json():
        raise BadInput(fields={word: gettext(said) for word, said in asked.errors.items()})
    export = exporting.get(request.args.get("format", ""))
    if export and not asked.errors:
        return export(shown, asked, where)
    scope = shown.scope(current_user, **where)
    page = Page([], None, None, 0) if asked.errors else shown.page(asked, scope)
    if wants_json():
        return _body(shown, page)
    told, status = _Told(shown, asked, where, scope), 422 if asked.errors else 200
    return render_template(shown.template, list=shown, sought=asked, page=page, told=told), status


def said(column: Column, row: Any, *, in_file: bool = False) -> object:
    """Return what people read in a cell, on the page or in a file."""
    say = column.say_in_file if in_file and column.say_in_file else column.say
    value = say(row) if say else getattr(row, column.name)
    if value is None:
        return ""
    if column.kind is Kind.WORD and value in column.choices:
        return gettext(column.choices[str(value)])
    return _by_kind(column.kind, value, TO_THE_SECOND if in_file else TO_THE_MINUTE)


def _by_kind(kind: Kind, value: Any, instant: str) -> object:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime(instant)
    if isinstance(value, bool):
        return gettext(YES if value else NO)
    return money_words(value) if kind is Kind.FEN else value


class _Told:
    """What a list's template asks: addresses that keep what was asked, and what stands in a cell."""

    def __init__(
        self, shown: List, asked: Asked, where: Mapping[str, Any], scope: ColumnElement[bool]
    ) -> None:
        self._list, self._asked, self._where, self._scope = shown, asked, where, scope
        self.said, self.exports = said, list(exporting)
        self.columns = [column for column in shown.columns if column.on_page]
        self.filters = [column for column in shown.columns if column.filters]

    def address(self, **words: str) -> str:
        """Return the list's address with its filters and order, and `words` besides."""
        order = f"{'-' if self._asked.descending else ''}{self._asked.sort}"
        kept = {} if order == self._list.order else {"sort": order}
        kept |= {name: value for name, value in self._asked.typed.items() if name not in words}
        return url_for(self._list.endpoint, **{**self._where, **kept, **words})

    def sought(self) -> list[tuple[str, str]]:
        """Return what is searched for, as people said it: heading and words."""
        told = []
        for column in self.filters:
            typed = [self._asked.typed[word] for word in column.words if word in self._asked.typed]
            choices = YES_NO if column.kind is Kind.YES_NO else column.choices
            words = [gettext(choices[one]) if one in choices else one for one in typed]
            if words:
                told.append((gettext(column.heading), " – ".join(words)))
        return told

    def bare(self) -> str:
        """Return the list's address without anything asked."""
        return url_for(self._list.endpoint, **self._where)

    def sorted_by(self, column: Column) -> str:
        """Return the address of the list sorted by a column, the other way round if it is already."""
        is_turned = column.name == self._asked.sort and not self._asked.descending
        return self.address(sort=f"{'-' if is_turned else ''}{column.name}")

    def aria_sort(self, column: Column) -> str:
        """Return how a column is sorted, as screen readers are told."""
        if column.name != self._asked.sort:
            return "none"
        return "descending" if self._asked.descending else "ascending"

    def days(self, page: Page) -> list[tuple[date, Page]]:
        """Return the rows by the palace day they are sorted by, each with the count of its whole day."""
        found = groupby(page.rows, lambda row: palace_day(getattr(row, self._asked.sort)))
        rows = {day: list(those) for day, those in found}
        counts = self._list.counted_days(self._asked, self._scope, rows)
        return [(day, Page(those, None, None, counts[day])) for day, those in rows.items()]

    def cell(self, name: str, row: Any) -> object:
        """Return what people read in a row's cell of a column."""
        return said(self._list.column(name), row)

    def place(self, place: Place) -> str:
        """Return a place as it stands in an address."""
        return place_word(place)


def _body(shown: List, page: Page) -> dict[str, Any]:
    return {
        "rows": [
            {column.name: _plain(column, row) for column in shown.columns} for row in page.rows
        ],
        "count": page.count,
        "counted": page.is_counted,
        "after": place_word(page.after) if page.after else None,
        "before": place_word(page.before) if page.before else None,
    }


def _plain(column: Column, row: Any) -> Any:
    """Return a cell for a program: what people read where the list says it in words of its own."""
    if column.say:
        return said(column, row)
    value = getattr(row, column.name)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    return value.isoformat() if isinstance(value, date) else value
