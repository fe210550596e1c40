"""What a member may change on their own page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length, Optional

from palace.forms import Form
from palace.strikes.rules import LONGEST_WHY

LONGEST_NAME = 60


class RenameForm(Form):
    """A corrected name; the service judges it."""

    name = StringField(
        _("姓名"),
        validators=[
            InputRequired(_("请填写姓名。")),
            Length(max=LONGEST_NAME, message=_("姓名太长了。")),
        ],
    )


class AccessForm(Form):
    """Whether the member needs wheelchair places."""

    wanted = BooleanField()


class AppealForm(Form):
    """What a member says of a show they are said to have missed; nothing has to be said."""

    words = StringField(
        _("怎么回事（可以不写）"),
        validators=[
            Optional(),
            Length(max=LONGEST_WHY, message=_("写短一些，200个字以内。")),
        ],
    )
