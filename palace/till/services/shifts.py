"""A clerk's shift: begun with cash, closed by counting it, handed over to a cashier who signs.

Who moves money shares the shift's row, who closes it wants it alone: what a 交款单 says is all there was.
It is locked before everything else.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.members.services import note
from palace.money import Fen
from palace.till import queries
from palace.till.errors import NoShift, NotToBeHanded, NotYourOwn, ShiftOpen, ShiftOver
from palace.till.models import Shift
from palace.till.rules import check_counted, expected_cash


def open_shift(*, staff_id: int, site_id: int, begun_with: Fen, by: str, now: datetime) -> Shift:
    """Begin a clerk's shift at a house, with so much cash in the drawer.

    Raises:
        ShiftOpen: the clerk has one.
    """
    new = insert(Shift).values(
        site_id=site_id, staff_id=staff_id, opened_at=now, begun_with=begun_with
    )
    one = new.on_conflict_do_nothing(
        index_elements=[Shift.staff_id], index_where=Shift.closed_at.is_(None)
    )
    shift = db.session.scalars(one.returning(Shift)).first()
    if shift is None:
        raise ShiftOpen
    note("shift_opened", f"shift:{shift.id}", after={"begun_with": begun_with}, actor=by)
    return shift


def my_shift(staff_id: int) -> Shift:
    """Return the shift a clerk is in, kept open until the transaction ends.

    Raises:
        NoShift.
    """
    wanted = select(Shift).where(Shift.staff_id == staff_id, Shift.closed_at.is_(None))
    shared = wanted.with_for_update(read=True, of=Shift).execution_options(populate_existing=True)
    found = db.session.scalars(shared).first()
    if found is None:
        raise NoShift
    return found


def still_open(shift_id: int | None) -> int | None:
    """Return the shift whose drawer a movement was in, kept open; None: it was closed, or there is none."""
    if shift_id is None:
        return None
    wanted = select(Shift.id).where(Shift.id == shift_id, Shift.closed_at.is_(None))
    return db.session.scalar(wanted.with_for_update(read=True))


def close_shift(shift_id: int, *, counted: Fen, why: str | None, by: str, now: datetime) -> Shift:
    """Close a shift by the cash that was counted; whatever moves money in it is over by then.

    Raises:
        ShiftOver: it was closed before.
        WhyDifferent: it is not what has to be there, and nobody says why.
    """
    shift = _locked(shift_id)
    if shift.closed_at is not None:
        raise ShiftOver
    expected = expected_cash(shift.begun_with, queries.sums(shift_id))
    check_counted(counted, expected, why)
    shift.closed_at, shift.counted, shift.expected = now, counted, expected
    shift.why = why if counted != expected else None
    db.session.flush()
    told = {"expected": expected, "counted": counted}
    note("shift_closed", f"shift:{shift.id}", after=told, why=shift.why, actor=by)
    return shift


def hand_over(shift_id: int, *, to: int, by: str, now: datetime) -> Shift:
    """Sign for a closed shift's cash, as another person; repeating changes nothing.

    Raises:
        NotYourOwn: it is who counted it.
        NotToBeHanded: it is open, or somebody else signed.
    """
    shift = _locked(shift_id)
    if shift.staff_id == to:
        raise NotYourOwn
    if shift.handed_to == to:
        return shift
    if shift.closed_at is None or shift.handed_to is not None:
        raise NotToBeHanded
    shift.handed_to, shift.handed_at = to, now
    db.session.flush()
    note("shift_handed", f"shift:{shift.id}", after={"counted": shift.counted}, actor=by)
    return shift


def _locked(shift_id: int) -> Shift:
    wanted = select(Shift).where(Shift.id == shift_id).execution_options(populate_existing=True)
    return db.session.scalars(wanted.with_for_update(of=Shift, key_share=True)).one()
