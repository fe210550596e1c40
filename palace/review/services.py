"""Sending in, passing, sending back, withdrawing: only the last step writes what the public sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace import clock, commands
from palace.db import db
from palace.members.services import note
from palace.review import queries, rules
from palace.review.errors import (
    LastStep,
    NothingChanged,
    ReasonNeeded,
    RevisionClosed,
    RevisionMoved,
    SiteNotYours,
)
from palace.review.models import Decision, ReviewStep, Revision
from palace.review.rules import Fields, RevisionState, Step, reviewed
from palace.security import public_code
from palace.statements import execute_all

Written = TypeVar("Written", bound=Any)
"""A table of things that desks write: with a code, and the house whose they are."""


def begin(
    model: type[Written],
    fields: Fields,
    by: str,
    *,
    key: str,
    site_id: int | None,
    within: Collection[int] | None,
    **empty: Any,
) -> Written:
    """Begin a thing of a reviewed kind and send its fields in; the same key again is the same thing.

    Args:
        within: the houses its writer is limited to; None: to none.
        empty: its columns while nothing of it could be shown.

    Raises:
        SiteNotYours: who is limited to some houses puts it into one of them.
        KeyReused: the key was used for other fields.
    """
    if within is not None and site_id not in within:
        raise SiteNotYours
    kind, code = model.__name__.lower(), public_code()
    body = repr((sorted(fields.items()), site_id))
    taking = commands.taking(by, kind, key, body=body, answer=code)
    (taken,) = execute_all(taking)
    first = commands.first_of(taking, taken)
    if first != code:
        again: Written = db.session.scalars(select(model).filter_by(code=first)).one()
        return again
    thing: Written = model(code=code, site_id=site_id, **empty)
    db.session.add(thing)
    db.session.flush()
    propose(f"{kind}:{thing.id}", fields, by)
    return thing


def propose(subject: str, fields: Fields, by: str, *, seen: str | None = None) -> Revision:
    """Send fields of a thing ("production:5") into the review; the public goes on seeing what it sees.

    What waits already, or was sent back, is changed and begins its steps anew.

    Args:
        subject: a kind of `rules.reviewed` and a number.
        fields: all reviewed fields, as plain values.
        by: who wrote them, as the audit says it: "staff:5".
        seen: the thing's last revision as whoever writes saw it (`state_of`); None: not asked.

    Raises:
        RevisionMoved: somebody else changed or decided it meanwhile.
        NothingChanged: the public sees just this already.
    """
    kind, number = rules.parts_of(subject)
    waiting = _open(subject)
    before, now = reviewed[kind].read(number), clock.now()  # behind the lock
    if waiting and waiting.state is RevisionState.WAITING and waiting.fields == dict(fields):
        return waiting  # sent twice
    if seen is not None and seen != state_of(subject):
        raise RevisionMoved
    if waiting is None and not rules.changed_fields(before, fields):
        raise NothingChanged
    way = [asdict(step) for step in _way()]
    if waiting:
        waiting.version += 1
        waiting.state, waiting.before, waiting.steps = RevisionState.WAITING, before, way
        waiting.fields, waiting.proposed_at = dict(fields), now
        waiting.authors = list(dict.fromkeys([*waiting.authors, by]))
        db.session.flush()
    else:
        row: dict[str, Any] = {
            "state": RevisionState.WAITING,
            "before": before,
            "fields": dict(fields),
        }
        authors = list(dict.fromkeys([*_authors_before(subject), by]))
        row |= {"steps": way, "authors": authors, "proposed_at": now}
        waiting = _begin(subject, row | {"site_id": reviewed[kind].site_of(number)})
    note("revision_proposed", subject, after={"revision": waiting.id, "version": waiting.version})
    return waiting


def _authors_before(subject: str) -> list[str]:
    """Return who wrote what was withdrawn last: a form goes on from there, so its words may be theirs."""
    last = queries.last_revision(subject)
    return last.authors if last and last.state is RevisionState.WITHDRAWN else []


def _open(subject: str) -> Revision | None:
    """Return the open revision of a thing under its lock; None where it has none any more."""
    found = queries.open_revision(subject)
    locked = queries.locked(found.id) if found else None
    return locked if locked and locked.state in rules.OPEN else None


def _begin(subject: str, row: dict[str, Any]) -> Revision:
    """Return a new revision.

    Raises:
        RevisionMoved: somebody else began one meanwhile.
    """
    won = insert(Revision).values(row | {"subject": subject}).on_conflict_do_nothing()
    found = db.session.scalars(won.returning(Revision)).first()
    if found is None:
        raise RevisionMoved
    return found


def _way() -> list[Step]:
    return [
        Step(
            position=row.position,
            name_zh=row.name_zh,
            name_en=row.name_en,
            another_person=row.another_person,
        )
        for row in queries.steps()
    ]


def state_of(subject: str) -> str:
    """Return what a form carries of a thing's last revision: the number, version and state, or nothing."""
    last = queries.last_revision(subject)
    return f"{last.seen}.{last.state}" if last else ""


def decide(
    revision: Revision, *, step: int, version: int, reason: str, by: str, passed: bool
) -> None:
    """Pass a revision at a step, or send it back to its authors with the reason.

    Args:
        revision: any revision.
        step: the position of the step the reviewer saw it at.
        version: the version the reviewer saw.
        reason: why; a revision that passes needs none.
        by: who decides, as the audit says it.
        passed: whether it passes.

    Raises:
        ReasonNeeded: it is sent back without one.
        RevisionMoved: it was changed or decided since it was seen.
        RevisionClosed: it does not wait.
        OwnRevision, DecidedBefore: this person may not.
    """
    if not passed and not reason:
        raise ReasonNeeded
    revision = queries.locked(revision.id)
    db.session.expire(revision, ["decisions"])
    if _did_so(revision, step, version, by=by, passed=passed):
        return
    at = rules.next_step(revision.way, revision.passed)
    if revision.version != version or (at and at.position != step):
        raise RevisionMoved
    if revision.state is not RevisionState.WAITING or at is None:
        raise RevisionClosed
    deciders = {one.decided_by for one in revision.current}
    rules.check_may_decide(at, by, authors=revision.authors, deciders=deciders)
    now = clock.now()
    _write_down(revision, at, reason=reason, by=by, passed=passed, now=now)
    if not passed:
        revision.state = RevisionState.SENT_BACK
    elif rules.next_step(revision.way, {*revision.passed, at.position}) is None:
        _publish(revision, now)
    db.session.flush()
    db.session.expire(revision, ["decisions"])


def _did_so(revision: Revision, step: int, version: int, *, by: str, passed: bool) -> bool:
    """Return whether this person decided just so before: a repeat."""
    return any(
        (one.step, one.version, one.decided_by, one.passed) == (step, version, by, passed)
        for one in revision.decisions
    )


def _write_down(
    revision: Revision, at: Step, *, reason: str, by: str, passed: bool, now: datetime
) -> None:
    db.session.add(
        Decision(
            revision_id=revision.id,
            version=revision.version,
            step=at.position,
            name_zh=at.name_zh,
            name_en=at.name_en,
            another_person=at.another_person,
            passed=passed,
            reason=reason,
            decided_by=by,
            decided_at=now,
        )
    )
    db.session.flush()
    told = {"revision": revision.id, "version": revision.version, "step": at.name_zh}
    if passed:
        note("revision_passed", revision.subject, after=told, why=reason or None)
    else:
        note("revision_sent_back", revision.subject, after=told, why=reason)


def _publish(revision: Revision, now: datetime) -> None:
    """Write the fields where the public sees them: the one place that does."""
    kind, number = rules.parts_of(revision.subject)
    reviewed[kind].write(number, revision.fields, now)
    revision.state, revision.closed_at = RevisionState.PASSED, now
    note("revision_published", revision.subject, after={"revision": revision.id})


def withdraw(revision: Revision, *, version: int) -> None:
    """Take an open revision back; the public goes on seeing what it sees.

    Raises:
        RevisionMoved: it was changed since it was seen.
        RevisionClosed: it was decided.
    """
    revision = queries.locked(revision.id)
    if revision.state is RevisionState.WITHDRAWN:
        return
    if revision.state not in rules.OPEN:
        raise RevisionClosed
    if revision.version != version:
        raise RevisionMoved
    revision.state, revision.closed_at = RevisionState.WITHDRAWN, clock.now()
    db.session.flush()
    note("revision_withdrawn", revision.subject, after={"revision": revision.id})


def add_step(name_zh: str, name_en: str, *, another_person: bool) -> ReviewStep:
    """Put a step behind the others; what waits already keeps the steps it was sent in with.

    Raises:
        RevisionMoved: somebody else added one at the same moment.
    """
    there = queries.steps()
    same = [one for one in there if one.name_zh == name_zh]
    if same:
        return same[0]
    row = {
        "position": there[-1].position + 1 if there else 1,
        "name_zh": name_zh,
        "name_en": name_en,
        "another_person": another_person,
    }
    won = insert(ReviewStep).values(row).on_conflict_do_nothing().returning(ReviewStep)
    added = db.session.scalars(won).first()
    if added is None:
        raise RevisionMoved
    note("review_step_added", f"review_step:{added.id}", after={"name": name_zh})
    return added


def remove_step(step_id: int) -> None:
    """Take a step away from what is sent in from now on.

    Raises:
        LastStep: there is no other.
    """
    there = queries.locked_steps()
    found = next((one for one in there if one.id == step_id), None)
    if found is None:
        return
    if len(there) == 1:
        raise LastStep
    db.session.delete(found)
    db.session.flush()
    note("review_step_removed", f"review_step:{step_id}", before={"name": found.name_zh})
