"""How a house is switched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from palace.forms import Form
from palace.venues.rules import Mode

LONGEST_REASON, LONGEST_SEEN = 100, 40
STALE = _("请刷新这一页再改。")
TOO_LONG = _("写短一些，%(most)s个字以内。", most=LONGEST_REASON)


class SwitchForm(Form):
    """The mode of a house with the reason people read, and how it stood when it was seen."""

    mode = StringField(
        _("开关"),
        validators=[
            InputRequired(_("请选一种。")),
            AnyOf([mode.value for mode in Mode], message=_("请选一种。")),
        ],
    )
    reason_zh = StringField(
        _("给大家看的原因"), validators=[Optional(), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )
    reason_en = StringField(
        _("原因（英文）"), validators=[Optional(), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )
    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Want a reason for who is told that nothing can be booked."""
        super().validate(extra_validators)
        if self.mode.data == Mode.STOPPED and not (self.reason_zh.data or "").strip():
            self.reason_zh.errors = [gettext("停预订要写原因，大家看得到。")]
        return not self.errors
