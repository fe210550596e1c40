"""Print jobs of a till: receipts (收款凭证，不作报销凭证), slips of money paid back, a shift's 交款单."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.db import db
from palace.money import in_capitals
from palace.paper import Job
from palace.payments.models import Movement, Payment
from palace.payments.rules import receipt_number
from palace.payments.states import METHOD_WORDS, Direction, Method
from palace.review.queries import names_of
from palace.tickets.printing import LANG
from palace.till import queries
from palace.till.models import OnAccount, Shift
from palace.till.rules import PART_WORDS, Sum
from palace.venues.models import Site


def slip(movement: Movement, payment: Payment, *, roll: bool) -> Job:
    """Return the paper of money that moved, void where it was set right: a receipt, a slip of what went back.

    What a unit took on account has a slip to be signed instead: its receipt is of the money, once it came.
    """
    template, title = _paper_of(movement)
    return _job(
        template,
        title,
        roll=roll,
        site=db.session.get_one(Site, movement.site_id),
        movement=movement,
        number=slip_number(movement),
        capitals=in_capitals(movement.amount),
        found=queries.described([payment])[0],
        account=db.session.get(OnAccount, payment.id),
        clerk=names_of([movement.by]).get(movement.by, ""),
        void=bool(queries.corrected([movement])),
    )


def _paper_of(movement: Movement) -> tuple[str, str]:
    if movement.direction is Direction.OUT:
        return "till/paper/paid_back.html", gettext("退款凭证")
    if movement.method is Method.ACCOUNT:
        return "till/paper/on_account.html", gettext("单位签单")
    return "till/paper/receipt.html", gettext("收款凭证")


def slip_number(movement: Movement) -> str:
    """Return what stands on its paper: a receipt's number, a refund's, a payment's on account; else ""."""
    if movement.refund_id is not None:
        return f"T{movement.refund_id:06d}"
    if movement.method is Method.ACCOUNT and movement.direction is Direction.IN:
        return f"Q{movement.payment_id:06d}"
    return receipt_number(movement.book_year, movement.receipt)


def handover(
    shift: Shift,
    sums: Sequence[Sum],
    receipts: Sequence[tuple[int, int, int]],
    corrections: Sequence[queries.Correction],
    *,
    site: Site,
    cashier: str,
) -> Job:
    """Return a closed shift's sheet, to be signed by its clerk and the cashier.

    What was set right after its drawer was counted is none of it: it says what both signed for.
    """
    numbers = [
        (receipt_number(year, first), receipt_number(year, last)) for year, first, last in receipts
    ]
    return _job(
        "till/paper/handover.html",
        gettext("交款单"),
        roll=False,
        site=site,
        shift=shift,
        sums=sums,
        receipts=numbers,
        corrections=corrections,
        number_of=slip_number,
        cashier=cashier,
    )


def _job(template: str, title: str, *, roll: bool, **values: Any) -> Job:
    lang = LANG[words.language()]
    html = render_template(
        template,
        title=title,
        lang=lang,
        roll=roll,
        method_words=METHOD_WORDS,
        part_words=PART_WORDS,
        **values,
    )
    return Job(printing.covered(html), title, lang, roll=roll)
