"""Why a reservation is not decided about."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NothingWaits(PalaceError):
    """Nothing of this reservation waits: somebody decided, its leader took it back, or the time is over."""

    status, code = 409, "nothing_waits"
    message = N_("这个预约已经没有等您审批的了：别人批过了、团队取消了，或者过了时限。")


class OwnReservation(PalaceError):
    """Nobody passes what they asked for themselves."""

    status, code = 409, "own_reservation"
    message = N_("这是您自己提的预约，请另一位同事来批。")
