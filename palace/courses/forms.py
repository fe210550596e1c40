"""What a browser or JSON client may send about places in classes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from palace.forms import Form

LARGEST_ID = 2**63 - 1
NOBODY = _("请选择给谁报名。")


class WaitForm(Form):
    """For whom a place is waited for; nobody named: the member."""

    person = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID, NOBODY)])


class TakeOfferForm(Form):
    """Whether the guardian of a child consents with taking its place."""

    guardian = BooleanField(_("我是监护人，同意孩子来上课"))
