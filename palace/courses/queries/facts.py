"""Classes, their sessions and enrolments, each to who may see it; reads only."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from palace.courses.catalogue import Course, Term
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.policies import ClassRules
from palace.courses.states import HOLDING, EnrolmentState, SessionState
from palace.db import Base, db, literally, table_of
from palace.errors import NotFound
from palace.members.rules import Known
from palace.venues.models import Site
from palace.venues.queries import HEAD

Row = TypeVar("Row", bound=Base)
FIGURES = table_of(ClassRules).c


def class_rules(site_id: int) -> ClassRules:
    """Return the figures of classes of a house: its own, else the head's, else the program's."""
    wanted = (
        select(ClassRules)
        .join(Site, Site.id == ClassRules.site_id)
        .where((ClassRules.site_id == site_id) | (Site.kind == HEAD))
        .order_by(ClassRules.site_id != site_id)
        .limit(1)
    )
    found = db.session.scalars(wanted).first()
    if found is not None:
        return found
    defaults = {
        each.name: each.default.arg
        for each in FIGURES
        if isinstance(each.default, ScalarElementColumnDefault)
    }
    return ClassRules(site_id=site_id, **defaults)


def is_public() -> ColumnElement[bool]:
    """Return the condition that everybody sees a class: published, reviewed, its term shown."""
    return (
        Offering.published_at.is_not(None)
        & (Course.title_zh != "")
        & (Term.shown_at <= func.palace_clock())
    )


def public_offerings() -> Select[Offering]:
    """Select the classes that everybody sees, with their term and course."""
    joined = select(Offering).join(Offering.term).join(Offering.course)
    return joined.where(is_public())


def offering(offering_id: int) -> Offering:
    """Return a class that everybody sees, also one that was called off.

    Raises:
        NotFound: there is none, or it is not shown yet.
    """
    return _one(public_offerings().where(Offering.id == offering_id))


def get_offering(offering_id: int) -> Offering:
    """Return a class that is known to exist."""
    return db.session.get_one(Offering, offering_id)


def staff_offering(offering_id: int, sites: Collection[int] | None) -> Offering:
    """Return a class of some houses (None: of all) as those who run it see it.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    wanted = select(Offering).join(Offering.term).where(Offering.id == offering_id)
    if sites is not None:
        wanted = wanted.where(Term.site_id.in_(sites))
    return _one(wanted)


def sessions_of(offering_id: int) -> list[ClassSession]:
    """Return every session of a class by its start, cancelled ones too."""
    wanted = select(ClassSession).where(ClassSession.offering_id == offering_id)
    return list(db.session.scalars(wanted.order_by(ClassSession.starts_at, ClassSession.id)))


def enrolment_for(who: Known, code: str) -> Enrolment:
    """Return an enrolment of a member, their own or of somebody they keep.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(select(Enrolment).where(Enrolment.code == code, Enrolment.member_id == who.id))


def live_enrolments_in(member_id: int, offering_id: int) -> list[Enrolment]:
    """Return the places a member has in a class, for themselves and whom they keep."""
    mine = (Enrolment.member_id == member_id, Enrolment.offering_id == offering_id)
    return list(db.session.scalars(select(Enrolment).where(*mine, holds()).order_by(Enrolment.id)))


def planned_of(offering_id: int) -> list[ClassSession]:
    """Return the sessions of a class that take place, by their start."""
    return [one for one in sessions_of(offering_id) if one.state is SessionState.PLANNED]


def enrolments_of(offering_id: int) -> list[Enrolment]:
    """Return who has a place in a class now, who came first before the others."""
    wanted = select(Enrolment).where(Enrolment.offering_id == offering_id, holds())
    return list(db.session.scalars(wanted.order_by(Enrolment.id)))


def overdue(limit: int = 500) -> list[int]:
    """Return the enrolments that were not paid for in time and are not tidied up yet, the oldest first."""
    wanted = select(Enrolment.id).where(
        Enrolment.state == literally(EnrolmentState.UNPAID),
        Enrolment.held_until <= func.palace_clock(),
    )
    return list(db.session.scalars(wanted.order_by(Enrolment.held_until).limit(limit)))


def locked_enrolment(enrolment_id: int) -> Enrolment:
    """Return an enrolment that is known to exist as it stands under its lock."""
    wanted = select(Enrolment).where(Enrolment.id == enrolment_id)
    locked = wanted.with_for_update(of=Enrolment, key_share=True)
    return _one(locked.execution_options(populate_existing=True))


def locked_enrolments(offering_id: int) -> list[Enrolment]:
    """Return the enrolments of a class that hold a place or lapsed, by id, under their locks."""
    wanted = select(Enrolment).where(
        Enrolment.offering_id == offering_id, Enrolment.state.in_(literally(HOLDING))
    )
    locked = wanted.order_by(Enrolment.id).with_for_update(of=Enrolment, key_share=True)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def _one(wanted: Select[Row]) -> Row:
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found
