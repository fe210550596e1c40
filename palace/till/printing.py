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
from palace.payments.states import METHOD_WORDS, Direction
from palace.review.queries import names_of
from palace.tickets.printing import LANG
from palace.till import queries
from palace.till.models import Shift
from palace.till.rules import PART_WORDS, Sum
from palace.venues.models import Site


def slip(movement: Movement, payment: Payment, *, roll: bool) -> Job:
    """Return the receipt of money that came, void where it was set right, or the slip of what went back."""
    came = movement.direction is Direction.IN
    return _job(
        "till/paper/receipt.html" if came else "till/paper/paid_back.html",
        gettext("收款凭证") if came else gettext("退款凭证"),
        roll=roll,
        site=db.session.get_one(Site, movement.site_id),
        movement=movement,
        number=slip_number(movement),
        capitals=in_capitals(movement.amount),
        found=queries.described([payment])[0],
        clerk=names_of([movement.by]).get(movement.by, ""),
        void=bool(queries.corrected([movement])),
    )


def slip_number(movement: Movement) -> str:
    """Return what stands on the paper of money that moved: its receipt's number, or its refund's."""
    return receipt_number(movement.book_year, movement.receipt) or f"T{movement.refund_id:06d}"


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
