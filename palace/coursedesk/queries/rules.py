"""The figures of classes of a house, and what others would mean for the classes that are coming."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnDefault, func, select

from palace.coursedesk.queries.classes import ENROLLED, FIRST
from palace.courses.catalogue import Term
from palace.courses.claims import holds
from palace.courses.figures import ALL
from palace.courses.models import Enrolment, Offering
from palace.courses.policies import ClassRules
from palace.courses.queries.facts import FIGURES as COLUMNS
from palace.courses.queries.facts import class_rules
from palace.courses.states import OfferingState
from palace.db import db
from palace.venues.figure import Figures, Value


@dataclass(frozen=True)
class Ahead:
    """What figures mean for what is coming: classes with too few people, people with too many classes."""

    too_few: int
    too_many: int


def figures_of(site_id: int) -> dict[str, Value]:
    """Return the figures that hold at a house, as a form has them."""
    rules = class_rules(site_id)
    return {one.name: getattr(rules, one.name) for one in ALL}


def default_of(name: str) -> Value:
    """Return what a figure is where nobody ever changed it.

    Raises:
        TypeError: the column has no plain default.
    """
    default = COLUMNS[name].default
    if not isinstance(default, ColumnDefault):
        raise TypeError(name)
    value: Value = default.arg
    return value


def has_own(site_id: int) -> bool:
    """Return whether a house has figures of its own."""
    return db.session.get(ClassRules, site_id) is not None


def locked_rules(site_id: int) -> ClassRules | None:
    """Return the figures of a house's own under their lock."""
    wanted = select(ClassRules).where(ClassRules.site_id == site_id)
    fresh = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(fresh).first()


def ahead_of(site_id: int, figures: Figures) -> Ahead:
    """Return what figures would mean for the classes of a house that have not begun."""
    coming = (
        select(Offering.id)
        .join(Term, Term.id == Offering.term_id)
        .where(
            Term.site_id == site_id,
            Offering.state == OfferingState.PUBLISHED,
            func.palace_clock() < FIRST,
        )
    )
    too_few = coming.where(figures["minimum"] > ENROLLED).subquery()
    per_person = (
        select(Enrolment.member_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.offering_id.in_(coming), Enrolment.companion_id.is_(None), holds())
        .group_by(Enrolment.member_id, Offering.term_id)
        .having(func.count() > figures["per_term"])
        .subquery()
    )
    return Ahead(
        db.session.scalar(select(func.count()).select_from(too_few)) or 0,
        db.session.scalar(select(func.count()).select_from(per_person)) or 0,
    )
