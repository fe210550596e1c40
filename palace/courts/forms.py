"""What a browser or JSON client may send to take a court."""

from __future__ import annotations

from datetime import date, time

from flask_babel import lazy_gettext as _
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from palace.forms import FIRST_YEAR, LAST_YEAR, Form

LONGEST_CODE = 40
NO_DAY = _("请选择日期。")
NO_HOUR = _("请选择时间。")


class TakeForm(Form):
    """A kind of court, a day and an hour; without a site, the first house that has courts."""

    site = StringField(validators=[Optional(), Length(max=LONGEST_CODE)])
    kind = StringField(validators=[InputRequired(_("请选择打什么球。")), Length(max=LONGEST_CODE)])
    day = StringField(validators=[InputRequired(NO_DAY)])
    hour = StringField(
        validators=[
            InputRequired(NO_HOUR),
            Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", message=NO_HOUR),
        ]
    )

    def validate_day(self, field: StringField) -> None:
        """Refuse what is no day.

        Raises:
            ValidationError: it is none.
        """
        if day_of(field.data) is None:
            raise ValidationError(NO_DAY)

    @property
    def wanted_day(self) -> date:
        """Return the day; the form was valid."""
        return date.fromisoformat(self.day.data or "")

    @property
    def wanted_hour(self) -> time:
        """Return when it begins; the form was valid."""
        return time.fromisoformat(self.hour.data or "")


def day_of(typed: str | None) -> date | None:
    """Return a day written 2026-11-28, or None."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
