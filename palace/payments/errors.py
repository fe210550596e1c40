"""Refusals of money."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class MoreThanCame(PalaceError):
    """More would go back than came."""

    status, code = 409, "more_than_came"
    message = N_("退的钱超过了收到的，请核对后再退。")
