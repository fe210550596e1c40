"""Classes that are to be called off: what is proposed, whom it concerns, what money goes back; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from palace.books.queries.progress import Stands, will_go
from palace.coursedesk.models import CallOff
from palace.coursedesk.queries.classes import LAST, Sites
from palace.coursedesk.rules import CallOffState, Figures
from palace.courses.catalogue import Term
from palace.courses.claims import holds
from palace.courses.models import ClassSession, ClassWait, Enrolment, Offering
from palace.courses.queries.facts import planned_of
from palace.courses.services.ending import paid_of_class
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.money import Fen

MOST_LISTED = 100


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What calling a class off would do: whom it concerns, which sessions go, what money where.

    `unpaid`: of the places, those that wait for their money.
    """

    figures: Figures
    unpaid: int
    sessions: Sequence[ClassSession]
    back: Sequence[Stands]


def preview(offering: Offering, now: datetime) -> Preview:
    """Return what calling a class off would do, as things stand now."""
    back = will_go(paid_of_class(offering.id))
    mine = (Enrolment.offering_id == offering.id, holds())
    waits = (ClassWait.offering_id == offering.id, ClassWait.ended_at.is_(None))
    unpaid = func.count().filter(Enrolment.state == EnrolmentState.UNPAID)
    places, waiting_for_money = db.session.execute(select(func.count(), unpaid).where(*mine)).one()
    everybody = (
        select(Enrolment.member_id)
        .where(*mine)
        .union(select(ClassWait.member_id).where(*waits))
        .subquery()
    )
    return Preview(
        figures=Figures(
            people=db.session.scalar(select(func.count()).select_from(everybody)) or 0,
            places=places,
            waiting=db.session.scalar(select(func.count(ClassWait.id)).where(*waits)) or 0,
            paid=Fen(sum(one.amount for one in back)),
        ),
        unpaid=waiting_for_money,
        sessions=[one for one in planned_of(offering.id) if one.starts_at > now],
        back=back,
    )


def latest(offering_id: int) -> CallOff | None:
    """Return what was last proposed for a class and not withdrawn."""
    wanted = select(CallOff).where(
        CallOff.offering_id == offering_id, CallOff.state != CallOffState.WITHDRAWN
    )
    return db.session.scalars(wanted.order_by(CallOff.id.desc()).limit(1)).first()


def open_locked(offering_id: int) -> CallOff | None:
    """Return what waits for a second person at a class, under its lock."""
    wanted = select(CallOff).where(
        CallOff.offering_id == offering_id, CallOff.state == CallOffState.PROPOSED
    )
    alone = wanted.with_for_update(of=CallOff, key_share=True)
    return db.session.scalars(alone.execution_options(populate_existing=True)).first()


def locked(offering_id: int, call_off_id: int) -> CallOff:
    """Return a proposal of a class under its lock, as it stands once it is ours.

    Raises:
        NotFound: there is none, or it is another class's.
    """
    wanted = select(CallOff).where(CallOff.id == call_off_id, CallOff.offering_id == offering_id)
    alone = wanted.with_for_update(of=CallOff, key_share=True)
    found = db.session.scalars(alone.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def _waits(sites: Sites) -> list[ColumnElement[bool]]:
    """Return the conditions that a proposal waits, for a class of these houses that is not over."""
    open_ones = [
        CallOff.state == CallOffState.PROPOSED,
        Offering.state == OfferingState.PUBLISHED,
        LAST.is_(None) | (func.palace_clock() < LAST),
    ]
    return open_ones if sites is None else [*open_ones, Term.site_id.in_(sites)]


def proposed(sites: Sites) -> Sequence[CallOff]:
    """Return what waits for a second person at these houses, the oldest first."""
    wanted = (
        select(CallOff)
        .join(Offering, Offering.id == CallOff.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .where(*_waits(sites))
        .order_by(CallOff.proposed_at, CallOff.id)
    )
    return db.session.scalars(wanted.limit(MOST_LISTED)).all()


def count_to_confirm(sites: Sites, actor: str) -> int:
    """Return how many proposals somebody else made for classes that are not over."""
    wanted = (
        select(func.count(CallOff.id))
        .join(Offering, Offering.id == CallOff.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .where(*_waits(sites), CallOff.proposed_by != actor)
    )
    return db.session.scalar(wanted) or 0
