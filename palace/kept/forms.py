"""What programme managers may send of openings and kept seats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from palace.clock import SHANGHAI
from palace.forms import Form, Repeated
from palace.kept.rules import REASONS

STALE = _("请刷新这一页再改。")
TOO_MANY = _("一次选的太多了，请分几次。")
LONGEST_WHY, LONGEST_SEEN, MOST_PLACES = 60, 20_000, 2000
MOST = 90
"""How many seats or unions one form carries: a body has a hundred values at most."""
TYPED = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 2000, 2999
ID = re.compile(r"[0-9]{1,18}")


class At(StringField):
    """A day and a time in Shanghai; `instant` is what was typed, None where nothing was."""

    instant: datetime | None = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms calls it so
        """Read what was typed.

        Raises:
            ValidationError: it is no day and time.
        """
        self.instant = read_instant(self.data or "")


def read_instant(typed: str) -> datetime | None:
    """Return an instant as a page's field writes it; None for nothing.

    Raises:
        ValidationError: it is no day and time.
    """
    if not typed.strip():
        return None
    try:
        told = datetime.strptime(typed.strip()[:16], TYPED).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise ValidationError(gettext("请填写日期和时间。")) from None
    if not FIRST_YEAR <= told.year <= LAST_YEAR:
        raise ValidationError(gettext("请填写日期和时间。"))
    return told


def typed_instant(instant: datetime | None) -> str:
    """Return an instant as a page's field writes it."""
    return instant.astimezone(SHANGHAI).strftime(TYPED) if instant else ""


def _many() -> Repeated:
    return Repeated(most=MOST, longest=LONGEST_WHY, too_many=TOO_MANY, wrong=TOO_MANY)


class OpeningsForm(Form):
    """When a show opens: for the public, for all members, for unions by their ids, and one union more."""

    public = At(_("公众"), validators=[InputRequired(_("请填写日期和时间。"))])
    members = At(_("工会会员"))
    unit, unit_at = _many(), _many()
    add = StringField(
        _("加一个单位（全称、俗称或拼音）"),
        validators=[Optional(), Length(max=LONGEST_WHY, message=_("写得太长了。"))],
    )
    add_at = At(_("这个单位从什么时候起"))
    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Want of each opening that it is not later than the public one."""
        super().validate(extra_validators)
        self._read_units()
        if (self.add.data or "").strip() and not self.add_at.errors and self.add_at.instant is None:
            self.add_at.errors = [gettext("请填写日期和时间。")]
        late = gettext("不能晚于公众的时间。")
        for field in (self.members, self.add_at):
            if self._is_late(field.instant) and not field.errors:
                field.errors = [late]
        return not self.errors

    def _read_units(self) -> None:
        ids, typed = self.unit.data or [], self.unit_at.data or []
        self.units: dict[int | None, datetime] = {}
        self.wrong: dict[str, str] = {}
        if len(ids) != len(typed) or any(not ID.fullmatch(one) for one in ids):
            self.unit.errors = [gettext("请刷新这一页再改。")]
            return
        for one, at in zip(ids, typed, strict=True):
            try:
                instant = read_instant(at)
            except ValidationError as told:
                self.wrong[one] = str(told)
                continue
            if self._is_late(instant):
                self.wrong[one] = gettext("不能晚于公众的时间。")
            elif instant is not None:
                self.units[int(one)] = instant
        if self.wrong:
            self.unit_at.errors = [next(iter(self.wrong.values()))]

    def _is_late(self, instant: datetime | None) -> bool:
        public = self.public.instant
        return instant is not None and public is not None and instant > public

    @property
    def typed_units(self) -> dict[str, str]:
        """Return what was typed for each union, as it stands."""
        return dict(zip(self.unit.data or [], self.unit_at.data or [], strict=False))


class KeepForm(Form):
    """For whom seats are kept, why, until when; seats by code, or a number of places."""

    reason = StringField(
        _("留给谁"),
        validators=[
            InputRequired(_("请选择留给谁。")),
            AnyOf([reason.value for reason in REASONS], message=_("请选择留给谁。")),
        ],
    )
    why = StringField(
        _("说明（可以不填）"),
        validators=[Optional(), Length(max=LONGEST_WHY, message=_("写得太长了。"))],
    )
    until = At(_("什么时候放出来"))
    seats = _many()
    count = IntegerField(
        _("留几个名额"),
        validators=[Optional(), NumberRange(1, MOST_PLACES, _("请填写要留几个名额。"))],
    )


class LetGoForm(Form):
    """Which group of kept seats goes on sale now; no `seats`: all of it."""

    group = StringField(validators=[InputRequired(STALE), Regexp(r"^[0-9]{1,18}\Z", message=STALE)])
    seats = _many()
