"""What a browser or JSON client may send about rooms."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from palace.forms import FIRST_YEAR, LAST_YEAR, STALE, Form, KeyedForm, Repeated
from palace.rooms.series import CHOICE, Choice, read_choice

LARGEST_ID, LONGEST_CODE, LONGEST_CHOICE, LONGEST_NOTE = 2**63 - 1, 40, 40, 200
MOST_PEOPLE, MOST_MINUTES, MOST_DATES = 10_000, 24 * 60, 120
NO_DAY, NO_TIME = _("请填日期，例如 2026-12-05。"), _("请填时间，例如 19:30。")
NO_PEOPLE, NO_LENGTH = _("请填写人数。"), _("请选择多长时间。")


class DayField(Field):
    """A palace day."""

    widget = TextInput()
    typed = ""
    data: date | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no day, or in no year a palace plans in.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            read = date.fromisoformat(self.typed)
        except ValueError:
            raise ValueError(NO_DAY) from None
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise ValueError(NO_DAY)
        self.data = read

    def _value(self) -> str:
        return self.typed or (self.data.isoformat() if self.data else "")


class ClockField(Field):
    """A clock time at the palace."""

    widget = TextInput()
    typed = ""
    data: time | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no time, or says a zone.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            read = time.fromisoformat(self.typed)
        except ValueError:
            raise ValueError(NO_TIME) from None
        if read.tzinfo or read.second or read.microsecond:
            raise ValueError(NO_TIME)
        self.data = read

    def _value(self) -> str:
        return self.typed or (f"{self.data:%H:%M}" if self.data else "")


class SeriesFields(PlainForm):
    """A weekly series as far as it is said: weekday first, room last, then what each date shall be."""

    weekday = IntegerField(_("星期几"), [Optional(), NumberRange(1, 7, STALE)])
    begins = ClockField(_("几点开始"))
    minutes = IntegerField(_("多长时间"), [Optional(), NumberRange(1, MOST_MINUTES, NO_LENGTH)])
    people = IntegerField(_("多少人"), [Optional(), NumberRange(1, MOST_PEOPLE, NO_PEOPLE)])
    purpose = StringField(_("用途"), [Length(max=LONGEST_CODE, message=STALE)])
    since = DayField(_("从哪天起"))
    until = DayField(_("到哪天止"))
    space = IntegerField(_("场地"), [Optional(), NumberRange(1, LARGEST_ID, STALE)])
    note = TextAreaField(
        _("留言（可以不写）"), [Length(max=LONGEST_NOTE, message=_("留言请写在200个字以内。"))]
    )
    dates = Repeated(
        most=MOST_DATES, longest=LONGEST_CHOICE, too_many=STALE, wrong=STALE, shape=CHOICE
    )

    @property
    def choices(self) -> dict[date, Choice]:
        """Return what each date shall be."""
        read = (read_choice(written) for written in self.dates.data or [])
        return {choice.day: choice for choice in read if choice}


class SeriesQuery(SeriesFields):
    """What a link to the way of a series says; `taken`: all open dates swapped or skipped at once."""

    taken = StringField(validators=[Optional(), AnyOf(["swap", "skip"])])
    change = StringField(validators=[Optional(), AnyOf(["1"])])


class SeriesForm(KeyedForm, SeriesFields):
    """The series as it was shown, to be taken."""


class ChangeFields(PlainForm):
    """What dates of a reservation become; what is left out stays."""

    scope = StringField(_("改哪几次"), [Optional(), AnyOf(["one", "following", "all"])])
    day = DayField(_("日期"))
    begins = ClockField(_("几点开始"))
    minutes = IntegerField(_("多长时间"), [Optional(), NumberRange(1, MOST_MINUTES, NO_LENGTH)])
    people = IntegerField(_("多少人"), [Optional(), NumberRange(1, MOST_PEOPLE, NO_PEOPLE)])
    space = IntegerField(_("场地"), [Optional(), NumberRange(1, LARGEST_ID, STALE)])


class ChangeQuery(ChangeFields):
    """What a link asks to be shown of a change."""


class ChangeForm(Form, ChangeFields):
    """A change as it was shown: the dates it was shown for."""

    dates = Repeated(most=MOST_DATES, longest=20, too_many=STALE, wrong=STALE)
