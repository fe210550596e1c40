"""What states money passes through, and the words of its ways."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from palace.text import N_


class Backend(StrEnum):
    """Who takes money: the counter, or a provider; free things never come here."""

    COUNTER = "counter"
    STRIPE = "stripe"


class Method(StrEnum):
    """How money changes hands; `CODE` is the house's printed 收款码, `ACCOUNT` a unit's transfer later."""

    CASH = "cash"
    POS = "pos"
    CODE = "code"
    TRANSFER = "transfer"
    ACCOUNT = "account"
    ONLINE = "online"


METHOD_WORDS: dict[str, str] = {
    Method.CASH: N_("现金"),
    Method.POS: N_("刷卡"),
    Method.CODE: N_("扫收款码"),
    Method.TRANSFER: N_("转账"),
    Method.ACCOUNT: N_("单位签单"),
    Method.ONLINE: N_("网上"),
}
"""What people read of how money changes hands."""


class Direction(StrEnum):
    """Whether money came or went."""

    IN = "in"
    OUT = "out"


class AttemptState(StrEnum):
    """What became of a page of a provider where somebody may pay.

    `STARTING`: asked for, the answer is not here; the same bytes are sent again. `PROCESSING`: the buyer
    is done, the money is on its way.
    """

    STARTING = "starting"
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"


OPEN_ATTEMPTS = (AttemptState.STARTING, AttemptState.OPEN, AttemptState.PROCESSING)
"""Pages by which money may still come: what they are for is kept."""


class RefundReason(StrEnum):
    """Why money goes back."""

    RETURNED = "returned"
    CANCELLED = "cancelled"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    LATE = "late"
    TOO_MUCH = "too_much"
    GOODWILL = "goodwill"


NOT_WANTED = (RefundReason.LATE, RefundReason.TOO_MUCH)
"""Of money that was never for what is sold: no invoice is of it."""


class RefundState(StrEnum):
    """How far money is on its way back.

    `OWED`: nobody sent it yet. `HELD`: an invoice of it is made, or has to be reversed first (冲红).
    `ASKED`: a second person has to agree. `SENT`: the provider was asked, its answer is not here. `PENDING`:
    it said yes, the money is on its way. `COUNTER`: it is fetched at the counter, as the provider can or
    will not.
    """

    OWED = "owed"
    HELD = "held"
    ASKED = "asked"
    SENT = "sent"
    PENDING = "pending"
    COUNTER = "counter"
    FAILED = "failed"
    DONE = "done"
    DROPPED = "dropped"


UNPAID_REFUNDS = tuple(
    state for state in RefundState if state not in (RefundState.DONE, RefundState.DROPPED)
)

REFUND_WORDS: dict[str, str] = {
    RefundState.OWED: N_("原路退回，正在办"),
    RefundState.HELD: N_("等发票冲红"),
    RefundState.ASKED: N_("等第二个人同意"),
    RefundState.SENT: N_("原路退回，正在办"),
    RefundState.PENDING: N_("原路退回，钱在路上"),
    RefundState.COUNTER: N_("到柜台领"),
    RefundState.FAILED: N_("没退成，可以到柜台领"),
    RefundState.DONE: N_("已退"),
    RefundState.DROPPED: N_("不退了"),
}
"""What people read of how far money is on its way back."""

GRACE = timedelta(minutes=1)
"""What is paid for is kept so much longer than a deadline says: the money may be under way."""


LONG_OVER = timedelta(hours=1)
"""So long after its own end a page still counts as open only because its provider cannot be asked of it."""


class Review(StrEnum):
    """Why somebody has to look into a payment.

    `DIFFERS`: other money came than was asked for. `TWICE`: it was paid two ways. `ELSEWHERE`: money went
    back that nobody here sent. `FAILED`: what had to go back did not. `UNASKED`: a page is open whose
    provider cannot be asked any more.
    """

    DIFFERS = "differs"
    CURRENCY = "currency"
    TWICE = "twice"
    ELSEWHERE = "elsewhere"
    FAILED = "failed"
    DISPUTED = "disputed"
    UNASKED = "unasked"


REVIEW_WORDS: dict[str, str] = {
    Review.DIFFERS: N_("付的和要付的不一样"),
    Review.CURRENCY: N_("币种不对"),
    Review.TWICE: N_("付了两次"),
    Review.ELSEWHERE: N_("在支付平台上退过"),
    Review.FAILED: N_("没退成"),
    Review.DISPUTED: N_("付款人向银行提出异议"),
    Review.UNASKED: N_("网上付款页问不到结果"),
}
"""What people read of why a payment has to be looked into."""
