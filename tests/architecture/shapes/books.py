"""Answers about the books: invoices, days matched, money that has to go back."""

from __future__ import annotations

from palace.books import rules
from palace.books.forms import FIXED
from palace.books.states import Field, InvoiceState, Payer, Source
from palace.payments.states import RefundReason, RefundState, Review
from tests.architecture.shapes.kinds import (
    DAY,
    FEN,
    INSTANT,
    NUMBER,
    TEXT,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

SIGNED = {"type": "integer", "description": "fen, less than nothing for money that went"}
WAITING = dict.fromkeys(
    (
        "requested",
        "batched",
        "failed",
        "held",
        "asked",
        "counter",
        "reviews",
        "differences",
    ),
    NUMBER,
)
BOOKS = {
    "Invoice": exactly(
        request=NUMBER,
        payment=NUMBER,
        state=one_of(InvoiceState),
        payer=one_of(Payer),
        title=TEXT,
        tax_number=maybe(TEXT),
        amount=FEN,
        asked_at=INSTANT,
        number=maybe(TEXT),
        issued_on=maybe(DAY),
        reversed_on=maybe(DAY),
    ),
    "Invoices": exactly(
        payments=each(
            exactly(
                payment=NUMBER,
                what=TEXT,
                amount=FEN,
                paid_at=maybe(INSTANT),
                invoice=maybe(known("Invoice")),
            )
        )
    ),
    "ToInvoice": exactly(payment=NUMBER, what=TEXT, amount=FEN, invoice=maybe(known("Invoice"))),
    "Books": exactly(
        waiting=exactly(**WAITING),
        subsidies=each(exactly(fund=TEXT, tickets=NUMBER, places=NUMBER, amount=FEN)),
    ),
    "InvoiceBatches": exactly(
        batches=each(exactly(batch=NUMBER, made_at=INSTANT, requests=NUMBER, waiting=NUMBER))
    ),
    "NumbersRead": exactly(
        good=NUMBER,
        lines=each(exactly(line=NUMBER, request=TEXT, outcome=one_of(rules.Outcome))),
    ),
    "InvoiceColumns": exactly(
        columns=each(exactly(heading=TEXT, what=one_of([*Field, FIXED]), fixed=TEXT))
    ),
    "Matched": exactly(day=DAY, differences=NUMBER),
    "Difference": exactly(
        difference=NUMBER,
        day=DAY,
        source=one_of(Source),
        subject=TEXT,
        ours=SIGNED,
        theirs=SIGNED,
        settled_at=maybe(INSTANT),
        why=maybe(TEXT),
    ),
    "ProviderRead": exactly(new=maybe(NUMBER), wrong=each(NUMBER), differences=maybe(NUMBER)),
    "TriedAgain": exactly(tried=NUMBER),
    "Refund": exactly(
        refund=NUMBER,
        payment=NUMBER,
        amount=FEN,
        state=one_of(RefundState),
        reason=one_of(RefundReason),
        owed_at=INSTANT,
        failure=maybe(TEXT),
        why=maybe(TEXT),
    ),
    "PaymentTold": exactly(
        payment=NUMBER,
        what=TEXT,
        amount=FEN,
        paid_at=maybe(INSTANT),
        review=maybe(one_of(Review)),
    ),
    "PaymentsToLookInto": exactly(payments=each(known("PaymentTold"))),
}
