"""What a browser or JSON client may send about places in classes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

LARGEST_ID = 2**63 - 1
LONGEST_WHY, LONGEST_PHONE, LONGEST_WORD = 200, 32, 40
NOBODY = _("请选择给谁报名。")
NO_CLASS = _("请选择一个班。")
