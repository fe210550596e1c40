"""Why a complimentary ticket is not given."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PersonUnknown(PalaceError):
    """No member has this number, or is called so. Carries what was typed, line by line."""

    status, code = 422, "person_unknown"
    message = N_("没有找到：%(lines)s。请写登记过的手机号或会员卡号；姓名写在号码后面。")


class PersonAmbiguous(PalaceError):
    """Several share the number, and no name says which of them. Carries what was typed."""

    status, code = 422, "person_ambiguous"
    message = N_("这些号码有几个人在用：%(lines)s。请在号码后面写上姓名。")


class SeatsMismatch(PalaceError):
    """Seats were named, but not as many as are given, or none of this plan. Carries how many are given."""

    status, code = 422, "seats_mismatch"
    message = N_("要写%(wanted)s个这一场的座位号，比如 ST-05-12，或者不写，由系统挑最好的。")


class PlacesTaken(PalaceError):
    """There are not so many places of the kind that was asked for, or some were taken just now."""

    status, code = 409, "places_taken"
    message = N_("座位不够，或者刚被别人选走了。请另选，或者少送几张。")


class ShowClosed(PalaceError):
    """The show is over, called off, or needs no ticket."""

    status, code = 409, "show_closed"
    message = N_("这一场已经开演、取消，或者不用票，不能再送。")


class AnotherConfirms(PalaceError):
    """Whoever proposed it cannot confirm it."""

    status, code = 403, "another_confirms"
    message = N_("超出这一场的赠票数，要另一个人来确认。")


class AlreadyDecided(PalaceError):
    """It was withdrawn, or given, meanwhile."""

    status, code = 409, "already_decided"
    message = N_("这一笔刚被别人处理过，请看现在的情况。")
