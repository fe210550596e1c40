"""What a programme manager may send of a production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp
from wtforms.widgets import TextInput

from palace.forms import FIRST_YEAR, LAST_YEAR, Form
from palace.pictures.sending import PictureForm
from palace.productions.rules import FIELDS, LONGEST_MINUTES, WORDS
from palace.programme.rules import KINDS, LateEntry

LONGEST_TITLE, LONGEST_LINE, LONGEST_TEXT = 80, 120, 4000
CODE, NUMBER = r"^[a-z2-7]{20}\Z", r"^[0-9]{1,18}\Z"
STALE = _("请刷新这一页再改。")


def _words(name: str) -> str:
    words: str = _(WORDS[name])
    return words


def _line(name: str, longest: int = LONGEST_LINE) -> Field:
    too_long = _("写短一些，%(most)s个字以内。", most=longest)
    return StringField(_words(name), validators=[Optional(), Length(max=longest, message=too_long)])


def _text(name: str) -> Field:
    too_long = _("写短一些，%(most)s个字以内。", most=LONGEST_TEXT)
    validators = [Optional(), Length(max=LONGEST_TEXT, message=too_long)]
    return TextAreaField(_words(name), validators=validators)


class WholeNumber(IntegerField):
    """A whole number; what is none is told in a sentence of ours, and stays as it was typed."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no whole number.
        """
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = int(valuelist[0])
        except ValueError:
            raise ValueError(gettext("请填写整数。")) from None


class ProductionForm(PictureForm):
    """A production in both languages; the file of a new picture is the part `file`."""

    kind = StringField(
        _words("kind"),
        validators=[
            InputRequired(_("请选择类型。")),
            AnyOf(list(KINDS), message=_("请选择类型。")),
        ],
    )
    title_zh = StringField(
        _words("title_zh"),
        validators=[
            InputRequired(_("请填写剧目名称。")),
            Length(
                max=LONGEST_TITLE, message=_("写短一些，%(most)s个字以内。", most=LONGEST_TITLE)
            ),
        ],
    )
    title_en = _line("title_en")
    about_zh = _text("about_zh")
    about_en = _text("about_en")
    minutes = WholeNumber(_words("minutes"))
    age_zh = _line("age_zh")
    age_en = _line("age_en")
    late_entry = StringField(
        _words("late_entry"),
        validators=[
            InputRequired(_("请选择迟到的人什么时候进场。")),
            AnyOf([late.value for late in LateEntry], message=_("请选择迟到的人什么时候进场。")),
        ],
    )
    late_minute = WholeNumber(_words("late_minute"))
    entry_note_zh = _text("entry_note_zh")
    entry_note_en = _text("entry_note_en")
    partner_zh = _line("partner_zh")
    partner_en = _line("partner_en")
    permit_number = _line("permit_number")
    permit_authority = _line("permit_authority")
    permit_until = _line("permit_until")
    seen = HiddenField(validators=[Optional(), Length(max=LONGEST_LINE, message=STALE)])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and those that belong together."""
        super().validate(extra_validators)
        self._check_minutes()
        if self.permit_until.data and self._until() is None:
            _refuse(self.permit_until, gettext("请填日期，例如 2026-11-28。"))
        if (self.permit_authority.data or self.permit_until.data) and not self.typed(
            "permit_number"
        ):
            _refuse(self.permit_number, gettext("请填写批准文号。"))
        if self.typed("partner_en") and not self.typed("partner_zh"):
            _refuse(self.partner_zh, gettext("请填写合作单位。"))
        return not self.errors

    def _check_minutes(self) -> None:
        minutes, late = self.minutes, self.late_minute
        if not minutes.errors and not 1 <= (minutes.data or 0) <= LONGEST_MINUTES:
            _refuse(minutes, gettext("请填写1到%(most)s的整数。", most=LONGEST_MINUTES))
        if self.late_entry.data != LateEntry.INTERVAL or late.errors or minutes.errors:
            return
        if not 1 <= (late.data or 0) < (minutes.data or 0):
            _refuse(late, gettext("请填写1到%(most)s的整数。", most=(minutes.data or 0) - 1))

    def _until(self) -> date | None:
        try:
            day = date.fromisoformat(self.typed("permit_until"))
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

    def typed(self, name: str) -> str:
        """Return what was typed in a field of text, with plain line ends and without space around it."""
        text = str(self[name].data or "").replace("\r\n", "\n").replace("\r", "\n")
        return text.strip()

    @property
    def values(self) -> dict[str, Any]:
        """Return the reviewed fields of a form that was checked."""
        told: dict[str, Any] = {field.name: self.typed(field.name) for field in FIELDS}
        told["minutes"], told["late_minute"] = self.minutes.data, self.late_minute.data
        if told["late_entry"] != LateEntry.INTERVAL:
            told["late_minute"] = None
        told["picture"] = self.kept
        until = self._until()
        told["permit_until"] = until.isoformat() if until else None
        return told


class NewProductionForm(ProductionForm):
    """A new production, the key of the page it was typed on, and the house it belongs to."""

    key = StringField(validators=[InputRequired(STALE), Regexp(CODE, message=STALE)])
    site = StringField(
        _("哪个场馆的"), validators=[Optional(), Length(max=LONGEST_LINE, message=STALE)]
    )


class WithdrawForm(Form):
    """The revision that is taken back, and its version, as they were seen."""

    revision = StringField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    version = StringField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])


def _refuse(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]
