"""What a manager may send about seat plans; who has an older page says so by what was on it."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import TextInput

from palace.forms import Form
from palace.plans.services import Change
from palace.venues.rules import SeatType
from palace.venues.seatplan import CODE, COLOURS

STALE = _("请刷新这一页再改。")
TOO_LONG = _("写得太长了。")
UNKNOWN = _("没有这一种，请重新选择。")
BAD_CODE = _("代码只能用字母、数字和短横，最多20个。")
LONGEST_NAME, LONGEST_CODE, MOST_LETTERS = 40, 20, 420_000
HIGHEST = 2**62


class ManyField(StringField):
    """Words that may stand in one field, or in several of its name."""

    def __init__(self, *given: Any, **how: Any) -> None:
        self.words: list[str] = []
        super().__init__(*given, **how)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take all of them, and several in one apart."""
        self.words = [word for text in valuelist for word in re.split(r"[\s,，、]+", text) if word]
        self.data = " ".join(self.words)

    def _value(self) -> str:
        return " ".join(self.words)


def _number(message: Any = STALE) -> IntegerField:
    """Return a field for a number somebody was given by a page."""
    whole = [InputRequired(message), NumberRange(0, HIGHEST, message=message)]
    return IntegerField(validators=whole, widget=TextInput())


class UploadForm(Form):
    """Which hall a plan is for, and which of its plans it continues; the file is the part `file`."""

    space = _number(_("请选择场地。"))
    plan = IntegerField(validators=[Optional(), NumberRange(0, HIGHEST, message=UNKNOWN)])


class SeenForm(Form):
    """The revision of a draft as it was on the page."""

    seen = _number()


class SeatsForm(SeenForm):
    """Seats by code, or whole sections (ST), rows (ST/5) and blocks (ST/5/1), and what they become."""

    seats = ManyField(_("座位编号"), validators=[Length(max=MOST_LETTERS, message=TOO_LONG)])
    parts = ManyField(_("整排整块"))
    zone = StringField(_("票区"), validators=[Length(max=LONGEST_CODE, message=UNKNOWN)])
    type = StringField(
        _("类型"), validators=[Optional(), AnyOf([one.value for one in SeatType], message=UNKNOWN)]
    )
    restricted = StringField(
        _("视线受限"), validators=[Optional(), AnyOf(["yes", "no"], message=UNKNOWN)]
    )
    entrance = StringField(_("入口"), validators=[Length(max=LONGEST_CODE, message=UNKNOWN)])

    @property
    def change(self) -> Change:
        """Return what the seats become."""
        return Change(
            zone=self.zone.data or "",
            type=self.type.data or "",
            restricted=self.restricted.data or "",
            entrance=self.entrance.data or "",
        )


def _name(label: Any, message: Any) -> StringField:
    limits = [InputRequired(message), Length(max=LONGEST_NAME, message=TOO_LONG)]
    return StringField(label, validators=limits)


class PartForm(SeenForm):
    """A zone or an entrance with its names; `new` adds one, otherwise the one with this code is changed."""

    code = StringField(
        _("代码"), validators=[InputRequired(BAD_CODE), Regexp(CODE, message=BAD_CODE)]
    )
    name_zh = _name(_("中文名称"), _("请填写中文名称。"))
    name_en = _name(_("英文名称"), _("请填写英文名称。"))
    colour = StringField(_("颜色"), validators=[Optional(), AnyOf([*COLOURS], message=UNKNOWN)])
    new = BooleanField()


class DropPartForm(SeenForm):
    """The zone or entrance that goes."""

    code = StringField(validators=[InputRequired(STALE), Length(max=LONGEST_CODE, message=STALE)])


class KeepForm(SeenForm):
    """Whether a draft becomes the next version of its plan, or a plan of its own with code and names."""

    own = BooleanField(_("另存为一张新的座位图"))
    code = StringField(_("代码"), validators=[Optional(), Regexp(CODE, message=BAD_CODE)])
    name_zh = StringField(_("中文名称"), validators=[Length(max=LONGEST_NAME, message=TOO_LONG)])
    name_en = StringField(_("英文名称"), validators=[Length(max=LONGEST_NAME, message=TOO_LONG)])

    def validate_own(self, field: Field) -> None:
        """Want a code and both names for a plan of its own."""
        if not field.data:
            return
        wanted = (
            (self.code, BAD_CODE),
            (self.name_zh, _("请填写中文名称。")),
            (self.name_en, _("请填写英文名称。")),
        )
        for one, sentence in wanted:
            one.data = (one.data or "").strip()
            if not one.data and not one.errors:
                self.missing.append((one.name, sentence))

    def validate(self, extra_validators: object = None) -> bool:
        """Say at each field what is missing."""
        self.missing: list[tuple[str, object]] = []
        fine = super().validate(extra_validators)
        for name, sentence in self.missing:
            self[name].errors = [sentence]
        return bool(fine and not self.missing)


class SwitchForm(Form):
    """The plan a performance gets, and the one it had on the page."""

    plan = _number(_("请选择座位图。"))
    seen = HiddenField(validators=[InputRequired(STALE), Regexp(r"[0-9]{1,18}$", message=STALE)])
