"""Which notices somebody decides about: those of a kind that stand for the same reason."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from palace.forms import Form

STALE = _("请刷新这一页再办。")
LONGEST = 100


class TroubleForm(Form):
    """A kind, and why its notices stand."""

    kind = StringField(validators=[InputRequired(STALE), Length(max=LONGEST, message=STALE)])
    error = StringField(validators=[Optional(), Length(max=LONGEST, message=STALE)])


class DecideForm(TroubleForm):
    """What became of them, as far as a person knows."""

    verdict = StringField(
        validators=[AnyOf(["sent", "again"], message=_("请选一个：已经发了，还是再发一次。"))]
    )
