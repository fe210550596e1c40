"""Why somebody may not book for a while, or a strike is not decided."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class Barred(PalaceError):
    """New bookings wait; what is booked lets in as usual. Carries `until`, the day booking opens again."""

    status, code = 409, "barred"
    message = N_(
        "%(until)s前不能新预约，已订的照常入场。有几次订了没来，记错了的话，请到“我的”里说明。"
    )


class AppealedBefore(PalaceError):
    """A strike is appealed against once."""

    status, code = 409, "appealed_before"
    message = N_("这一次您已经说明过，工作人员看过后会告诉您。")


class StrikeClosed(PalaceError):
    """The strike counts no more, or its appeal has been decided."""

    status, code = 409, "strike_closed"
    message = N_("这一次已经处理好了，请刷新再看。")


class NotYoursToDecide(PalaceError):
    """Nobody decides what concerns themselves, or what they wrote down."""

    status, code = 403, "not_yours_to_decide"
    message = N_("自己的记录，或自己记下的，要请另一位工作人员处理。")


class PresetUnknown(PalaceError):
    """No rule of the list is called that."""

    status, code = 422, "preset_unknown"
    message = N_("请从列出的办法里选一个。")
