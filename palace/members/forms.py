"""What a browser or JSON client may send to be known here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from palace.forms import Form
from palace.members.rules import is_name, mobile_number, tidy_name

NEW_PERSON = "new"


class PhoneForm(Form):
    """The number a code is to be sent to."""

    phone = StringField(_("手机号"), validators=[InputRequired(_("请填写手机号。"))])

    def validate_phone(self, field: StringField) -> None:
        """Take mainland mobile numbers only: others cannot get a code."""
        if mobile_number(field.data or "") is None:
            raise ValidationError(_("请填写11位的大陆手机号。"))

    @property
    def number(self) -> str:
        """Return the number as 11 digits."""
        return mobile_number(self.phone.data or "") or ""


class CodeForm(Form):
    """The code that came by message, and whether its holder wants to say who of the number they are."""

    code = StringField(
        _("验证码"),
        filters=[lambda typed: "".join(typed.split()) if typed else typed],
        validators=[
            InputRequired(_("请填写验证码。")),
            Regexp(r"^[0-9]{6}\Z", message=_("验证码是6位数字。")),
        ],
    )
    choose = BooleanField(_("这个号码几个人用，我要选名字"))


class PersonForm(Form):
    """Who of the people on a number somebody is; or the name of one who is not among them."""

    person = StringField(
        validators=[Optional(), Regexp(r"^([mr][0-9]{1,18}|new)\Z", message=_("请选择您的名字。"))]
    )
    name = StringField(_("姓名"))

    def validate_name(self, field: StringField) -> None:
        """Ask for a name only where nobody of the list was chosen."""
        if self.is_new and not is_name(tidy_name(field.data or "")):
            raise ValidationError(_("请填写真实姓名，2到30个字，不带数字和符号。"))

    @property
    def is_new(self) -> bool:
        """Return whether it is somebody who is not on the list."""
        return (self.person.data or NEW_PERSON) == NEW_PERSON


class StaffForm(Form):
    """Login and password of somebody who works here."""

    login = StringField(
        _("登录名"),
        validators=[
            InputRequired(_("请填写登录名。")),
            Length(max=64, message=_("登录名太长了。")),
        ],
    )
    password = PasswordField(
        _("密码"),
        validators=[InputRequired(_("请填写密码。")), Length(max=256, message=_("密码太长了。"))],
    )


class SecondForm(Form):
    """The six digits of the half minute, or a recovery code in the place of a lost phone."""

    code = StringField(
        _("动态验证码"),
        validators=[
            InputRequired(_("请填写动态验证码。")),
            Length(max=40, message=_("验证码太长了。")),
        ],
    )
