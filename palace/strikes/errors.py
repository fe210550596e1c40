"""Why somebody may not book for a while, or a strike is not forgiven."""

from __future__ import annotations

from datetime import date

from palace.errors import PalaceError
from palace.text import N_


class Barred(PalaceError):
    """New bookings wait; what is booked lets in as usual. Carries `until`, the day booking opens again."""

    status, code = 409, "barred"
    message = N_(
        "%(until)s前不能新预约，已订的照常入场。为什么，在“我的”里看；记错了也在那里说一声。"
    )

    def __init__(self, *, until: date) -> None:
        super().__init__(until=until)


class StrikeClosed(PalaceError):
    """The strike counts no more."""

    status, code = 409, "strike_closed"
    message = N_("这一次已经不算了，请刷新再看。")


class AppealedBefore(PalaceError):
    """Somebody asks once to have a strike looked at again."""

    status, code = 409, "appealed_before"
    message = N_("这一次您已经说过了，看好了会告诉您。")


class AppealAnswered(PalaceError):
    """Somebody asked to have a strike looked at again, and was answered."""

    status, code = 409, "appeal_answered"
    message = N_("这一次已经看过了，结果和原因写在“我的”里。")


class AppealClosed(PalaceError):
    """Nobody asks any more to have the strike looked at: somebody decided in the meantime."""

    status, code = 409, "appeal_closed"
    message = N_("已经有人处理了，请刷新再看。")


class NotYoursToDecide(PalaceError):
    """Nobody forgives themselves, or what they wrote down."""

    status, code = 403, "not_yours_to_decide"
    message = N_("自己的记录，或自己记下的，要请另一位工作人员处理。")
