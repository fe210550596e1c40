"""Terms of one's houses, and the days in them that are not like their weekday."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select

from palace.courses.catalogue import Term
from palace.courses.models import Offering
from palace.courses.series import Special
from palace.courses.states import OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.hours.queries.special import coming_days

Sites = Collection[int] | None


def terms(sites: Sites) -> Sequence[Term]:
    """Return the terms of houses, the last first."""
    wanted = select(Term).order_by(Term.first_on.desc(), Term.id.desc())
    if sites is not None:
        wanted = wanted.where(Term.site_id.in_(sites))
    return db.session.scalars(wanted).all()


def coming_terms(sites: Sites, today: date) -> Sequence[Term]:
    """Return the terms of houses that are not over, the next first."""
    return [one for one in reversed(terms(sites)) if one.last_on >= today]


def get_term(term_id: int, sites: Sites) -> Term:
    """Return a term of these houses.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Term, term_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def find_named(site_id: int, name_zh: str) -> Term | None:
    """Return the term of a house with this name."""
    wanted = select(Term).where(Term.site_id == site_id, Term.name_zh == name_zh)
    return db.session.scalars(wanted).first()


def locked_term(term_id: int) -> Term:
    """Return a term that is known to exist under its lock."""
    wanted = select(Term).where(Term.id == term_id).with_for_update(key_share=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def class_counts() -> dict[int, int]:
    """Return how many classes each term has that were not called off."""
    counted = (
        select(Offering.term_id, func.count().label("classes"))
        .where(Offering.state != OfferingState.CANCELLED)
        .group_by(Offering.term_id)
    )
    return {row.term_id: row.classes for row in db.session.execute(counted)}


def special_days(site_id: int, first: date, last: date) -> dict[date, Special]:
    """Return the holidays and swap days of a house: its own row before the palace's."""
    return {
        row.day: Special(counts_as=row.counts_as, name_zh=row.name_zh, name_en=row.name_en)
        for row in coming_days([site_id], first, last)
    }
