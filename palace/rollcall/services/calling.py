"""Calling a roll: what phones say is kept, each once; what staying away leads to follows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.facts import class_rules
from palace.courses.states import HOLDING, SessionState
from palace.db import db
from palace.errors import NotFound
from palace.members.services import note
from palace.rollcall import claims, rules
from palace.rollcall.errors import NotInClass
from palace.rollcall.models import AttendanceMark
from palace.rollcall.queries import roll
from palace.rollcall.rules import Fact, Mark, Saying, Tally
from palace.rollcall.services.absences import Outcome, follow

SCAN = "scan"


@dataclass(frozen=True, kw_only=True)
class Called:
    """A session's roll after somebody said something, and what followed from it."""

    tally: Tally
    outcome: Outcome
    repeated: bool = False


def call_roll(class_session: ClassSession, saying: Saying, *, by: str) -> Called:
    """Keep what a phone says of a session's people; saying it again changes nothing.

    A phone that was without a network may name who was not in the class by then: of them nothing is kept.
    Whoever has stayed away too often loses the place with it, and has a strike.

    Raises:
        NotFound: somebody is not of this class.
        SessionOff, RollEarly: it is not the time.
    """
    those = _locked(class_session, saying.said)
    if len(those) < len(saying.said):
        raise NotFound
    now = clock.now()
    _check_open(class_session, now)
    marked = roll.marked_by(class_session.id, saying.opened_at)
    opens, ends = opens_at(class_session), class_session.ends_at
    here = {one.id for one in those if rules.is_on_roll(one.enrolled_at, one.ended_at, opens, ends)}
    facts = [one for one in rules.facts_of(saying, marked, now) if one.enrolment_id in here]
    kept = _keep(class_session, facts, saying.device, saying.sequence, by=by, now=now)
    outcome = follow(those, now) if kept else Outcome()
    told = tally_of(class_session)
    if kept:
        after = {"present": told.came, "absent": told.absent, "excused": told.excused}
        note("roll_called", subject_of(class_session), after=after, actor=by)
    return Called(tally=told, outcome=outcome, repeated=bool(facts) and not kept)


def sign_in(class_session: ClassSession, member_id: int, *, by: str) -> list[Enrolment]:
    """Mark a member who scanned the class's code as there, with whom they brought; again changes nothing.

    Raises:
        NotInClass: they have no place in the class.
        SessionOff, RollEarly, SignInOver: it is not the time.
    """
    ids = [one.id for one in roll.of_member(class_session.offering_id, member_id)]
    those = [one for one in _locked(class_session, ids) if one.state in HOLDING]
    if not those:
        raise NotInClass
    now = clock.now()
    rules.check_sign_in(
        opens_at(class_session),
        class_session.ends_at,
        planned=class_session.state is SessionState.PLANNED,
        now=now,
    )
    came = 0
    for one in those:
        fact = [Fact(one.id, Mark.PRESENT, now)]
        came += _keep(class_session, fact, f"{SCAN}:{one.id}", class_session.id, by=by, now=now)
    if came:
        follow(those, now)
        note("class_signed_in", subject_of(class_session), after={"count": came}, actor=by)
    return those


def opens_at(class_session: ClassSession) -> datetime:
    """Return from when on a session's roll is called and its code signs in."""
    figures = class_rules(class_session.offering.term.site_id)
    return class_session.starts_at - timedelta(minutes=figures.sign_in_minutes)


def tally_of(class_session: ClassSession) -> Tally:
    """Return how many were at a session, as it stands."""
    return rules.tally((one.mark, one.excused) for one in roll.roll_of(class_session))


def subject_of(class_session: ClassSession) -> str:
    """Return how the audit and strikes name a session."""
    return f"class_session:{class_session.id}"


def _check_open(class_session: ClassSession, now: datetime) -> None:
    planned = class_session.state is SessionState.PLANNED
    rules.check_roll_open(opens_at(class_session), planned=planned, now=now)


def _locked(
    class_session: ClassSession, ids: Mapping[int, Mark] | Sequence[int]
) -> list[Enrolment]:
    """Return these enrolments of a session's class under their locks, the session as it stands then."""
    found = roll.enrolments_in(class_session.offering_id, list(ids))
    locked = claims.lock_enrolments(class_session.offering_id, found)
    db.session.refresh(class_session, ["state", "starts_at", "ends_at"])
    return locked


def _keep(
    class_session: ClassSession,
    facts: Sequence[Fact],
    device: str,
    sequence: int,
    *,
    by: str,
    now: datetime,
) -> int:
    """Keep what was said; return how much of it is new."""
    if not facts:
        return 0
    shared = {
        "class_session_id": class_session.id,
        "device": device,
        "sequence": sequence,
        "received_at": now,
        "marked_by": by,
    }
    rows = [
        shared | {"enrolment_id": one.enrolment_id, "mark": one.mark, "marked_at": one.marked_at}
        for one in facts
    ]
    new = insert(AttendanceMark).values(rows).on_conflict_do_nothing()
    return len(db.session.execute(new.returning(AttendanceMark.id)).all())
