"""The money of a place in a class: asked for, come, given back, or not come in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from palace import clock
from palace.courses import claims
from palace.courses.models import Enrolment
from palace.courses.queries import facts
from palace.courses.rules import free_places, is_kept
from palace.courses.services.ending import end, locked
from palace.courses.services.telling import tell_taken, titles
from palace.courses.states import HOLDING, EnrolmentState, OfferingState
from palace.db import db
from palace.members.services import note
from palace.payments.services import Said, Until


def settle_paid(enrolment_id: int) -> bool:
    """Confirm a place whose money came; return whether it could be.

    Called by payments through `on_paid`. Late money takes the place where it is still free and nobody waits.
    False: it is somebody else's, was given back, or its class was called off, so the money is to go back.
    """
    enrolment = locked(db.session.get_one(Enrolment, enrolment_id))
    now = clock.now()
    if enrolment.state is EnrolmentState.CONFIRMED:
        return True
    if enrolment.state not in (EnrolmentState.UNPAID, EnrolmentState.LAPSED):
        return False
    if enrolment.offering.state is OfferingState.CANCELLED:
        return False
    if enrolment.state_at(now) is EnrolmentState.LAPSED and not _still_free(enrolment, now):
        if enrolment.state is EnrolmentState.UNPAID:
            end(enrolment, EnrolmentState.LAPSED, by="system", now=now)
        return False
    enrolment.state, enrolment.held_until = EnrolmentState.CONFIRMED, None
    enrolment.ended_at = enrolment.ended_by = None
    db.session.flush()
    tell_taken(enrolment, now)
    note("enrolment_paid", f"enrolment:{enrolment.id}", after={"state": enrolment.state})
    return True


def _still_free(enrolment: Enrolment, now: datetime) -> bool:
    """Return whether a place that lapsed is nobody's, wanted by nobody, and its person has no other there."""
    of, taken = enrolment.offering, claims.taken(enrolment.offering_id)
    again = select(Enrolment.id).where(
        Enrolment.offering_id == of.id,
        Enrolment.member_id == enrolment.member_id,
        Enrolment.person == enrolment.person,
        Enrolment.state.in_(HOLDING),
        Enrolment.id != enrolment.id,
    )
    kept = of.in_person if is_kept(of.in_person_until, now) else 0
    last = max((one.ends_at for one in facts.planned_of(of.id)), default=None)
    return (
        free_places(of.places, kept, taken, enrolment.channel) > 0
        and not taken.waiting
        and (last is None or now < last)
        and db.session.scalar(again) is None
    )


def keep_until(enrolment_id: int, until: Until) -> bool:
    """Keep an unpaid place until an instant; return whether it was kept still.

    Called by payments while a provider's page is open by which its money may come.
    """
    enrolment = locked(db.session.get_one(Enrolment, enrolment_id))
    if enrolment.state_at(clock.now()) is not EnrolmentState.UNPAID:
        return False
    instant = until()
    if instant is None:
        return False
    enrolment.held_until = instant
    db.session.flush()
    return True


def lapse(enrolment_id: int) -> None:
    """Tidy up a place that was not paid for in time: its member is told, and who waits is asked.

    It is free from that instant on, tidied up or not.
    """
    enrolment = locked(db.session.get_one(Enrolment, enrolment_id))
    now = clock.now()
    if enrolment.state is EnrolmentState.UNPAID and enrolment.has_lapsed(now):
        end(enrolment, EnrolmentState.LAPSED, by="system", now=now)


def say(enrolment_ids: Sequence[int]) -> dict[int, Said]:
    """Return what places in classes are, in words; called by payments through `said`."""
    found = db.session.scalars(select(Enrolment).where(Enrolment.id.in_(enrolment_ids)))
    return {
        one.id: Said(**titles(one.offering), path=f"/enrolments/{one.code}")
        for one in found.unique()
    }
