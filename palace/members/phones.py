"""A mobile number as people type it, on every page that asks for one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from palace.forms import Form
from palace.members.rules import mobile_number


class PhoneForm(Form):
    """The number somebody signs in by, or is looked up by."""

    phone = StringField(_("手机号"), validators=[InputRequired(_("请填写手机号。"))])

    def validate_phone(self, field: StringField) -> None:
        """Take mainland mobile numbers only: others cannot get a code."""
        if mobile_number(field.data or "") is None:
            raise ValidationError(_("请填写11位的大陆手机号。"))

    @property
    def number(self) -> str:
        """Return the number as 11 digits."""
        return mobile_number(self.phone.data or "") or ""
