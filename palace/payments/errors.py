"""Refusals of money."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class MoreThanCame(PalaceError):
    """More would go back than came."""

    status, code = 409, "more_than_came"
    message = N_("退的钱超过了收到的，请核对后再退。")


class PaidMeanwhile(PalaceError):
    """The money came another way; it is not taken twice."""

    status, code = 409, "paid_meanwhile"
    message = N_("这笔钱已经付过了，不会再收一次。")


class OnItsWay(PalaceError):
    """Somebody paid at a provider's page; the money is on its way."""

    status, code = 409, "money_on_its_way"
    message = N_("网上已经付款，钱正在路上。请等几分钟再看。")


class PageOpen(PalaceError):
    """A provider's page is open by which somebody may still pay."""

    status, code = 409, "page_open"
    message = N_("网上付款页还开着，一时关不掉。为免付两次，请稍后再试；一直关不掉，由财务核实。")


class NotAsked(PalaceError):
    """Nothing is to be paid for it any more."""

    status, code = 409, "not_asked"
    message = N_("这笔钱已经不用付了。")


class OtherAmount(PalaceError):
    """Not the amount that is asked for. Carries it in `yuan`."""

    status, code = 409, "other_amount"
    message = N_("金额不对，应收%(yuan)s元。")


class NoLongerKept(PalaceError):
    """What is to be paid for is not kept any more; no money is taken for it."""

    status, code = 409, "no_longer_kept"
    message = N_("没有及时付款，已经不再保留，不能收这笔钱。")


class SlipKnown(PalaceError):
    """A slip's number was written down for other money before."""

    status, code = 409, "slip_known"
    message = N_("这个单号已经记过一笔，请核对。")


class ProviderAway(PalaceError):
    """A provider cannot be reached; the counter takes the money."""

    status, code = 503, "provider_away"
    message = N_("网上付款暂时用不了，位子照样保留，可以到售票处付款。")


class OtherPersonNeeded(PalaceError):
    """Who asked that money goes back does not agree to it too."""

    status, code = 409, "other_person_needed"
    message = N_("要由另一个人同意。")


class InvoiceFirst(PalaceError):
    """An invoice is made for it, or was issued; it has to be reversed before money goes back."""

    status, code = 409, "invoice_first"
    message = N_("发票正在开或者已经开了，要先冲红或者撤下才能退款。")


class NotToBePaid(PalaceError):
    """A refund that went, is on its way, or waits for somebody."""

    status, code = 409, "refund_not_to_be_paid"
    message = N_("这笔退款已经退了或者正在办，不能再退一次。")


class Disputed(PalaceError):
    """The payer's bank asks for the money; nothing of it is given back until that is over."""

    status, code = 409, "payment_disputed"
    message = N_("付款人向银行提出了异议，先不能退。")


class PageAnswers(PalaceError):
    """No page is open, or its provider itself says what became of it."""

    status, code = 409, "page_answers"
    message = N_("这笔钱没有问不到结果的付款页，不用人工核实。")
