"""Changing to a parallel class: the one place given back, the other taken, in one action."""

from __future__ import annotations

from palace import clock
from palace.courses import claims
from palace.courses.errors import EnrolmentOver, NotParallel
from palace.courses.models import Enrolment, Offering
from palace.courses.queries import facts as facts_queries
from palace.courses.queries.catalogue import same_fees
from palace.courses.rules import Excuse, Wish
from palace.courses.services import offering
from palace.courses.services.ending import PART, end
from palace.courses.services.enrolling import allowed
from palace.courses.services.telling import subject_of, tell
from palace.courses.states import HOLDING, EnrolmentState
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.payments import services as payments
from palace.security import public_code
from palace.statements import execute_all

SAID_BEFORE = {"age_unknown"}
"""What somebody said for the old place; it is kept nowhere, and the course is the same."""


def move(who: Known, code: str, to_id: int, *, by: str) -> Enrolment:
    """Change a place for one in a parallel class; what was paid stands for the new one.

    Raises:
        NotFound: it is not theirs, or there is no such class.
        EnrolmentOver: it was given back.
        NotParallel: the class is of another course or term, or costs something else.
        ClassFull, RulesFailed: as for anybody who enrols there.
    """
    old, to = facts_queries.enrolment_for(who, code), facts_queries.offering(to_id)
    found, _ = execute_all(
        (members.LOCK, {"member_id": who.id}), claims.locking({old.offering_id, to_id})
    )
    if not found:
        raise NotFound
    old, now = facts_queries.locked_enrolment(old.id), clock.now()
    if old.state_at(now) not in HOLDING:
        raise EnrolmentOver
    if not is_parallel(old.offering, to):
        raise NotParallel
    allowed(_wish(old, who, to), instead_of=old.id, but=SAID_BEFORE)
    new = Enrolment(
        code=public_code(),
        offering_id=to.id,
        offering=to,
        member_id=old.member_id,
        companion_id=old.companion_id,
        person=old.person,
        state=old.state,
        channel=old.channel,
        fee=old.fee,
        material_fee=old.material_fee,
        face_fee=old.face_fee,
        fund=old.fund,
        unit_id=old.unit_id,
        sector=old.sector,
        held_until=old.held_until,
        enrolled_at=now,
        excused_by=old.excused_by,
        excused_why=old.excused_why,
    )
    db.session.add(new)
    db.session.flush()
    payments.hand_over(PART, old.id, new.id)
    offering.taken(new, now)
    end(old, EnrolmentState.MOVED, by=by, now=now)
    tell("class_moved", new, now)
    note("enrolment_moved", subject_of(new), after={"offering": to.id}, actor=by)
    return new


def is_parallel(one: Offering, other: Offering) -> bool:
    """Return whether one class may be changed for another."""
    same = (one.course_id, one.term_id) == (other.course_id, other.term_id)
    return same and one.id != other.id and same_fees(one, other)


def _wish(old: Enrolment, who: Known, to: Offering) -> Wish:
    excused = (
        Excuse(by=old.excused_by, why=old.excused_why)
        if old.excused_by and old.excused_why
        else None
    )
    return Wish(
        offering_id=to.id,
        member=who,
        companion_id=old.companion_id,
        channel=old.channel,
        excused=excused,
    )
