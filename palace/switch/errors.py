"""Why a house is not switched."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class SwitchMoved(PalaceError):
    """Somebody else switched this house meanwhile."""

    status, code = 409, "switch_moved"
    message = N_("刚有别人拨过这个开关，还没有改。请看一下，再按一次就照您的改。")
