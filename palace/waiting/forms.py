"""What a browser or JSON client may send about waiting."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional, Regexp

from palace.forms import Form
from palace.waiting.rules import Wanted

MOST = 20
COUNT = _("请选择要几张票。")


class JoinForm(Form):
    """How many places somebody waits for; `apart`: not next to each other either, `fewer`: less too."""

    count = IntegerField(
        default=1, validators=[DataRequired(COUNT), NumberRange(1, MOST, message=COUNT)]
    )
    apart = BooleanField()
    fewer = BooleanField()
    zone = StringField(
        validators=[Optional(), Regexp(r"^[\w-]{1,20}\Z", message=_("没有这个票区。"))]
    )

    @property
    def wanted(self) -> Wanted:
        """Return what was asked for."""
        return Wanted(
            count=self.count.data or 1,
            together=not self.apart.data,
            fewer=self.fewer.data,
            zone=self.zone.data or None,
        )
