"""Money asked for, received, owed back: what parts call."""

from palace.payments.backends.base import takes_online
from palace.payments.services.asking import (
    Said,
    ask,
    close,
    find,
    hand_over,
    kind_told,
    lower,
    said,
    told,
)
from palace.payments.services.digits import give_digits
from palace.payments.services.facts import Until, apply_facts, keep_until
from palace.payments.services.ladders import back_at, find_ladder, ladder_text, ladders, steps_of
from palace.payments.services.pages import close_pages, close_pages_of, open_page
from palace.payments.services.receipts import number_receipt
from palace.payments.services.receiving import check_no_page, has_page, on_paid, receive, take
from palace.payments.services.refunding import left, owe, owe_all, would_owe
from palace.payments.services.returning import (
    agree_refund,
    drop_refund,
    invoice_reversed,
    invoiced,
    may_drop,
    pay_back,
    propose_refund,
    second_above,
    try_again,
)
from palace.payments.services.reviewing import looked_into
from palace.payments.services.standing import refunds_of, stands, told_beside
from palace.payments.services.stating import Seen, state_page, unasked
from palace.payments.services.tending import look_at, send_refunds, tend_pages

__all__ = [
    "Said",
    "Seen",
    "Until",
    "agree_refund",
    "apply_facts",
    "ask",
    "back_at",
    "check_no_page",
    "close",
    "close_pages",
    "close_pages_of",
    "drop_refund",
    "find",
    "find_ladder",
    "give_digits",
    "hand_over",
    "has_page",
    "invoice_reversed",
    "invoiced",
    "keep_until",
    "kind_told",
    "ladder_text",
    "ladders",
    "left",
    "look_at",
    "looked_into",
    "lower",
    "may_drop",
    "number_receipt",
    "on_paid",
    "open_page",
    "owe",
    "owe_all",
    "pay_back",
    "propose_refund",
    "receive",
    "refunds_of",
    "said",
    "second_above",
    "send_refunds",
    "stands",
    "state_page",
    "steps_of",
    "take",
    "takes_online",
    "tend_pages",
    "told",
    "told_beside",
    "try_again",
    "unasked",
    "would_owe",
]
