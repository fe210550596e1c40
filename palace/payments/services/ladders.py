"""Ladders: which one a part's subjects are sold by, and what of a payment goes back by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from palace.db import db
from palace.money import FREE, Fen
from palace.payments.models import Ladder, Payment
from palace.payments.rules import percent_at, share
from palace.payments.services.asking import Steps


def ladders() -> Sequence[Ladder]:
    """Return all ladders, the usual one first."""
    return db.session.scalars(select(Ladder).order_by(Ladder.usual.desc(), Ladder.id)).all()


def find_ladder(ladder_id: int) -> Ladder | None:
    """Return a ladder that stays until the transaction ends, as something is to be sold by it."""
    return db.session.get(Ladder, ladder_id, with_for_update={"read": True})


def steps_of(ladder_id: int | None) -> Steps | None:
    """Return the steps of a ladder, or of the usual one; None: the house has none."""
    wanted = select(Ladder).where(or_(Ladder.id == ladder_id, Ladder.usual))
    found = db.session.scalars(wanted.order_by((Ladder.id == ladder_id).desc()).limit(1)).first()
    return [[step.minutes_before, step.percent] for step in found.steps] if found else None


def back_at(payment: Payment, starts_at: datetime, amount: Fen, now: datetime) -> Fen:
    """Return what of an amount goes back at an instant, by the steps that were shown before it was paid."""
    if payment.ladder is None:
        return FREE
    return share(amount, percent_at(payment.ladder, starts_at - now))


def ladder_text(steps: Steps | None) -> str:
    """Return steps as a page carries them, to be told apart from what is shown later."""
    return " ".join(f"{minutes}:{percent}" for minutes, percent in steps or [])
