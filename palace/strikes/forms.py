"""What somebody who works here says of a strike."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import AnyOf, DataRequired, Length

from palace.forms import Form
from palace.strikes.rules import LONGEST_WHY, Verdict


class ForgiveForm(Form):
    """Why a strike does not count, or does."""

    why = StringField(
        _("原因"),
        validators=[
            DataRequired(_("请写一句为什么。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )


class DecideForm(ForgiveForm):
    """The answer to somebody who asked to have a strike looked at again."""

    verdict = StringField(
        validators=[AnyOf([one.value for one in Verdict], message=_("请选一个：不算，还是算。"))]
    )
