"""What a browser or JSON client may send about places in classes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from palace.courses.queries.catalogue import When
from palace.forms import Form, KeyedForm
from palace.members.phones import mobile_number_of
from palace.members.rules import Known
from palace.courses.rules import Wish
from palace.courses.states import Channel

LARGEST_ID = 2**63 - 1
LONGEST_WHY, LONGEST_PHONE, LONGEST_WORD = 200, 32, 40
NOBODY = _("请选择给谁报名。")
NO_CLASS = _("请选择一个班。")
