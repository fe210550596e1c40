"""What a member may change on their own page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from palace.forms import Form

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
