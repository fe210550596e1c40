"""What shall become of a show, as a link carries it to its preview and a form to the second person."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from palace import clock
from palace.forms import Form
from palace.moving.rules import LONGEST_REASON, MoveKind
from palace.moving.services import Wish

STALE = _("请刷新这一页再办。")
NO_DAY = _("日期写成2026-12-05这样。")
NO_TIME = _("时间写成19:30这样。")
LONGEST_TITLE = 200
LARGEST_ID = 2**63 - 1


class DayField(StringField):
    """A palace day."""

    day: date | None = None

    def post_validate(self, _form: object, _stopped: bool) -> None:
        """Read the day.

        Raises:
            ValidationError: it is none.
        """
        self.day = None
        if self.data:
            try:
                self.day = date.fromisoformat(self.data)
            except ValueError:
                raise ValidationError(NO_DAY) from None
            if not 2000 <= self.day.year <= 2200:  # noqa: PLR2004 - years a palace plans in
                raise ValidationError(NO_DAY)


class TimeField(StringField):
    """A clock time at the palace."""

    time: time | None = None

    def post_validate(self, _form: object, _stopped: bool) -> None:
        """Read the time.

        Raises:
            ValidationError: it is none.
        """
        self.time = None
        if self.data:
            try:
                self.time = time.fromisoformat(self.data).replace(second=0, microsecond=0)
            except ValueError:
                raise ValidationError(NO_TIME) from None
            if self.time.tzinfo is not None:
                raise ValidationError(NO_TIME)


def _id(label: Any) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(1, LARGEST_ID)])


def _reason(label: Any) -> StringField:
    too_long = _("原因写短一些，200个字以内。")
    return StringField(label, validators=[Optional(), Length(max=LONGEST_REASON, message=too_long)])


class Wanted:
    """Cancel, or move to a day, time, hall and plan; what is left out stays as it is."""

    kind = StringField(validators=[AnyOf(list(MoveKind), message=_("请选取消还是改期。"))])
    day = DayField(_("新的日期"))
    at = TimeField(_("新的开演时间"))
    space = _id(_("场地"))
    plan = _id(_("哪张座位图"))
    until_day = DayField(_("退票截止日期（不写，照馆规）"))
    until_at = TimeField(_("退票截止时间"))
    reason_zh = _reason(_("原因（中文，可以不写）"))
    reason_en = _reason(_("原因（英文，可以不写）"))

    def wish(self, old_start: datetime) -> Wish:
        """Return what is wanted of a show that begins at `old_start`."""
        here = old_start.astimezone(clock.SHANGHAI)
        day, at = self.day.day or here.date(), self.at.time or here.time()
        until = None
        if self.until_day.day:
            until = clock.at(self.until_day.day, self.until_at.time or time(23, 59))
        moves = self.kind.data == MoveKind.MOVE
        return Wish(
            kind=MoveKind(self.kind.data or MoveKind.CANCEL),
            starts_at=clock.at(day, at) if moves else None,
            space_id=self.space.data if moves else None,
            plan_id=self.plan.data if moves else None,
            return_until=until if moves else None,
            reason_zh=(self.reason_zh.data or "").strip(),
            reason_en=(self.reason_en.data or "").strip(),
        )


class WantedForm(Wanted, PlainForm):
    """What a link asks to be shown."""


class ProposeForm(Wanted, Form):
    """What goes to the second person: the show's name typed, and the show as the page had it."""

    title = StringField(
        _("照着写一遍节目名称"),
        validators=[InputRequired(_("请照着写一遍节目名称。")), Length(max=LONGEST_TITLE)],
    )
    shown = HiddenField(validators=[InputRequired(STALE), Length(max=64, message=STALE)])


class DecideForm(Form):
    """Which proposal is withdrawn, or tried again."""

    move = IntegerField(validators=[InputRequired(STALE), NumberRange(1, LARGEST_ID, STALE)])


class ConfirmForm(DecideForm):
    """What the second person confirms: exactly what they were shown, with its figures."""

    mark = HiddenField(validators=[InputRequired(STALE), Length(max=64, message=STALE)])
    seen = HiddenField(validators=[InputRequired(STALE), Length(max=200, message=STALE)])
