"""What a browser or JSON client may send to be known here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from palace.forms import Form, six_digits
from palace.members.facts import LONGEST_FACT
from palace.members.phones import PhoneForm
from palace.members.rules import is_name, tidy_name

NEW_PERSON = "new"


class MoveForm(Form):
    """The code that came to a new number."""

    code = six_digits(_("新号码收到的验证码"))


class DeskFindForm(Form):
    """What the desk looks a member up by."""

    who = StringField(
        _("会员卡号、现在的手机号，或没有号码的人的全名"),
        filters=[lambda typed: typed.strip() if typed else typed],
        validators=[
            InputRequired(_("请填写会员卡号、手机号或姓名。")),
            Length(max=LONGEST_FACT, message=_("写得太长了。")),
        ],
    )


class DeskNumberForm(PhoneForm):
    """A member's new number, and the word of who saw their document."""

    seen = BooleanField(
        _("看过本人的证件或会员卡"),
        validators=[InputRequired(_("先看本人的证件或会员卡，再勾选。"))],
    )


class CodeForm(Form):
    """The code that came by message, and whether its holder wants to say who of the number they are."""

    code = six_digits(_("验证码"))
    choose = BooleanField(_("这个号码几个人用，我要选名字"))


class PersonForm(Form):
    """Who of the people on a number somebody is; or the name of one who is not among them."""

    person = StringField(
        validators=[Optional(), Regexp(r"^([mr][0-9]{1,18}|new)\Z", message=_("请选择您的名字。"))]
    )
    name = StringField(_("姓名"))
    fact = StringField(
        _("老账号再核对一样"),
        validators=[Optional(), Length(max=LONGEST_FACT, message=_("写得太长了。"))],
    )

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
