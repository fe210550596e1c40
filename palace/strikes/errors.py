"""Why somebody may not book for a while, or a strike is not forgiven."""

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


class StrikeClosed(PalaceError):
    """The strike counts no more."""

    status, code = 409, "strike_closed"
    message = N_("这一次已经不算了，请刷新再看。")


class NotYoursToDecide(PalaceError):
    """Nobody forgives themselves, or what they wrote down."""

    status, code = 403, "not_yours_to_decide"
    message = N_("自己的记录，或自己记下的，要请另一位工作人员处理。")
