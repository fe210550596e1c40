"""What is asked of an export."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from palace.forms import Form
from palace.text import N_


class ExportForm(Form):
    """A list to be written as a workbook: its address on this site, with what was asked of it."""

    address = StringField(N_("列表地址"), [InputRequired(), Length(max=2000)])
