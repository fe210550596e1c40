"""The money of a place in a class: asked for, come, given back, or not come in time."""

from __future__ import annotations

from palace import clock
from palace.courses.models import Enrolment
from palace.courses.services.ending import end, locked
from palace.courses.services.telling import tell_taken
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db
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


def lapse(enrolment_id: int) -> None:
    """Tidy up a place that was not paid for in time: its member is told, and who waits is asked.

    It is free from that instant on, tidied up or not.
    """
    enrolment = locked(db.session.get_one(Enrolment, enrolment_id))
    now = clock.now()
    if enrolment.state is EnrolmentState.UNPAID and enrolment.has_lapsed(now):
        end(enrolment, EnrolmentState.LAPSED, by="system", now=now)
