"""What a scanner or a steward sends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Regexp

from palace.door.rules import MAIN_GATE
from palace.forms import Form


class AdmitForm(Form):
    """The gate that was chosen once, and the code of a ticket."""

    gate = StringField(
        default=MAIN_GATE, validators=[Regexp(r"^[\w-]{1,40}\Z", message=_("没有这个门。"))]
    )
    code = StringField(validators=[InputRequired(_("请扫票，或输入8位取票码和手机后4位。"))])
