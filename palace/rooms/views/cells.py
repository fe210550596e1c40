"""What a grid says: its days, and its cells, hundreds on a page and so not written by macros."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import date, time

from flask import get_template_attribute
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from palace.addresses import address
from palace.clock import at
from palace.rooms.timetable import Cell, CellKind, Lane, Place, Taken
from palace.text import N_
from palace.venues.rules import Use
from palace.words import day_words, language, named

Write = Callable[[Cell], str]
ROWS_KEPT = 2048
"""Rows of grids that a process remembers: some 60 days of all rooms, a few kB each."""
USED = {Use.CLASS_SESSION: N_("培训班"), Use.PERFORMANCE: N_("演出"), Use.CLOSURE: N_("关闭")}
SOME_USE = N_("占用")
OTHERS = {
    CellKind.GAP: N_("前后准备"),
    CellKind.CLOSED: N_("不开放"),
    CellKind.EARLY: N_("还没开放预约"),
    CellKind.PAST: N_("已过"),
}


def on_day(day: date) -> str:
    """Return a palace day as said: 12月1日 周二."""
    return day_words(at(day, time()))


def use_words(one: Taken) -> str:
    """Return what holds a room, as everybody may read it."""
    return named(one) if one.name_zh else str(gettext(USED.get(Use(one.use), SOME_USE)))


class Cells:
    """Writes the cells of a grid as HTML; `span` is the attribute that makes one longer.

    What is free is a link to taking it, with its whole name; for who only `looks` it leads nowhere.
    """

    def __init__(self, span: str, *, looks: bool) -> None:
        """Write once what many of them say."""
        self.span, self.looks = span, looks
        self.free, self.pending = escape(gettext("空闲")), escape(gettext("待批准"))
        self.others = {
            kind: f'class="{kind.value}"><span class="hidden">{escape(gettext(words))}</span></td>'
            for kind, words in OTHERS.items()
        }

    def of(self, place: Place, day: date, name: str) -> Write:
        """Return what writes the cells of a room's day; `name` is said of what is free."""
        take = escape(f"{address('rooms.take', space_id=place.space_id)}?starts={day}T")
        name = escape(name)

        def write(cell: Cell) -> str:
            length = f' {self.span}="{cell.length}"' if cell.length > 1 else ""
            if cell.taken:
                return f"<td{length} {self._use(cell.taken)}"
            if cell.kind is not CellKind.FREE:
                return f"<td{length} {self.others[cell.kind]}"
            said = f'aria-label="{name} {cell.clock} {self.free}"'
            if self.looks:
                return f"<td{length} {said}></td>"
            return f'<td{length}><a href="{take}{cell.clock}" {said} rel="nofollow"></a></td>'

        return write

    def _use(self, one: Taken) -> str:
        mine = " data-mine" if one.mine else ""
        pending = f" <span>{self.pending}</span>" if one.pending else ""
        told = f"<b>{escape(use_words(one))}</b> <span>{one.clock}</span>{pending}"
        return f'class="use" data-use="{one.use}"{mine}><div>{told}</div></td>'


def cells(span: str) -> Cells:
    """Return what writes the cells of a grid, in the language in force, for who looks at it.

    Staff take rooms for nobody but whom they act for.
    """
    looks = getattr(current_user, "staff", None) and not current_user.acts_for
    return _cells(span, language(), looks=bool(looks))


@functools.cache
def _cells(span: str, language: str, *, looks: bool) -> Cells:  # noqa: ARG001 - what they say is in it
    return Cells(span, looks=looks)


@functools.lru_cache(ROWS_KEPT)
def row(cells: Cells, lane: Lane, first: int, last: int) -> Markup:
    """Return a room's day as a row of a grid: the same for all to whom it says the same, and written once."""
    name = named(lane.place)
    written = joined(map(cells.of(lane.place, lane.day, name), lane.cells(first, last)))
    head = get_template_attribute("rooms/macros.html", "row")
    return Markup(head(lane, written))  # noqa: S704 - a template's


def joined(cells: Iterable[str]) -> Markup:
    """Return written cells one after another."""
    return Markup("".join(cells))  # noqa: S704 - their parts are escaped, or are our own numbers
