"""One thing of a house, what belongs to a payment, and what nobody knows the payment of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select, true

from palace.db import Base, db, literally
from palace.errors import NotFound
from palace.money import Fen
from palace.payments.models import Movement, Payment, Refund
from palace.payments.services.refunding import CORRECTED, SIGNED
from palace.payments.states import Direction, Method
from palace.till.models import OnAccount, PrintedCode, Shift
from palace.venues.queries import at_sites

Sites = Collection[int] | None
Row = TypeVar("Row", bound=Base)


def payment_at(payment_id: int, sites: Sites) -> Payment:
    """Return a payment in the books of these houses.

    Raises:
        NotFound.
    """
    wanted = select(Payment).where(Payment.id == payment_id, at_sites(Payment.site_id, sites))
    return _one(wanted)


def refund_at(refund_id: int, sites: Sites) -> Refund:
    """Return money on its way back from the books of these houses.

    Raises:
        NotFound.
    """
    of = select(Payment.id).where(at_sites(Payment.site_id, sites))
    return _one(select(Refund).where(Refund.id == refund_id, Refund.payment_id.in_(of)))


def movement_at(movement_id: int, sites: Sites) -> Movement:
    """Return money that moved in the books of these houses.

    Raises:
        NotFound.
    """
    here = at_sites(Movement.site_id, sites)
    return _one(select(Movement).where(Movement.id == movement_id, here))


def shift_at(shift_id: int, sites: Sites) -> Shift:
    """Return a shift of these houses.

    Raises:
        NotFound.
    """
    return _one(select(Shift).where(Shift.id == shift_id, at_sites(Shift.site_id, sites)))


def code_at(code_id: int, sites: Sites) -> PrintedCode:
    """Return a printed code of these houses.

    Raises:
        NotFound.
    """
    here = at_sites(PrintedCode.site_id, sites)
    return _one(select(PrintedCode).where(PrintedCode.id == code_id, here))


def _one(wanted: Select[Row]) -> Row:
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).unique().first()
    if found is None:
        raise NotFound
    return found


def movements_of(payment_id: int) -> list[Movement]:
    """Return what came and went for a payment, in order."""
    wanted = select(Movement).where(Movement.payment_id == payment_id).order_by(Movement.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def corrected(movements: Sequence[Movement]) -> set[int]:
    """Return which of some movements were set right by another row."""
    ids = [one.id for one in movements]
    wanted = select(Movement.corrects_id).where(Movement.corrects_id.in_(ids))
    return {one for one in db.session.scalars(wanted) if one is not None}


def on_account(payment_id: int) -> Fen:
    """Return what a unit still has to settle of a payment."""
    wanted = select(_balance()).where(Movement.payment_id == payment_id)
    return Fen(int(db.session.scalar(wanted) or 0))


def _balance() -> ColumnElement[int]:
    """Return what is on account: what came that way, less what was settled or went back off it."""
    of = Movement.method == Method.ACCOUNT
    return func.coalesce(func.sum(SIGNED).filter(of), 0)


def account_of(payment_id: int) -> OnAccount | None:
    """Return the unit's account a payment stands on."""
    return db.session.get(OnAccount, payment_id)


def unmatched(sites: Sites, amount: Fen | None = None) -> list[Movement]:
    """Return money of the printed code that nobody knows the payment of, the oldest first."""
    wanted = select(Movement).where(
        Movement.payment_id.is_(None),
        Movement.direction == literally(Direction.IN),
        Movement.id.not_in(CORRECTED),
        at_sites(Movement.site_id, sites),
        true() if amount is None else Movement.amount == amount,
    )
    return list(db.session.scalars(wanted.order_by(Movement.moved_at, Movement.id)))


def codes_at(sites: Sites) -> list[PrintedCode]:
    """Return the printed codes of houses, in the order they stand in."""
    order = (PrintedCode.site_id, PrintedCode.position, PrintedCode.id)
    wanted = select(PrintedCode).where(at_sites(PrintedCode.site_id, sites)).order_by(*order)
    return list(db.session.scalars(wanted))
