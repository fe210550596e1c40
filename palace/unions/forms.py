"""What an organiser may say of somebody who applied."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from palace.forms import Form
from palace.identities.rules import is_id_card
from palace.roster.rules import read_card
from palace.unions.rules import LONGEST_WHY


class ConfirmForm(Form):
    """The number of the person's union card, if it is at hand."""

    card = StringField(_("会员卡号"), validators=[Optional()])

    def validate_card(self, _field: StringField) -> None:
        """Take what can be a card's number, or nothing."""
        if is_id_card(self.card.data or ""):
            self.card.data = ""
            raise ValidationError(_("这是身份证号，本馆不存身份证号，请填会员卡号。"))
        if not self.number:
            raise ValidationError(_("会员卡号只能有字母、数字和横线，最多40位。"))

    @property
    def number(self) -> str:
        """Return the number as rosters write it, or nothing."""
        return read_card(self.card.data or "") or ""


class RefuseForm(Form):
    """Why somebody is none of the unit's."""

    why = StringField(
        _("原因"),
        validators=[
            InputRequired(_("请写一句原因，本人会看到。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )
