"""Giving places back: by who has them, by staff, by not paying or coming, or with the class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, literal, select

from palace import clock
from palace.courses import claims
from palace.courses.errors import EnrolmentOver
from palace.courses.models import Enrolment, Offering
from palace.courses.queries import facts
from palace.courses.rules import free_until, given_back
from palace.courses.services.telling import ENDED, SUBJECT, subject_of, tell
from palace.courses.states import HOLDING, EnrolmentState
from palace.db import db
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.money import FREE, Fen
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.states import RefundReason
from palace.statements import execute_all

PART = "courses"
on_place_freed: dict[str, Callable[[int], object]] = {}
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

    Member, class and enrolment are locked (`locked`).

    Args:
        back: what is given back of what was paid; None: all of it. Of a class that is called off it is
            owed before (`owe_class`).
    """
    was_paid = enrolment.state is EnrolmentState.CONFIRMED and enrolment.amount > 0
    enrolment.state, enrolment.held_until = state, None
    enrolment.ended_at, enrolment.ended_by, enrolment.why = now, by, why
    db.session.flush()
    if was_paid:
        _owe(enrolment, enrolment.amount if back is None else back, by=by, now=now)
    elif enrolment.amount:
        payments.close(PART, enrolment.id, now=now)
    if state in ENDED:
        tell(ENDED[state], enrolment, now)
    note("enrolment_ended", subject_of(enrolment), after={"state": state}, why=why, actor=by)
    for freed in on_place_freed.values():
        freed(enrolment.offering_id)


def _owe(enrolment: Enrolment, amount: Fen, *, by: str, now: datetime) -> None:
    key, reason = subject_of(enrolment), RefundReason.WITHDRAWN
    payments.owe(PART, enrolment.id, amount, key=key, reason=reason, by=by, now=now)


def owe_class(offering_id: int, *, by: str, now: datetime) -> None:
    """Write that the money of all places of a class has to go back, each once; what is left of it."""
    rows = paid_of_class(offering_id)
    payments.owe_all(rows, reason=RefundReason.CANCELLED, by=by, now=now)


def paid_of_class(offering_id: int) -> Select[*tuple[Any, ...]]:
    """Select what goes back of a class that is called off: payment, key and amount of each paid place."""
    amount = Enrolment.fee + Enrolment.material_fee
    return (
        select(Payment.id, literal(SUBJECT) + cast(Enrolment.id, Text), amount)
        .join(Payment, (Payment.part == PART) & (Payment.subject_id == Enrolment.id))
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            amount > 0,
        )
    )


def withdraw(who: Known, code: str, *, by: str) -> Enrolment:
    """Give a place back as its member; what comes back of the money is `back_of`, said before.

    To do it again changes nothing.

    Raises:
        NotFound: it is not theirs.
        EnrolmentOver: it ended otherwise, or every session is over.
        PageOpen: somebody may still pay for it by a page, which is closed first.
    """
    enrolment, now = locked(facts.enrolment_for(who, code)), clock.now()
    if enrolment.state is EnrolmentState.WITHDRAWN:
        return enrolment
    if not may_end(enrolment, now):
        raise EnrolmentOver
    payments.check_no_page(PART, enrolment.id)
    back = back_of(enrolment, now)
    end(enrolment, EnrolmentState.WITHDRAWN, by=by, now=now, back=back)
    return enrolment


def may_end(enrolment: Enrolment, now: datetime) -> bool:
    """Return whether a place can still be given back or changed."""
    last = max((one.ends_at for one in facts.planned_of(enrolment.offering_id)), default=None)
    return enrolment.state_at(now) in HOLDING and (last is None or now < last)


def locked(enrolment: Enrolment) -> Enrolment:
    """Return an enrolment as it stands under the locks of its member, its class and itself."""
    execute_all(
        (members.LOCK, {"member_id": enrolment.member_id}),  # none, who was erased: the rest is
        claims.locking({enrolment.offering_id}),
    )
    return facts.locked_enrolment(enrolment.id)


def back_of(enrolment: Enrolment, now: datetime) -> Fen:
    """Return what of the money is given back to who withdraws at an instant."""
    if enrolment.state is not EnrolmentState.CONFIRMED:
        return FREE
    of = enrolment.offering
    return given_back(
        enrolment.fee,
        enrolment.material_fee,
        until=back_until(of),
        bought_at=of.materials_bought_at,
        now=now,
    )


def back_until(of: Offering) -> datetime | None:
    """Return until when the fee is given back to who withdraws; None: no session is planned yet, so still."""
    planned = facts.planned_of(of.id)
    return free_until(
        [one.starts_at for one in planned],
        days=facts.class_rules(of.term.site_id).withdraw_days,
        trial=of.trial_sessions,
        ends_at=max((one.ends_at for one in planned), default=None),
    )
