"""The money of a place in a class: asked for, come, given back, or not come in time."""

from __future__ import annotations

from sqlalchemy import select

from palace import clock
from palace.courses.models import Enrolment
from palace.courses.services.ending import end, locked
from palace.courses.services.telling import tell_taken
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db, literally
from palace.members.services import note


def settle_paid(enrolment_id: int) -> bool:
    """Confirm a place whose money came; return whether it could be.

    Called by payments through `on_paid`. False: it lapsed before, was given back, or its class was called
    off, so the money is to be given back.
    """
    enrolment = locked(db.session.get_one(Enrolment, enrolment_id))
    now = clock.now()
    if enrolment.state is EnrolmentState.CONFIRMED:
        return True
    if enrolment.state is not EnrolmentState.UNPAID:
        return False
    if enrolment.has_lapsed(now):
        end(enrolment, EnrolmentState.LAPSED, by="system", now=now)
        return False
    if enrolment.offering.state is OfferingState.CANCELLED:
        return False
    enrolment.state, enrolment.held_until = EnrolmentState.CONFIRMED, None
    db.session.flush()
    tell_taken(enrolment, now)
    note("enrolment_paid", f"enrolment:{enrolment.id}", after={"state": enrolment.state})
    return True


def lapse(limit: int) -> int:
    """Tidy up places that were not paid for in time, so many at most; return how many.

    They are free from that instant on, tidied up or not: this tells their members, and who waits.
    """
    now = clock.now()
    overdue = select(Enrolment).where(
        Enrolment.state == literally(EnrolmentState.UNPAID), Enrolment.held_until <= now
    )
    found = list(db.session.scalars(overdue.order_by(Enrolment.held_until).limit(limit)))
    for one in found:
        enrolment = locked(one)
        if enrolment.has_lapsed(clock.now()):
            end(enrolment, EnrolmentState.LAPSED, by="system", now=clock.now())
    return len(found)
