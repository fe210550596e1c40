"""What states money passes through, and the words of its ways."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


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


class RefundState(StrEnum):
    """How far money is on its way back.

    `OWED`: nobody sent it yet. `HELD`: an issued invoice has to be reversed first (冲红). `ASKED`: a second
    person has to agree. `SENT`: the provider was asked, its answer is not here. `PENDING`: it said yes, the
    money is on its way. `COUNTER`: it is fetched at the counter, as the provider can or will not.
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

GRACE = timedelta(minutes=1)
"""What is paid for is kept so much longer than a deadline says: the money may be under way."""


class Review(StrEnum):
    """Why somebody has to look into a payment.

    `DIFFERS`: other money came than was asked for. `TWICE`: it was paid two ways. `ELSEWHERE`: money went
    back that nobody here sent. `FAILED`: what had to go back did not.
    """

    DIFFERS = "differs"
    CURRENCY = "currency"
    TWICE = "twice"
    ELSEWHERE = "elsewhere"
    FAILED = "failed"
    DISPUTED = "disputed"
