"""What the week and the report are asked: read from the query, told where it is no such thing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import StringField
from wtforms.validators import AnyOf, Length, Optional, ValidationError

from palace.forms import FIRST_YEAR, LAST_YEAR
from palace.usage.rules import LONGEST_SPAN, Paper, Sheet

NO_DAY = _("日期写成2026-12-05这样。")
NO_HOUSE = _("没有这一项，请重新选择。")
BACKWARDS = _("结束的日期在开始的前面，请换过来。")
TOO_LONG = _("一次最多看366天。")


class DayField(StringField):
    """A palace day."""

    day: date | None = None

    def post_validate(self, _form: object, _stopped: bool) -> None:
        """Read the day.

        Raises:
            ValidationError: it is none, or in no year a palace plans in.
        """
        if not self.data:
            return
        try:
            self.day = date.fromisoformat(self.data)
        except ValueError:
            raise ValidationError(NO_DAY) from None
        if not FIRST_YEAR <= self.day.year < LAST_YEAR:
            self.day = None
            raise ValidationError(NO_DAY)


class _OfHouse(PlainForm):
    site = StringField(_("哪个馆"), validators=[Optional(), Length(max=40, message=NO_HOUSE)])


class WeekForm(_OfHouse):
    """Which week of which house: the one that `day` is in."""

    day = DayField(_("哪一周"))


class SheetForm(WeekForm):
    """What a week is printed on as well."""

    paper = StringField(validators=[Optional(), AnyOf([*Sheet], NO_HOUSE)])

    @property
    def kind(self) -> Sheet:
        """Return the sheet that was asked for; anything else is A4."""
        return Sheet.A3 if self.paper.data == Sheet.A3 else Sheet.A4


class SlipForm(PlainForm):
    """What a slip is printed on: a4, or roll for 80 mm."""

    paper = StringField(validators=[Optional(), AnyOf([*Paper], NO_HOUSE)])

    @property
    def kind(self) -> Paper:
        """Return the paper that was asked for; anything else is a sheet."""
        return Paper.ROLL if self.paper.data == Paper.ROLL else Paper.A4


class ReportForm(_OfHouse):
    """From which day to which the use of rooms is reported, both included."""

    first = DayField(_("从"))
    last = DayField(_("到"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse a span that ends before it begins, or is too long to be told at once."""
        if not super().validate(*args, **kwargs):
            return False
        first, last = self.first.day, self.last.day
        wrong = None
        if first and last and last < first:
            wrong = BACKWARDS
        elif first and last and (last - first).days >= LONGEST_SPAN:
            wrong = TOO_LONG
        self.last.errors = [*self.last.errors, wrong] if wrong else self.last.errors
        return wrong is None

    def span(self, today: date) -> tuple[date, date]:
        """Return what was asked, or the four weeks up to today."""
        last = self.last.day or max(today, self.first.day or today)
        return self.first.day or last - timedelta(days=27), last
