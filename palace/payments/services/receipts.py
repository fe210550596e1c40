"""Numbers of receipts: one book a site and year, without gaps."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from palace.clock import palace_day
from palace.db import db
from palace.payments.models import Movement, ReceiptBook
from palace.payments.states import Method


def number_receipt(movement: Movement) -> None:
    """Give money that moved the next number of its site's book; one that has a number keeps it.

    What a unit settles later (签单) is no money yet: it has its number once it came. The book is locked
    until the transaction ends, last of all locks: what is rolled back leaves no gap.
    """
    if movement.receipt is not None or movement.method is Method.ACCOUNT:
        return
    year = palace_day(movement.moved_at).year
    book = insert(ReceiptBook).values(site_id=movement.site_id, year=year, last=1)
    following = book.on_conflict_do_update(
        index_elements=[ReceiptBook.site_id, ReceiptBook.year], set_={"last": ReceiptBook.last + 1}
    ).returning(ReceiptBook.last)
    movement.book_year, movement.receipt = year, db.session.execute(following).scalar_one()
    db.session.flush()
