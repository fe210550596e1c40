"""What a teacher or the office may send about certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from palace.forms import Form

LONGEST_WHY = 200


class RevokeForm(Form):
    """Why a certificate is taken back."""

    why = StringField(
        _("为什么撤销"),
        filters=[lambda typed: typed.strip() if typed else typed],
        validators=[
            DataRequired(_("请写为什么撤销。")),
            Length(max=LONGEST_WHY, message=_("写得太长了。")),
        ],
    )
