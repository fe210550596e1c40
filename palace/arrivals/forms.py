"""What people send from a door, and what staff type about doors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Length, Optional, Regexp

from palace.forms import Form

LONGEST_CODE, LONGEST_NETWORKS = 60, 1000
STALE = _("请对着门口的二维码再扫一次。")


class HereForm(Form):
    """What was scanned at the door, and which date is meant; none: the one whose turn it is.

    `leaves`: they go, everything put back.
    """

    code = HiddenField(validators=[Length(max=LONGEST_CODE, message=STALE)])
    date = HiddenField(validators=[Optional(), Regexp(r"^[0-9]{1,18}\Z", message=STALE)])
    leaves = BooleanField()


class ScanForm(PlainForm):
    """What a door's QR carries."""

    code = StringField()


class ScreenForm(PlainForm):
    """What a screen's link carries."""

    secret = StringField()


class NetworksForm(Form):
    """The networks of a house, one a line."""

    networks = TextAreaField(
        _("馆内网络（网段，每行一个）"),
        validators=[
            Length(max=LONGEST_NETWORKS, message=_("写得太长了，1000个字以内，最多20个网段。"))
        ],
    )
