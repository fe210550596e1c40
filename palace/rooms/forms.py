"""What a browser or JSON client may send about rooms."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from palace.clock import palace_day
from palace.forms import WHEN, Form, InstantField, WholeField
from palace.rooms.wishes import Span

LONGEST_WAIT = 24 * 60
MOST_PEOPLE = 9999


class JoinWaitForm(Form):
    """For which time somebody waits for a room, what for, and for which troupe."""

    starts = InstantField(validators=[InputRequired(WHEN)])
    minutes = WholeField("", 1, LONGEST_WAIT, _("请写要多少分钟，1到1440。"))
    purpose = StringField(_("用途"), validators=[InputRequired(_("请选择用途。")), Length(max=40)])
    people = WholeField(_("人数"), 1, MOST_PEOPLE, _("请填写人数。"))
    troupe = IntegerField(_("团队"), validators=[Optional(), NumberRange(1, 2**63 - 1)])

    @property
    def span(self) -> Span:
        """Return the time; it was read and its length is one."""
        starts_at = self.starts.data
        ends_at = starts_at + timedelta(minutes=self.minutes.data or 0)
        return Span(day=palace_day(starts_at), starts_at=starts_at, ends_at=ends_at)
