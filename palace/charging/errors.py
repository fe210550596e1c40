"""Why a ladder is not written or taken away."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class LadderKnown(PalaceError):
    """Another ladder has this name."""

    status, code = 409, "ladder_known"
    message = N_("已经有这个名称的退票阶梯，请换一个。")


class LadderUsed(PalaceError):
    """Shows are sold by this ladder. Carries how many, in `count`."""

    status, code = 409, "ladder_used"
    message = N_("还有%(count)s场按它卖票，先把它们改成别的退票阶梯，再删。")
