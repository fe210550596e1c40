"""What the pages of the books share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, request

from palace.books import reading
from palace.books.forms import TableForm
from palace.books.models import InvoiceRequest
from palace.books.reading import Table
from palace.clock import iso
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import Form
from palace.members.rules import Role
from palace.web import checked, pass_on, wants_json

BOOKS = (Role.FINANCE, Role.ADMIN)
"""Who keeps the books: of all houses, as finance is no site's."""
DESK = "/staff/books"

bp = Blueprint("books", __name__)


def done(form: Form, act: Callable[[], str], *, page: Callable[..., Any], to: str) -> Any:
    """Do one step in a transaction and go on; what was refused stands on the page again.

    Args:
        act: does it and returns what is said of it.
        page: answers with the page, given the refusal there was.
        to: where it goes on.
    """
    try:
        checked(form)
        with transaction():
            said = act()
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return page(refusal)
    if wants_json():
        return page(None)
    flash(said)
    return redirect(to, 303)


def table_of(form: TableForm) -> Table:
    """Return the table that was sent; from here on it stands in the form, to be sent again.

    Raises:
        TableMissing, TableUnreadable.
    """
    file = request.files.get("file")
    sent = cast("BinaryIO", file.stream) if file is not None and file.filename else None
    lines = reading.table(sent, form.lines.data or "")
    form.lines.data = reading.as_pasted(lines)
    return lines


def told(one: InvoiceRequest) -> dict[str, Any]:
    """Return a request for programs."""
    return {
        "request": one.id,
        "payment": one.payment_id,
        "state": one.state,
        "payer": one.payer,
        "title": one.title,
        "tax_number": one.tax_number,
        "amount": one.amount,
        "asked_at": iso(one.asked_at),
        "number": one.number,
        "issued_on": one.issued_on and one.issued_on.isoformat(),
        "reversed_on": one.reversed_on and one.reversed_on.isoformat(),
    }
