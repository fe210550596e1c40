"""A clerk's shift: what came and went in it, what was set right of it, and its receipts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, func, or_, select
from sqlalchemy.orm import aliased

from palace.db import db, literally
from palace.money import Fen
from palace.payments.models import Movement
from palace.payments.states import Direction, Method
from palace.till.models import Shift
from palace.till.rules import Sum


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What was set right: the row as it was written, the one that took it off, and how it was."""

    was: Movement
    off: Movement
    now: Movement

    @property
    def settles(self) -> bool:
        """Return whether nothing was wrong: a unit settled what it had taken on account."""
        return self.was.method is Method.ACCOUNT


def open_shift(staff_id: int) -> Shift | None:
    """Return the shift a clerk is in."""
    wanted = select(Shift).where(Shift.staff_id == staff_id, Shift.closed_at.is_(None))
    return db.session.scalars(wanted).first()


def sums(shift_id: int) -> list[Sum]:
    """Return what came and went in a shift by each way of money, as it was: what was wrong counts once.

    Where a unit settles an earlier shift's account, nothing goes, and what stays on it does not come.
    """
    came, went = (Movement.direction == literally(one) for one in (Direction.IN, Direction.OUT))
    off, first = aliased(Movement), aliased(Movement)
    wrong = select(off.corrects_id).where(off.shift_id == shift_id, off.corrects_id.is_not(None))
    of_here = or_(Movement.original_id.is_(None), first.shift_id == shift_id)
    wanted = (
        select(
            Movement.method,
            func.coalesce(func.sum(Movement.amount).filter(came), 0),
            func.count().filter(came),
            func.coalesce(func.sum(Movement.amount).filter(went), 0),
            func.count().filter(went),
        )
        .outerjoin(first, first.id == Movement.original_id)
        .where(
            Movement.shift_id == shift_id,
            Movement.corrects_id.is_(None),
            Movement.id.not_in(wrong),
            or_(Movement.method != Method.ACCOUNT, of_here),
        )
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


def corrections(shift_id: int) -> list[Correction]:
    """Return what was set right in a shift, or of it after its drawer was counted (`off.shift_id` None)."""
    was, off, right, after = (aliased(Movement) for _ in range(4))
    following = (
        select(func.min(after.id))
        .where(after.original_id == off.original_id, after.corrects_id.is_(None), after.id > off.id)
        .scalar_subquery()
    )
    wanted = (
        select(was, off, right)
        .join(off, off.corrects_id == was.id)
        .join(right, right.id == following)
        .where(off.id.in_(_offs(shift_id)))
        .order_by(off.id)
    )
    return [Correction(was=one, off=by, now=so) for one, by, so in db.session.execute(wanted)]


def _offs(shift_id: int) -> CompoundSelect[int]:
    """Select what took something off in a shift, or of a shift after it was counted."""
    first = aliased(Movement)
    off = select(Movement.id).where(Movement.corrects_id.is_not(None))
    here = off.where(Movement.shift_id == shift_id)
    of = off.join(first, first.id == Movement.original_id).where(first.shift_id == shift_id)
    return here.union(of.where(Movement.shift_id.is_(None)))


def receipts_of(shift_id: int) -> list[tuple[int, int, int]]:
    """Return year, first and last number of a shift's receipts."""
    wanted = (
        select(Movement.book_year, func.min(Movement.receipt), func.max(Movement.receipt))
        .where(Movement.shift_id == shift_id, Movement.receipt.is_not(None))
        .group_by(Movement.book_year)
        .order_by(Movement.book_year)
    )
    return [(year or 0, first or 0, last or 0) for year, first, last in db.session.execute(wanted)]
