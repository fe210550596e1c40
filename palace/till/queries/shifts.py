"""A clerk's shift: what came and went in it, and its receipts."""

from __future__ import annotations

from sqlalchemy import func, select

from palace.db import db, literally
from palace.money import Fen
from palace.payments.models import Movement
from palace.payments.states import Direction, Method
from palace.till.models import Shift
from palace.till.rules import Sum


def open_shift(staff_id: int) -> Shift | None:
    """Return the shift a clerk is in."""
    wanted = select(Shift).where(Shift.staff_id == staff_id, Shift.closed_at.is_(None))
    return db.session.scalars(wanted).first()


def sums(shift_id: int) -> list[Sum]:
    """Return what came and went in a shift, by each way of money, corrections taken off where they stand."""
    came, went = (Movement.direction == literally(one) for one in (Direction.IN, Direction.OUT))
    amount = func.coalesce(func.sum(Movement.amount).filter(came), 0)
    back = func.coalesce(func.sum(Movement.amount).filter(went), 0)
    wanted = (
        select(
            Movement.method,
            amount,
            func.count().filter(came),
            back,
            func.count().filter(went),
        )
        .where(Movement.shift_id == shift_id)
        .group_by(Movement.method)
    )
    found = {Method(row[0]): row for row in db.session.execute(wanted)}
    return [
        Sum(
            method=method,
            came=Fen(int(found[method][1])),
            came_count=found[method][2],
            went=Fen(int(found[method][3])),
            went_count=found[method][4],
        )
        for method in Method
        if method in found
    ]


def receipts_of(shift_id: int) -> list[tuple[int, int, int]]:
    """Return year, first and last number of a shift's receipts."""
    wanted = (
        select(Movement.book_year, func.min(Movement.receipt), func.max(Movement.receipt))
        .where(Movement.shift_id == shift_id, Movement.receipt.is_not(None))
        .group_by(Movement.book_year)
        .order_by(Movement.book_year)
    )
    return [(year or 0, first or 0, last or 0) for year, first, last in db.session.execute(wanted)]
