"""Whom a ticket is for: a whole number, and the name that belongs to it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from palace.forms import Form
from palace.gifts.rules import LONGEST_NUMBER
from palace.members.rules import LONGEST_NAME

SHORTEST_NUMBER = 5


class GiftForm(Form):
    """The receiver, as the giver knows them; whether they are a member is not said."""

    number = StringField(
        _("对方的手机号，或工会会员卡号（写全）"),
        validators=[
            InputRequired(_("请填写对方的手机号或工会会员卡号。")),
            Length(SHORTEST_NUMBER, LONGEST_NUMBER, message=_("号码要写全。")),
        ],
    )
    name = StringField(
        _("对方的姓名"),
        validators=[
            InputRequired(_("请填写对方的姓名。")),
            Length(max=LONGEST_NAME, message=_("姓名太长了。")),
        ],
    )
