"""What an administrator may send about who works here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from palace.forms import Form
from palace.members.posts import OF_MEMBERS, OF_STAFF

LONGEST_PROOF = 24 * 60
LONGEST_TYPED = 100
ROLES = [role.value for role in dict.fromkeys([*OF_STAFF, *OF_MEMBERS])]


class EmployForm(Form):
    """Somebody who comes to work here, with a first post."""

    login = StringField(
        _("登录名"),
        validators=[
            InputRequired(_("请填写登录名。")),
            Length(max=64, message=_("登录名太长了。")),
        ],
    )
    name = StringField(
        _("姓名"),
        validators=[
            InputRequired(_("请填写姓名。")),
            Length(max=LONGEST_TYPED, message=_("姓名太长了。")),
        ],
    )
    role = StringField(
        _("岗位"),
        validators=[
            InputRequired(_("请选择岗位。")),
            AnyOf([role.value for role in OF_STAFF], message=_("请选择岗位。")),
        ],
    )
    site = StringField(
        _("管哪里"),
        validators=[Optional(), Length(max=LONGEST_TYPED, message=_("没有这个场馆，请重新选择。"))],
    )


class GrantForm(Form):
    """A post for somebody: the role, and where it holds."""

    role = StringField(
        _("岗位"),
        validators=[
            InputRequired(_("请选择岗位。")),
            AnyOf(ROLES, message=_("请选择岗位。")),
        ],
    )
    site = StringField(
        _("管哪里"),
        validators=[Optional(), Length(max=LONGEST_TYPED, message=_("没有这个场馆，请重新选择。"))],
    )
    unit = StringField(
        _("哪个单位"),
        validators=[
            Optional(),
            Length(
                max=LONGEST_TYPED,
                message=_("没有找到这个单位，或有几个同名的：请从列表里选，同名的填单位代码。"),
            ),
        ],
    )


class ProofForm(Form):
    """Whose sign-in needs a code beside the password, and how long a proof holds."""

    proof_minutes = IntegerField(
        _("验证一次管几分钟"),
        validators=[
            InputRequired(_("请填写1到1440的整数。")),
            NumberRange(1, LONGEST_PROOF, message=_("请填写1到1440的整数。")),
        ],
    )
    admin = BooleanField(_("管理员"))
    site_admin = BooleanField(_("场馆管理员"))
    finance = BooleanField(_("财务"))
    counter = BooleanField(_("售票"))
    door = BooleanField(_("检票"))
    programme = BooleanField(_("节目"))
    reviewer = BooleanField(_("审核"))
    teacher = BooleanField(_("教师"))

    @property
    def roles(self) -> list[str]:
        """Return the ticked roles, in the order of the page."""
        return [role.value for role in OF_STAFF if self[role.value].data]
