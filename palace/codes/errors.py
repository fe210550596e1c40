"""Why a batch of codes is not made, or a code opens nothing."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NothingOpened(PalaceError):
    """A batch neither keeps seats nor opens a tier: its codes would be good for nothing."""

    status, code = 422, "nothing_opened"
    message = N_("码要有用处：请勾留座，或者选一种凭码能订的票。")


class CodesOutOfTime(PalaceError):
    """Codes end after now, and not after the start. Carries the start."""

    status, code = 422, "codes_out_of_time"
    message = N_("用到的时间要在现在以后、开演（%(starts_at)s）以前。")


class CodesTierNotSold(PalaceError):
    """The tier has no price at this performance."""

    status, code = 422, "codes_tier_not_sold"
    message = N_("这一场不卖这种票，请换一种，或者先在票价里定价。")


class PlacesNotFree(PalaceError):
    """There are not so many free places to keep. Carries how many there are."""

    status, code = 409, "places_not_free"
    message = N_("空着的只有 %(left)s 个，留不了 %(wanted)s 个。请少做几个码，或者不留座。")


class CodeUnknown(PalaceError):
    """No batch has this code."""

    status, code = 404, "code_unknown"
    message = N_("没有这个码。请对着纸条再看一遍，一共16位，没有 0、O、1、I。")


class CodeUsed(PalaceError):
    """Somebody else has opened it."""

    status, code = 409, "code_used"
    message = N_("这个码已经有人用过了，一个码只能用一次。")


class CodeLapsed(PalaceError):
    """Its end is past. Carries when that was."""

    status, code = 409, "code_lapsed"
    message = N_("这个码用到%(ends_at)s为止，已经过了。")


class CodeStopped(PalaceError):
    """The palace stopped the batch before the code was used."""

    status, code = 409, "code_stopped"
    message = N_("这批码已经停用。有疑问请问发码的单位。")


class CodeOfOther(PalaceError):
    """The code is another performance's. Carries its hall and its start."""

    status, code = 409, "code_of_other"
    message = N_("这个码不是这一场的，是 %(starts_at)s %(hall)s那一场的。")


class CodeShowOff(PalaceError):
    """The show of the code is called off."""

    status, code = 409, "code_show_off"
    message = N_("这个码的那一场已经取消，码用不了了。")


class CodeEarly(PalaceError):
    """The show of the code is not published yet."""

    status, code = 409, "code_early"
    message = N_("这个码的那一场还没有公布，公布以后再来用。")


class NothingToPrint(PalaceError):
    """No code of the batch can be used any more, or the key they were made with is lost."""

    status, code = 409, "nothing_to_print"
    message = N_("这批码没有能印的了：都用过、过期、停用，或者密钥已经换掉。")
