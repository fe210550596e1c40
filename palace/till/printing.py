"""Receipts (收款凭证，不作报销凭证) and the sheet a shift is handed over with (交款单), as print jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.paper import Job
from palace.payments.models import Movement
from palace.tickets.printing import LANG
from palace.till.models import Shift
from palace.till.queries import Found
from palace.till.rules import METHOD_WORDS, PART_WORDS, Sum
from palace.venues.models import Site


def receipt_number(year: int | None, number: int | None) -> str:
    """Return a receipt's number as it is printed: 2026-000012."""
    return f"{year}-{number:06d}" if number is not None else ""


def receipt(
    movement: Movement, found: Found, *, site: Site, clerk: str, void: bool, roll: bool
) -> Job:
    """Return the receipt of money that came; one that was set right says so."""
    return _job(
        "till/paper/receipt.html",
        gettext("收款凭证"),
        roll=roll,
        site=site,
        movement=movement,
        number=receipt_number(movement.book_year, movement.receipt),
        found=found,
        clerk=clerk,
        void=void,
    )


def handover(
    shift: Shift,
    sums: Sequence[Sum],
    receipts: Sequence[tuple[int, int, int]],
    *,
    site: Site,
    cashier: str,
) -> Job:
    """Return a closed shift's sheet, to be signed by its clerk and the cashier."""
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
