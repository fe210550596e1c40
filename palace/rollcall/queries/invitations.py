"""Invitations to teach: a teacher's own, and those of a class as its office sees them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from palace.courses.catalogue import Term
from palace.courses.models import Offering
from palace.db import db
from palace.errors import NotFound
from palace.rollcall.models import Invitation


def open_of(teacher_id: int) -> Sequence[Invitation]:
    """Return what a teacher is asked and has not answered, the oldest first."""
    wanted = _joined().where(
        Invitation.teacher_id == teacher_id,
        Invitation.answered_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    return db.session.scalars(wanted.order_by(Invitation.id)).all()


def get_own(teacher_id: int, invitation_id: int) -> Invitation:
    """Return an invitation of a teacher.

    Raises:
        NotFound: there is none, or somebody else was asked.
    """
    wanted = _joined().where(Invitation.id == invitation_id, Invitation.teacher_id == teacher_id)
    return _one(wanted)


def get_at(sites: Collection[int] | None, invitation_id: int) -> Invitation:
    """Return an invitation to a class of these houses (None: of all).

    Raises:
        NotFound: there is none.
    """
    wanted = _joined().join(Offering.term).where(Invitation.id == invitation_id)
    return _one(wanted if sites is None else wanted.where(Term.site_id.in_(sites)))


def of_class(offering_id: int) -> Sequence[Invitation]:
    """Return everybody who was asked to teach in a class, the newest first."""
    wanted = _joined().where(Invitation.offering_id == offering_id)
    return db.session.scalars(wanted.order_by(Invitation.id.desc())).all()


def open_beside(accepted: Invitation) -> Sequence[Invitation]:
    """Return who else is asked the same as in an invitation and has not answered, under their locks."""
    wanted = select(Invitation).where(
        Invitation.offering_id == accepted.offering_id,
        Invitation.class_session_id.is_not_distinct_from(accepted.class_session_id),
        Invitation.id != accepted.id,
        Invitation.answered_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    alone = wanted.order_by(Invitation.id).with_for_update(of=Invitation, key_share=True)
    return db.session.scalars(alone.execution_options(populate_existing=True)).all()


def locked(invitation: Invitation) -> Invitation:
    """Return an invitation as it stands under its lock."""
    wanted = select(Invitation).where(Invitation.id == invitation.id)
    fresh = wanted.with_for_update(of=Invitation, key_share=True)
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _joined() -> Select[Invitation]:
    shown = select(Invitation).join(Invitation.offering)
    return shown.options(contains_eager(Invitation.offering))


def _one(wanted: Select[Invitation]) -> Invitation:
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found
