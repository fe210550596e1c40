"""Why somebody may not book for a while."""

from __future__ import annotations

from datetime import date

from palace.errors import PalaceError
from palace.text import N_


class Barred(PalaceError):
    """New bookings wait; what is booked lets in as usual. Carries `until`, the day booking opens again."""

    status, code = 409, "barred"
    message = N_(
        "%(until)s前不能新预约，已订的照常入场。为什么，在“我的”里看；记错了请到售票处说明。"
    )

    def __init__(self, *, until: date) -> None:
        super().__init__(until=until)
