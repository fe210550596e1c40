"""What somebody who works here says of a strike."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from palace.forms import Form
from palace.strikes.rules import LONGEST_WHY


class ForgiveForm(Form):
    """Why a strike does not count."""

    why = StringField(
        _("原因"),
        validators=[
            DataRequired(_("请写一句为什么不算。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )
