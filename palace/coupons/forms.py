"""What a member, or the programme's desk, may send about coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from palace.clock import palace_day
from palace.coupons.rules import LONGEST_CODE, MOST_CODES
from palace.coupons.services import PoolValues
from palace.forms import (
    FIRST_YEAR,
    LAST_YEAR,
    STALE,
    WHEN,
    Form,
    InstantField,
    KeyedForm,
    WholeField,
)

LONGEST_LINE, LONGEST_TEXT, LONGEST_SITE = 80, 1000, 64
LONGEST_PASTED = MOST_CODES * (LONGEST_CODE + 2)
MOST_EACH = 20
CODE = r"^[a-z2-7]{20}\Z"
HOW_MANY = _("每人1到%(most)s张。", most=MOST_EACH)
TOO_LONG = _("写短一些，%(most)s个字以内。", most=LONGEST_LINE)
TEXT_TOO_LONG = _("写短一些，%(most)s个字以内。", most=LONGEST_TEXT)


class TakeForm(KeyedForm):
    """One tap on a pool: done once, however often it is sent."""


class UsedForm(Form):
    """Whether the member says that they used a coupon."""

    used = BooleanField(_("用过了"))


class PoolForm(Form):
    """What members read of a pool, in both languages, and on which conditions it is handed out."""

    worth_zh = StringField(
        _("值什么"),
        validators=[
            InputRequired(_("请写值什么，例如“10元看电影”。")),
            Length(max=LONGEST_LINE, message=TOO_LONG),
        ],
    )
    worth_en = StringField(
        _("值什么（英文）"),
        validators=[Optional(), Length(max=LONGEST_LINE, message=TOO_LONG)],
    )
    how_zh = TextAreaField(
        _("怎么用"),
        validators=[
            InputRequired(_("请写怎么用：在哪里、怎么出示。")),
            Length(max=LONGEST_TEXT, message=TEXT_TOO_LONG),
        ],
    )
    how_en = TextAreaField(
        _("怎么用（英文）"),
        validators=[Optional(), Length(max=LONGEST_TEXT, message=TEXT_TOO_LONG)],
    )
    opens_at = InstantField(_("几点开始领"), validators=[DataRequired(WHEN)])
    valid_until = StringField(
        _("有效期到哪天（那天还能用）"),
        validators=[
            InputRequired(_("请填日期，例如 2026-11-28。")),
            Length(max=LONGEST_LINE, message=_("请填日期，例如 2026-11-28。")),
        ],
    )
    per_member = WholeField(_("每人最多几张"), 1, MOST_EACH, HOW_MANY, default=1)
    unit = StringField(
        _("只给一个单位（全称、俗称或拼音）"),
        validators=[Optional(), Length(max=LONGEST_LINE, message=TOO_LONG)],
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and that nothing opens after its last day."""
        super().validate(extra_validators)
        until, opens = self.until, self.opens_at.data
        if not self.valid_until.errors and until is None:
            self.valid_until.errors = [gettext("请填日期，例如 2026-11-28。")]
        if until is not None and opens is not None and palace_day(opens) > until:
            self.valid_until.errors = [gettext("有效期不能早于开始领的那天。")]
        return not self.errors

    @property
    def until(self) -> date | None:
        """Return the last day that was typed; None: it is none."""
        try:
            day = date.fromisoformat((self.valid_until.data or "").strip())
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

    def text(self, name: str) -> str:
        """Return what was typed in a field, with plain line ends and without space around it."""
        typed = str(self[name].data or "")
        return typed.replace("\r\n", "\n").replace("\r", "\n").strip()

    def values(self, unit_id: int | None) -> PoolValues:
        """Return what was typed in a form that was checked, for this union."""
        return PoolValues(
            worth_zh=self.text("worth_zh"),
            worth_en=self.text("worth_en"),
            how_zh=self.text("how_zh"),
            how_en=self.text("how_en"),
            opens_at=self.opens_at.data,
            valid_until=self.until or date.max,
            per_member=self.per_member.data or 1,
            unit_id=unit_id,
        )


class NewPoolForm(PoolForm):
    """A new pool: whose codes they are, which house looks after it, and the key of the page."""

    partner_zh = StringField(
        _("合作单位"),
        validators=[
            InputRequired(_("请填写合作单位。")),
            Length(max=LONGEST_LINE, message=TOO_LONG),
        ],
    )
    partner_en = StringField(
        _("合作单位（英文）"), validators=[Optional(), Length(max=LONGEST_LINE, message=TOO_LONG)]
    )
    site = StringField(
        _("哪个场馆的"), validators=[Optional(), Length(max=LONGEST_SITE, message=STALE)]
    )
    key = StringField(validators=[InputRequired(STALE), Regexp(CODE, message=STALE)])


class ChangePoolForm(PoolForm):
    """A change of a pool, and the revision it is based on."""

    seen = StringField(validators=[InputRequired(STALE), Regexp(r"^[0-9]{1,9}\Z", message=STALE)])


class CodesForm(Form):
    """A partner's codes, one a line, or a file in the part `file`; `sure`: they are to come in."""

    codes = TextAreaField(
        _("券码，一行一个"),
        validators=[
            Optional(),
            Length(
                max=LONGEST_PASTED,
                message=_("一次最多%(most)s个券码，请分几次放。", most=MOST_CODES),
            ),
        ],
    )
    sure = BooleanField()
