"""What a browser or JSON client may send to take rooms and to give them back."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from palace.clock import SHANGHAI, palace_day
from palace.forms import (
    STALE,
    ClockField,
    DayField,
    Form,
    InstantField,
    KeyedForm,
    Repeated,
    WholeField,
)
from palace.members.rules import Known
from palace.rooms.fields import AN_ID, Days, Things
from palace.rooms.series import CHOICE, Choice, read_choice
from palace.rooms.services import Wish
from palace.rooms.wishes import Span

LARGEST_ID = 2**63 - 1
MOST_MINUTES, MOST_WEEKS, MOST_PEOPLE = 24 * 60, 60, 100_000
LONGEST_NOTE, LONGEST_CODE = 200, 40
MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
A_DAY = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
DAY_AND_SPACE = re.compile(r"(20[0-9]{2}-[01][0-9]-[0-3][0-9]):([0-9]{1,18})")
NO_START = _("请选择日期和时间。")
NO_LENGTH = _("请选择多长时间。")
NO_PEOPLE = _("请填写人数，1到100000。")
NO_ROOM = _("请选择场地。")


class ReserveForm(KeyedForm):
    """A wish: the room, from when, how long, how many weeks, for whom and what for.

    `skip` and `swap` are dates of a series that are left out or taken in another space ("2026-12-02:17"),
    `equipment` how many of a thing of the house ("4:2").
    """

    space = WholeField(_("场地"), 1, LARGEST_ID, NO_ROOM)
    starts = InstantField(_("日期和时间"), [InputRequired(NO_START)])
    minutes = WholeField(_("多长时间"), 1, MOST_MINUTES, NO_LENGTH)
    weeks = WholeField(_("约几周"), 1, MOST_WEEKS, _("周数写成1到60的整数。"), needed=False)
    people = WholeField(_("多少人"), 1, MOST_PEOPLE, NO_PEOPLE)
    purpose = StringField(
        _("做什么用"), [InputRequired(_("请选择用途。")), Length(max=LONGEST_CODE)]
    )
    troupe = WholeField(_("哪个团队"), 1, LARGEST_ID, STALE, needed=False)
    note = StringField(
        _("留言"), [Optional(), Length(max=LONGEST_NOTE, message=_("留言最多200个字。"))]
    )
    skip = Days(most=MOST_WEEKS, longest=10, too_many=STALE, wrong=STALE, shape=A_DAY, default=list)
    swap = Days(
        most=MOST_WEEKS, longest=30, too_many=STALE, wrong=STALE, shape=DAY_AND_SPACE, default=list
    )
    equipment = Things()

    def wish(self, member: Known) -> Wish:
        """Return what was asked for, by a member."""
        return Wish(
            space_id=self.space.data or 0,
            spans=self.spans,
            purpose=self.purpose.data or "",
            people=self.people.data or 0,
            troupe_id=self.troupe.data,
            member=member,
            note=(self.note.data or "").strip(),
            equipment=self.equipment.counts,
        )

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the dates that were asked for; none where it is not clear when."""
        if not self.starts.data or self.minutes.errors or self.weeks.errors:
            return ()
        return _spans(self.starts.data, self.minutes.data or 0, self.weeks.data or 1)

    @property
    def skips(self) -> frozenset[date]:
        """Return the dates that are left out."""
        return frozenset(self.skip.days) if self.skip.data else frozenset()

    @property
    def swaps(self) -> dict[date, int]:
        """Return the dates that are taken in another space."""
        if not self.swap.data:
            return {}
        spaces = [int(value.partition(":")[2]) for value in self.swap.data]
        return dict(zip(self.swap.days, spaces, strict=True))


def _spans(starts_at: datetime, minutes: int, weeks: int) -> tuple[Span, ...]:
    """Return the dates of a wish: every week at the palace's same clock time."""
    here = starts_at.astimezone(SHANGHAI)
    begins = [here + WEEK * week for week in range(weeks)]
    return tuple(
        Span(day=palace_day(one), starts_at=one, ends_at=one + MINUTE * minutes) for one in begins
    )


class CancelForm(Form):
    """Which dates are given back, or all that are to come."""

    occurrence = Repeated(
        most=MOST_WEEKS, longest=18, too_many=STALE, wrong=STALE, shape=AN_ID, default=list
    )
    coming = BooleanField()

    @property
    def ids(self) -> frozenset[int] | None:
        """Return the dates; None: all that are to come."""
        return None if self.coming.data else frozenset(map(int, self.occurrence.data))


class JoinWaitForm(Form):
    """For which time somebody waits for a room, what for, and for which troupe; `any`: any of its kind."""

    starts = InstantField(validators=[InputRequired(NO_START)])
    minutes = WholeField("", 1, MOST_MINUTES, _("请写要多少分钟，1到1440。"))
    purpose = StringField(
        _("用途"), validators=[InputRequired(_("请选择用途。")), Length(max=LONGEST_CODE)]
    )
    people = WholeField(_("人数"), 1, MOST_PEOPLE, NO_PEOPLE)
    troupe = WholeField(_("团队"), 1, LARGEST_ID, STALE, needed=False)
    any = BooleanField()

    @property
    def span(self) -> Span:
        """Return the time; it was read and its length is one."""
        starts_at = self.starts.data
        ends_at = starts_at + MINUTE * (self.minutes.data or 0)
        return Span(day=palace_day(starts_at), starts_at=starts_at, ends_at=ends_at)


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
    equipment = Things()
    dates = Days(
        most=MOST_WEEKS, longest=30, too_many=STALE, wrong=STALE, shape=CHOICE, default=list
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

    dates = Repeated(
        most=MOST_WEEKS, longest=18, too_many=STALE, wrong=STALE, shape=AN_ID, default=list
    )
