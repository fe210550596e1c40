"""What a scanner or a steward sends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Regexp

from palace.door.rules import MAIN_GATE, NO_GATE, typed_code
from palace.forms import Form


class CodeField(StringField):
    """A code in one field, or the half that was typed before and then, in another of its name, its rest."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Join the halves; whatever else comes after a half stands by itself."""
        joined = "".join(valuelist)
        self.data = joined if typed_code(joined) else "".join(valuelist[-1:])


class AdmitForm(Form):
    """The gate that was chosen once, and the code of a ticket."""

    gate = StringField(
        default=MAIN_GATE, validators=[Regexp(r"^[\w-]{1,40}\Z", message=_(NO_GATE))]
    )
    code = CodeField(validators=[InputRequired(_("请扫票，或输入8位取票码和手机后4位。"))])
