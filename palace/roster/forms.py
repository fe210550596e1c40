"""What a browser or JSON client may say of a roster."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from palace.forms import Form


class UploadForm(Form):
    """Whose roster a file is, and whether it is the whole of it; the file itself is the part `file`."""

    unit = StringField(_("单位代码"), validators=[Length(max=64, message=_("单位代码太长了。"))])
    complete = BooleanField(_("这是完整的名册：不在里面的人算离开"))


class ApplyForm(Form):
    """That an import is to be done, and that so many may leave."""

    confirmed = BooleanField(_("我核对过，这些人确实离开了"))
