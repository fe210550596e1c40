"""Why an organiser's word is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NotForOneself(PalaceError):
    """Nobody decides on their own application."""

    status, code = 409, "not_for_oneself"
    message = N_("自己的申请不能自己核对，请单位的另一位经办人或文化宫办理。")
