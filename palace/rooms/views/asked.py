"""What the addresses that find a room are asked: read from the query, told where it is no such thing."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import StringField
from wtforms.validators import Length, Optional, ValidationError

from palace.forms import FIRST_YEAR, LAST_YEAR, InstantField, Repeated, WholeField

LARGEST_ID = 2**63 - 1
MOST_PEOPLE = 100_000
DAY_MINUTES = 24 * 60
CODE = re.compile(r"[\w-]{1,40}")
NO_DAY = _("日期写成2026-12-05这样。")
NO_TIME = _("时间写成19:30这样。")
NO_LENGTH = _("时长写成分钟数，比如120。")
NO_PEOPLE = _("人数写成1到100000的整数。")
NO_FLOOR = _("没有这一层。")
NO_THING = _("没有这种设备。")
NO_START = _("请选择几点开始。")
UNKNOWN = _("没有这一项，请重新选择。")


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


class TimeField(StringField):
    """A clock time at the palace."""

    time: time | None = None

    def post_validate(self, _form: object, _stopped: bool) -> None:
        """Read the time.

        Raises:
            ValidationError: it is none.
        """
        if not self.data:
            return
        try:
            self.time = time.fromisoformat(self.data).replace(second=0, microsecond=0)
        except ValueError:
            raise ValidationError(NO_TIME) from None
        if self.time.tzinfo is not None:
            raise ValidationError(NO_TIME)


def _code(label: Any) -> StringField:
    return StringField(label, validators=[Optional(), Length(max=40, message=UNKNOWN)])


def _id(label: Any) -> WholeField:
    return WholeField(label, 1, LARGEST_ID, UNKNOWN, needed=False)


class DayForm(PlainForm):
    """Which day of which house."""

    day = DayField(_("哪一天"), validators=[Optional(), Length(max=10, message=NO_DAY)])
    site = _code(_("哪个馆"))


class FindForm(DayForm):
    """When a room is wanted and what it must have; what is left out is as the last time."""

    time = TimeField(_("几点开始"), validators=[Optional(), Length(max=8, message=NO_TIME)])
    minutes = WholeField(_("多长时间"), 1, DAY_MINUTES, NO_LENGTH, needed=False)
    people = WholeField(_("多少人"), 1, MOST_PEOPLE, NO_PEOPLE, needed=False)
    floor = WholeField(_("几层"), -20, 200, NO_FLOOR, needed=False)
    purpose = _code(_("做什么用"))
    equipment = Repeated(
        label=_("要有什么"),
        most=40,
        longest=40,
        too_many=NO_THING,
        wrong=NO_THING,
        shape=CODE,
        default=list,
    )
    space = _id(_("哪个场地"))
    troupe = _id(_("哪个团队"))


class TakeForm(PlainForm):
    """From when and for how long a room is wanted, and what for."""

    starts = InstantField(_("几点开始"))
    minutes = WholeField(_("多长时间"), 1, DAY_MINUTES, NO_LENGTH, needed=False)
    people = WholeField(_("多少人"), 1, MOST_PEOPLE, NO_PEOPLE, needed=False)
    purpose = _code(_("做什么用"))
    troupe = _id(_("哪个团队"))
