"""A list, declared once: its columns, whose rows somebody sees, and the statements that page through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from palace import clock
from palace.db import Base, db
from palace.lists.rules import BACKWARDS, Asked, Kind, Place, Value, read_filter, read_place
from palace.text import N_

PAGE_SIZE = 50
MOST_COUNTED = 1000
OWN_WORDS = ("sort", "after", "before", "format")

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]
known: dict[str, List] = {}
"""Every list by the endpoint of its page: the worker finds there what it is asked to write."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list.

    Attributes:
        name: how rows, addresses and JSON call it.
        heading: a message id.
        of: the SQL expression it is filtered and sorted by.
        choices: for `Kind.WORD`, message ids by value; a value without one is said as it is.
        nullable: a sort must know that there may be nothing: such rows stand last.
        where: the condition of what was typed, instead of the kind's own.
        say: what people read of a row, on the page and in exports; by default the kind's own words.
        say_in_file: what a file says instead, where the page says what must not leave the house.
        link: where a row's cell leads to.
    """

    name: str
    heading: str
    of: Expression
    kind: Kind = Kind.TEXT
    choices: Mapping[str, str] = field(default_factory=dict)
    sorts: bool = False
    filters: bool = False
    nullable: bool = False
    where: Callable[[Any], ColumnElement[bool]] | None = None
    say: Callable[[Any], object] | None = None
    say_in_file: Callable[[Any], object] | None = None
    link: Callable[[Any], str | None] | None = None
    on_page: bool = True
    exported: bool = True

    @property
    def words(self) -> list[str]:
        """Return what its filter is called in an address."""
        if not self.filters:
            return []
        return [f"{self.name}_from", f"{self.name}_to"] if self.kind.is_time else [self.name]

    def condition(self, word: str, value: Any) -> ColumnElement[bool]:
        """Return the condition of a filter; days are the palace's, the last one included."""
        if self.where:
            return self.where(value)
        if self.kind.is_time:
            return self._day_condition(value, is_end=word.endswith("_to"))
        if self.kind is Kind.TEXT:
            return self.of.icontains(value, autoescape=True)
        return self.of.is_(value) if self.kind is Kind.YES_NO else self.of == value

    def _day_condition(self, day: date, *, is_end: bool) -> ColumnElement[bool]:
        if self.kind is Kind.DAY:
            return self.of <= day if is_end else self.of >= day
        first, end = clock.day_span(day)
        return self.of < end if is_end else self.of >= first


def instant(name: str, of: Expression) -> Column:
    """Return the column that says when a row came about, which lists are sorted and searched by."""
    return Column(name=name, heading=N_("时间"), of=of, kind=Kind.INSTANT, sorts=True, filters=True)


@dataclass(frozen=True)
class Page:
    """Some rows of a list, with the places where the pages before and after it begin."""

    rows: list[Any]
    before: Place | None
    after: Place | None
    count: int

    @property
    def is_counted(self) -> bool:
        """Return whether the count is exact."""
        return self.count <= MOST_COUNTED


@dataclass(frozen=True, kw_only=True)
class List:
    """One list of the product.

    Attributes:
        endpoint: of the page it stands on; who may open that may export it.
        title, empty: message ids; `empty` is said where there is nothing at all.
        source: the table, or the join of tables, its rows come from.
        key: what tells two rows apart, ever growing; rows of one sort value stand in its order.
        order: the column it is sorted by unless somebody asks, "-" in front for the last first.
        scope: the condition of whose rows somebody sees: gets who asks and the address's values, and
            raises NotFound where they have none there.
        cap: the house rule that says how often a day it leaves the house from one address; "": none.
        more: further labelled expressions that `say` and `link` read.
    """

    endpoint: str
    title: str
    source: FromClause | type[Base]
    key: Expression
    columns: Sequence[Column]
    order: str
    scope: Callable[..., ColumnElement[bool]] = lambda _actor, **_: true()
    more: Sequence[Expression] = ()
    empty: str = N_("这里还没有内容。")
    template: str = "lists/list.html"
    size: int = PAGE_SIZE
    cap: str = ""

    def __post_init__(self) -> None:
        """Make the list known to whoever exports it."""
        known[self.endpoint] = self

    @property
    def words(self) -> list[str]:
        """Return every word of a query the list reads, for `@reads(query=...)`."""
        return [*(word for column in self.columns for word in column.words), *OWN_WORDS]

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises:
            KeyError: there is none.
        """
        return {column.name: column for column in self.columns}[name]

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Return what an address asks; what it asks wrongly is told, what it invents is passed over."""
        name = query.get("sort", self.order)
        if name.removeprefix("-") not in {column.name for column in self.columns if column.sorts}:
            name = self.order
        sort = self.column(name.removeprefix("-"))
        typed: dict[str, str] = {}
        values: dict[str, Value] = {}
        errors: dict[str, str] = {}
        for column in self.columns:
            for word in column.words:
                if given := query.get(word, "").strip():
                    typed[word] = given
                    _read(column, word, given, values, errors)
            _check_span(column, values, errors)
        back = "before" in query
        word = query.get("before" if back else "after", "")
        place = read_place(word, sort.kind, back=back) if word else None
        return Asked(sort.name, name.startswith("-"), typed, values, errors, place)

    def rows(self, asked: Asked, scope: ColumnElement[bool]) -> Select[Any]:
        """Return the statement of all rows that were asked for, in their order."""
        sort = self.column(asked.sort)
        return self._matching(asked, scope, self._selected()).order_by(
            *self._order(sort, descending=asked.descending)
        )

    def page_rows(self, asked: Asked, scope: ColumnElement[bool]) -> Select[Any]:
        """Return the statement of a page and one row more, from the place asked for on."""
        place, sort = asked.place, self.column(asked.sort)
        wanted = self._matching(asked, scope, self._selected())
        turned = place is not None and place.back
        descending = asked.descending != turned
        if place:
            wanted = wanted.where(self._beyond(sort, place, descending=descending))
        order = self._order(sort, descending=descending, turned=turned)
        return wanted.order_by(*order).limit(self.size + 1)

    def counted(self, asked: Asked, scope: ColumnElement[bool]) -> Select[int]:
        """Return the statement that counts rows, looking at one more than are counted."""
        some = self._matching(asked, scope, select(self.key)).limit(MOST_COUNTED + 1).subquery()
        return select(func.count()).select_from(some)

    def counted_days(
        self, asked: Asked, scope: ColumnElement[bool], days: Iterable[date]
    ) -> dict[date, int]:
        """Return how many rows each of some palace days has in all, of a list sorted by an instant."""
        by_day = {day: {f"{asked.sort}_from": day, f"{asked.sort}_to": day} for day in days}
        counts = [
            self.counted(replace(asked, values={**asked.values, **span}), scope).scalar_subquery()
            for span in by_day.values()
        ]
        return dict(zip(by_day, db.session.execute(select(*counts)).one(), strict=True))

    def page(self, asked: Asked, scope: ColumnElement[bool]) -> Page:
        """Return the rows at the place asked for; also after rows came or went before it."""
        found = list(db.session.execute(self.page_rows(asked, scope)))
        more, found = len(found) > self.size, found[: self.size]
        count = db.session.scalar(self.counted(asked, scope)) or 0
        if not found:
            return Page([], None, None, count)
        turned = asked.place is not None and asked.place.back
        rows = found[::-1] if turned else found
        has_before, has_after = (more, True) if turned else (asked.place is not None, more)
        return Page(
            rows,
            self._place(rows[0], asked) if has_before else None,
            self._place(rows[-1], asked) if has_after else None,
            count,
        )

    def _selected(self) -> Select[Any]:
        expressions = [column.of.label(column.name) for column in self.columns]
        return select(*expressions, *self.more, self.key.label("list_key"))

    def _matching(
        self, asked: Asked, scope: ColumnElement[bool], selected: Select[Any]
    ) -> Select[Any]:
        conditions = [
            column.condition(word, asked.values[word])
            for column in self.columns
            for word in column.words
            if word in asked.values
        ]
        return selected.select_from(self.source).where(scope, *conditions)

    def _order(
        self, sort: Column, *, descending: bool, turned: bool = False
    ) -> list[ColumnElement[Any]]:
        first = sort.of.desc() if descending else sort.of.asc()
        if sort.nullable:
            first = first.nulls_first() if turned else first.nulls_last()
        return [first, self.key.desc() if descending else self.key.asc()]

    def _beyond(self, sort: Column, place: Place, *, descending: bool) -> ColumnElement[bool]:
        """Return the condition that a row stands beyond a place, on the way that is read."""
        later = self.key < place.key if descending else self.key > place.key
        if place.value is None:
            same = sort.of.is_(None) & later
            return sort.of.is_not(None) | same if place.back else same
        here, there = tuple_(sort.of, self.key), tuple_(place.value, place.key)
        beyond: ColumnElement[bool] = here < there if descending else here > there
        return beyond | sort.of.is_(None) if sort.nullable and not place.back else beyond

    def _place(self, row: Any, asked: Asked) -> Place:
        return Place(getattr(row, asked.sort), row.list_key)


def _read(
    column: Column, word: str, given: str, values: dict[str, Value], errors: dict[str, str]
) -> None:
    try:
        values[word] = read_filter(column.kind, given, column.choices)
    except ValueError as wrong:
        errors[word] = str(wrong)


def _check_span(column: Column, values: Mapping[str, Value], errors: dict[str, str]) -> None:
    first, last = values.get(f"{column.name}_from"), values.get(f"{column.name}_to")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        errors[f"{column.name}_to"] = BACKWARDS
