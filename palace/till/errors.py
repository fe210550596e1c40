"""Refusals of the till."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NoShift(PalaceError):
    """Money changes hands only in a shift of one's own."""

    status, code = 409, "no_shift"
    message = N_("请先开始当班，再收退钱。")


class ShiftOpen(PalaceError):
    """A clerk has one shift at a time."""

    status, code = 409, "shift_open"
    message = N_("您已经在当班，交班以后才能开始下一班。")


class ShiftOver(PalaceError):
    """The shift was closed before."""

    status, code = 409, "shift_over"
    message = N_("这一班已经交了。")


class WhyDifferent(PalaceError):
    """The cash is not what the movements say, and nobody says why. Carries both in yuan."""

    status, code = 422, "cash_differs"
    message = N_("应有%(expected)s元，点出%(counted)s元。请再点一遍；还是不一样，就写明原因。")


class NotYourOwn(PalaceError):
    """Another person signs for the cash than who counted it."""

    status, code = 409, "not_your_own"
    message = N_("自己的交款单要由另一个人签收。")


class NotToBeHanded(PalaceError):
    """The shift is open still, or somebody signed for its cash."""

    status, code = 409, "not_to_be_handed"
    message = N_("这一班还没有交，或者已经有人签收了。")


class NotToBeCorrected(PalaceError):
    """Money that moved by a provider or on account, or was set right before."""

    status, code = 409, "not_to_be_corrected"
    message = N_("这一笔不能更正：它是网上收退的、是单位签单，或者已经更正过。")


class SameMethod(PalaceError):
    """A correction that changes nothing."""

    status, code = 422, "same_method"
    message = N_("收款方式没有变，不用更正。")


class AnotherCorrects(PalaceError):
    """Above the house's amount somebody else sets right what a clerk wrote. Carries it in `yuan`."""

    status, code = 409, "another_corrects"
    message = N_("超过%(yuan)s元，要由另一个人更正。")


class NotUnmatched(PalaceError):
    """Money of the printed code whose payment is known, or that went back."""

    status, code = 409, "not_unmatched"
    message = N_("这笔钱已经认领或者退回了。")


class UnitUnclear(PalaceError):
    """No open unit is called so, or several are."""

    status, code = 422, "unit_unclear"
    message = N_("没有找到这个单位，或者不止一个，请填写单位全称。")


class OffTheAccount(PalaceError):
    """What a unit has not settled yet goes back off its account, and nothing else does."""

    status, code = 409, "off_the_account"
    message = N_("单位签单还没有结清的，只能从签单里扣；别的不能。")


class NothingOnAccount(PalaceError):
    """The unit settled it, or it never was on account."""

    status, code = 409, "nothing_on_account"
    message = N_("没有要结清的签单。")


class CodeKnown(PalaceError):
    """The house has a printed code that is called so."""

    status, code = 409, "code_known"
    message = N_("已经有一张叫这个名字的收款码。")
