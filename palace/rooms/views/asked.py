"""What the addresses that find a room are asked: read from the query, told where it is no such thing."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import StringField
from wtforms.validators import Length, Optional

from palace.forms import InstantField, Repeated, WholeField
from palace.rooms.fields import ClockField, DayField, Things
from palace.rooms.forms import LARGEST_ID, LONGEST_NOTE, MOST_MINUTES, MOST_PEOPLE

CODE = re.compile(r"[\w-]{1,40}")
NO_LENGTH = _("时长写成分钟数，比如120。")
MOST_WEEKS = 26
NO_WEEKS = _("周数写成1到26的整数。")
NO_PEOPLE = _("人数写成1到100000的整数。")
NO_FLOOR = _("没有这一层。")
NO_THING = _("没有这种设备。")
NO_START = _("请选择几点开始。")
UNKNOWN = _("没有这一项，请重新选择。")


def _code(label: Any) -> StringField:
    return StringField(label, validators=[Optional(), Length(max=40, message=UNKNOWN)])


def _id(label: Any) -> WholeField:
    return WholeField(label, 1, LARGEST_ID, UNKNOWN, needed=False)


class DayForm(PlainForm):
    """Which day of which house."""

    day = DayField(_("哪一天"))
    site = _code(_("哪个馆"))


class FindForm(DayForm):
    """When a room is wanted and what it must have; what is left out is as the last time.

    `weeks`: so many dates, one a week.
    """

    time = ClockField(_("几点开始"))
    minutes = WholeField(_("多长时间"), 1, MOST_MINUTES, NO_LENGTH, needed=False)
    weeks = WholeField(_("约几周"), 1, MOST_WEEKS, NO_WEEKS, needed=False)
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
    """From when and for how long a room is wanted, what for, and what has been typed of it before."""

    starts = InstantField(_("几点开始"))
    minutes = WholeField(_("多长时间"), 1, MOST_MINUTES, NO_LENGTH, needed=False)
    people = WholeField(_("多少人"), 1, MOST_PEOPLE, NO_PEOPLE, needed=False)
    purpose = _code(_("做什么用"))
    troupe = _id(_("哪个团队"))
    note = StringField(_("留言"), validators=[Optional(), Length(max=LONGEST_NOTE)])
    equipment = Things()
