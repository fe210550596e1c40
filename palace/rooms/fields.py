"""Days, clock times and things of the house as fields of forms."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field
from wtforms.widgets import TextInput

from palace.forms import FIRST_YEAR, LAST_YEAR, STALE, Repeated

MOST_THINGS = 40
A_COUNT = re.compile(r"[0-9]{0,4}")
AN_ID = re.compile(r"[0-9]{1,18}")
NO_COUNT = _("要借几件，请填0到9999的整数。")
NO_DAY, NO_TIME = _("请填日期，例如 2026-12-05。"), _("请填时间，例如 19:30。")


class Days(Repeated):
    """Palace days, or a palace day and more behind a colon; what is no day of the calendar is refused."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the values.

        Raises:
            ValueError: one names no day there is.
        """
        super().process_formdata(valuelist)
        try:
            self.days = [date.fromisoformat(value.partition(":")[0]) for value in self.data]
        except ValueError:
            raise ValueError(str(self.wrong)) from None
        if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in self.days):
            raise ValueError(str(self.wrong))


class Things(Repeated):
    """How many of which things of the house ("4:2"); a page sends "4:" and then what was typed for it.

    `typed` is that by thing.
    """

    def __init__(self, **how: Any) -> None:
        figures = {"most": 2 * MOST_THINGS, "longest": 100, "too_many": STALE, "wrong": STALE}
        super().__init__(**figures, default=list, **how)
        self.typed: dict[int, str] = {}

    @property
    def counts(self) -> dict[int, int]:
        """Return how many of which thing; what was typed is a number."""
        return {thing: int(count) for thing, count in self.typed.items() if count.strip("0")}

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the values.

        Raises:
            ValueError: one names no thing, or so many as are no number.
        """
        super().process_formdata(valuelist)
        values = iter(self.data)
        for value in values:
            thing, colon, count = value.partition(":")
            if not (colon and AN_ID.fullmatch(thing)):
                raise ValueError(str(STALE))
            self.typed[int(thing)] = count or next(values, "")
        if not all(A_COUNT.fullmatch(count) for count in self.typed.values()):
            raise ValueError(str(NO_COUNT))
        self.data = [f"{thing}:{count}" for thing, count in self.counts.items()]


class TypedField(Field):
    """One line that says something; what was typed stays where it says nothing."""

    widget = TextInput()
    typed = ""
    wrong: Any

    def read(self, typed: str) -> Any:
        """Return what was typed.

        Raises:
            ValueError: it is no such thing.
        """
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: carries the sentence that says how to write it.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = self.read(self.typed)
        except ValueError:
            raise ValueError(self.wrong) from None


class DayField(TypedField):
    """A palace day, in a year a palace plans in."""

    data: date | None
    wrong = NO_DAY

    def read(self, typed: str) -> date:
        """Return the day."""
        read = date.fromisoformat(typed)
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise ValueError
        return read

    def _value(self) -> str:
        return self.typed or (self.data.isoformat() if self.data else "")


class ClockField(TypedField):
    """A clock time at the palace, of no zone and in whole minutes."""

    data: time | None
    wrong = NO_TIME

    def read(self, typed: str) -> time:
        """Return the time."""
        read = time.fromisoformat(typed)
        if read.tzinfo or read.second or read.microsecond:
            raise ValueError
        return read

    def _value(self) -> str:
        return self.typed or (f"{self.data:%H:%M}" if self.data else "")
