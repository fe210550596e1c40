"""Giving places back: by who has them, by staff, by not paying or coming, or with the class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from palace.courses.models import Enrolment
from palace.courses.queries import facts
from palace.courses.rules import free_until, given_back
from palace.courses.services.telling import ENDED, subject_of, tell
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.members.services import note
from palace.money import FREE, Fen
from palace.payments import services as payments

PART = "courses"
on_place_freed: dict[str, Callable[[int], None]] = {}
"""What wants to know that a place of a class came free; wired in palace/wiring.py."""


def end(
    enrolment: Enrolment,
    state: EnrolmentState,
    *,
    by: str,
    why: str | None = None,
    now: datetime,
    back: Fen | None = None,
) -> None:
    """End an enrolment that holds a place: it is free at once, money is due back, who waits is asked.

    Member, class and enrolment are locked (`paying.locked`).

    Args:
        back: what is given back of what was paid; None: all of it.
    """
    was_paid = enrolment.state is EnrolmentState.CONFIRMED and enrolment.amount > 0
    enrolment.state, enrolment.held_until = state, None
    enrolment.ended_at, enrolment.ended_by, enrolment.why = now, by, why
    db.session.flush()
    if was_paid:
        payments.give_back(PART, enrolment.id, enrolment.amount if back is None else back)
    elif enrolment.amount:
        payments.close(PART, enrolment.id, now=now)
    if state in ENDED:
        tell(ENDED[state], enrolment, now)
    note("enrolment_ended", subject_of(enrolment), after={"state": state}, why=why, actor=by)
    for freed in on_place_freed.values():
        freed(enrolment.offering_id)


def withdraw(enrolment: Enrolment, *, by: str, now: datetime) -> None:
    """Give a locked place back as its member; what comes back of the money is `back_of`, said before."""
    end(enrolment, EnrolmentState.WITHDRAWN, by=by, now=now, back=back_of(enrolment, now))


def back_of(enrolment: Enrolment, now: datetime) -> Fen:
    """Return what of the money is given back to who withdraws at an instant."""
    if enrolment.state is not EnrolmentState.CONFIRMED:
        return FREE
    of = enrolment.offering
    return given_back(
        enrolment.fee,
        enrolment.material_fee,
        until=back_until(enrolment),
        bought_at=of.materials_bought_at,
        now=now,
    )


def back_until(enrolment: Enrolment) -> datetime | None:
    """Return until when the fee is given back; None: no session is planned yet, so still."""
    of = enrolment.offering
    planned = [one for one in facts.sessions_of(of.id) if one.state is SessionState.PLANNED]
    return free_until(
        [one.starts_at for one in planned],
        days=facts.class_rules(of.term.site_id).withdraw_days,
        trial=of.trial_sessions,
        ends_at=max((one.ends_at for one in planned), default=None),
    )
