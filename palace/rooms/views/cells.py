"""What a grid says: its days, and its free cells, hundreds on a page and so not written by a macro."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import groupby

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from palace.clock import at
from palace.rooms.timetable import Cell, CellKind, Place
from palace.words import day_words


def on_day(day: date) -> str:
    """Return a palace day as said: 12月1日 周二."""
    return day_words(at(day, time()))


class Free:
    """Writes the free cells of a room's day: each is a link to taking it, with its whole name.

    Staff take rooms for nobody but whom they act for: theirs lead nowhere.
    """

    def __init__(self, place: Place, day: date, name: str, span: str) -> None:
        """Write once what all of them say; `span`: the attribute that makes a cell longer."""
        self.span = span
        self.looks = getattr(current_user, "staff", None) and not current_user.acts_for
        self.take = escape(url_for("rooms.take", space_id=place.space_id, starts=f"{day}T"))
        self.name, self.word = escape(name), escape(gettext("空闲"))

    def across(self, cells: Iterable[Cell]) -> Iterator[Cell | Markup]:
        """Yield cells of a row, each stretch of free ones written."""
        for is_free, run in groupby(cells, lambda cell: cell.kind is CellKind.FREE):
            if is_free:
                yield Markup("").join(map(self.written, run))
            else:
                yield from run

    def written(self, cell: Cell) -> Markup:
        """Write one."""
        clock, length = cell.clock, f' {self.span}="{cell.length}"' if cell.length > 1 else ""
        if self.looks:
            return Markup(f'<td{length} aria-label="{self.name} {clock} {self.word}"></td>')  # noqa: S704 - as below
        return Markup(  # noqa: S704 - its parts are escaped, or are our own numbers
            f'<td{length}><a href="{self.take}{clock}" aria-label="{self.name} {clock} {self.word}"'
            ' rel="nofollow"></a></td>'
        )
