"""What administrators may send about hours of the week and special days."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from palace.errors import PalaceError
from palace.forms import Form
from palace.hours.reading import LONGEST_NAME
from palace.hours.rules import CLOSED, WEEKDAYS, Part, read_parts
from palace.text import N_
from palace.venues.fields import ChoiceField, SeenForm
from palace.venues.figure import WEEKDAY_WORDS
from palace.web import refusal_words

LONGEST_PARTS = 100
LONGEST_LIST = 40_000
DIGITS = r"^[0-9]{0,18}\Z"
UNKNOWN = _("没有这一种，请重新选择。")
TOO_LONG = _("写短一些，%(most)s个字以内。", most=LONGEST_NAME)


class PartsField(StringField):
    """The parts of a day, typed like 08:30-12:00 14:00-21:30; empty is closed."""

    parts: tuple[Part, ...] = ()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - as WTForms calls it
        """Read what was typed.

        Raises:
            ValidationError: it is no hours of a day.
        """
        try:
            self.parts = read_parts((self.data or "").strip())
        except PalaceError as refusal:
            raise ValidationError(refusal_words(refusal)) from None


class WeekForm(SeenForm):
    """The hours of each weekday, with what they were when they were seen."""

    @property
    def week(self) -> dict[int, tuple[Part, ...]]:
        """Return the parts by weekday."""
        return {number: self[f"weekday_{number}"].parts for number in WEEKDAYS}


for _number, _words in WEEKDAY_WORDS.items():
    setattr(
        WeekForm,
        f"weekday_{_number}",
        PartsField(
            _(_words),
            [
                Length(
                    max=LONGEST_PARTS, message=_("写短一些，%(most)s个字以内。", most=LONGEST_PARTS)
                )
            ],
        ),
    )


class HouseForm(Form):
    """Which house something is of; empty is the whole palace."""

    site = StringField(_("哪个馆"), [Regexp(DIGITS, message=UNKNOWN)], default="")

    @property
    def site_id(self) -> int | None:
        """Return the house, or None for the whole palace."""
        return int(self.site.data) if self.site.data else None


class DayForm(HouseForm):
    """One special day: what it counts as, and what people call it."""

    day = StringField(_("日期"), [InputRequired(_("请填日期，例如 2026-11-28。"))])
    counts_as = ChoiceField(
        _("这一天按"),
        {str(CLOSED): N_("闭馆")} | {str(one): said for one, said in WEEKDAY_WORDS.items()},
    )
    name_zh = StringField(
        _("名称"),
        [InputRequired(_("请写名称，60个字以内。")), Length(max=LONGEST_NAME, message=TOO_LONG)],
    )
    name_en = StringField(
        _("名称（英文）"), [Optional(), Length(max=LONGEST_NAME, message=TOO_LONG)], default=""
    )


class DaysForm(HouseForm):
    """A list of special days, pasted or from a file, or a year's that comes with the palace."""

    lines = TextAreaField(
        _("贴在这里，一行一天"),
        [Length(max=LONGEST_LIST, message=_("太长了，请分几次贴。"))],
        default="",
    )
    year = StringField(validators=[Regexp(r"^(20[0-9]{2})?\Z", message=UNKNOWN)], default="")
    sure = BooleanField()
