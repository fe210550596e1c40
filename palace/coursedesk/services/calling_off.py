"""Proposing to call a class off: nothing happens until a second person confirms what they were shown."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.coursedesk.errors import CallOffGone, CallOffOpen
from palace.coursedesk.models import CallOff
from palace.coursedesk.queries import calling
from palace.coursedesk.rules import CallOffState, Figures
from palace.coursedesk.services import ending
from palace.courses.models import Offering
from palace.courses.queries.facts import planned_of
from palace.courses.services import places
from palace.courses.states import OfferingState
from palace.db import db
from palace.members.services import note
from palace.proposals import SecondPersonNeeded, check_seen, figures_seen


def propose(offering: Offering, *, why: str, by: str) -> CallOff | None:
    """Propose to call a class off; a draft, which nobody saw, is dropped at once: None.

    The same proposal again changes nothing.

    Raises:
        ClassOver: it was called off before, or taught to its end.
        CallOffOpen: somebody proposed it for another reason.
    """
    places.lock(offering, [], [])
    now = clock.now()
    ending.check_not_over(offering, planned_of(offering.id), now)
    if offering.state is OfferingState.DRAFT:
        ending.call_off(offering, by=by, why=why)
        return None
    row = {"offering_id": offering.id, "why": why, "proposed_by": by}
    new = insert(CallOff).values(row | {"state": CallOffState.PROPOSED, "proposed_at": now})
    made = db.session.scalar(new.on_conflict_do_nothing().returning(CallOff.id))
    if made is None:
        return _same(offering, row)
    note("call_off_proposed", f"offering:{offering.id}", why=why, actor=by)
    return db.session.get_one(CallOff, made)


def _same(offering: Offering, row: dict[str, object]) -> CallOff:
    """Return the proposal that stands in the way if it is this very one, sent twice.

    Raises:
        CallOffOpen: it is another one.
    """
    found = calling.latest(offering.id)
    if found is None or any(getattr(found, name) != value for name, value in row.items()):
        raise CallOffOpen
    return found


def confirm(offering_id: int, call_off_id: int, *, seen: str, by: str) -> CallOff:
    """Call a class off as the second person; repeating changes nothing.

    Locks: the proposal, then as `ending.alone`.

    Args:
        seen: the figures they were shown (`proposals.seen_as`).

    Raises:
        SecondPersonNeeded, CallOffGone, FiguresMoved: it is not theirs to confirm, or not this.
        ClassOver: it was taught to its end.
        NotFound: there is none.
    """
    found = calling.locked(offering_id, call_off_id)
    if found.state is CallOffState.DONE:
        return found
    if found.state is CallOffState.WITHDRAWN:
        raise CallOffGone
    if found.proposed_by == by:
        raise SecondPersonNeeded
    offering = found.offering
    ending.alone(offering)
    now = clock.now()
    check_seen(figures_seen(Figures, seen), calling.preview(offering, now).figures)
    ending.call_off(offering, by=by, why=found.why)
    found.state, found.decided_by, found.decided_at = CallOffState.DONE, by, now
    db.session.flush()
    return found


def withdraw(offering_id: int, call_off_id: int, *, by: str) -> CallOff:
    """Withdraw a proposal, one's own or somebody else's; repeating changes nothing.

    Raises:
        CallOffGone: it is done already.
        NotFound: there is none.
    """
    found = calling.locked(offering_id, call_off_id)
    if found.state is CallOffState.WITHDRAWN:
        return found
    if found.state is CallOffState.DONE:
        raise CallOffGone
    now = clock.now()
    found.state, found.decided_by, found.decided_at = CallOffState.WITHDRAWN, by, now
    db.session.flush()
    note("call_off_withdrawn", f"offering:{offering_id}", actor=by)
    return found
