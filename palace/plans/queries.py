"""Reads of plans, drafts and where plans are used; each for the sites of whoever asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select, update

from palace.db import db
from palace.errors import NotFound
from palace.plans.errors import DraftChanged
from palace.plans.models import PlanDraft
from palace.programme.models import Performance, Price
from palace.venues.models import Seat, SeatingPlan, Space
from palace.venues.queries import at_sites

Sites = Collection[int] | None
MOST_SHOWN = 50
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Version:
    """A version of a plan: its seats, and how many performances use it, to come and at all."""

    plan: SeatingPlan
    seats: int
    coming: int
    uses: int


def _at(sites: Sites) -> ColumnElement[bool]:
    return at_sites(Space.site_id, sites)


def spaces(sites: Sites) -> list[Space]:
    """Return the spaces of these sites (None: all)."""
    wanted = select(Space).where(_at(sites)).order_by(Space.site_id, Space.id)
    return list(db.session.scalars(wanted).unique())


def get_space(space_id: int, sites: Sites) -> Space:
    """Return a space of these sites.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Space).where(Space.id == space_id, _at(sites))
    return _found(db.session.scalars(wanted).unique().first())


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        raise NotFound
    return thing


def versions(sites: Sites, now: datetime, space_id: int | None = None) -> list[Version]:
    """Return the versions on the lists, by space and plan, the newest first."""
    seats = select(func.count()).where(Seat.plan_id == SeatingPlan.id).scalar_subquery()
    used = select(func.count()).where(Performance.plan_id == SeatingPlan.id)
    coming = used.where(Performance.ends_at > now, Performance.cancelled_at.is_(None))
    wanted = (
        select(SeatingPlan, seats, coming.scalar_subquery(), used.scalar_subquery())
        .join(Space, Space.id == SeatingPlan.space_id)
        .where(SeatingPlan.retired_at.is_(None), _at(sites))
        .order_by(SeatingPlan.space_id, SeatingPlan.code, SeatingPlan.version.desc())
    )
    if space_id is not None:
        wanted = wanted.where(SeatingPlan.space_id == space_id)
    return [Version(*row) for row in db.session.execute(wanted)]


def get_plan(plan_id: int, sites: Sites) -> SeatingPlan:
    """Return a version on the lists of these sites.

    Raises:
        NotFound: there is none.
    """
    wanted = select(SeatingPlan).join(Space, Space.id == SeatingPlan.space_id)
    listed = wanted.where(SeatingPlan.id == plan_id, SeatingPlan.retired_at.is_(None), _at(sites))
    return _found(db.session.scalars(listed).first())


def has_plan(space_id: int, code: str) -> bool:
    """Return whether a space has, or had, a plan with this code."""
    there = select(SeatingPlan.id).where(SeatingPlan.space_id == space_id, SeatingPlan.code == code)
    return db.session.scalar(there.limit(1)) is not None


def locked_plan(plan_id: int) -> SeatingPlan:
    """Return a version under its lock."""
    wanted = select(SeatingPlan).where(SeatingPlan.id == plan_id)
    fresh = wanted.execution_options(populate_existing=True)
    return db.session.scalars(fresh.with_for_update(key_share=True)).one()


def use_count(plan_id: int) -> int:
    """Return how many performances, past ones too, use a version."""
    used = select(func.count()).select_from(Performance).where(Performance.plan_id == plan_id)
    return db.session.scalars(used).one()


def users(plan_id: int) -> list[Performance]:
    """Return performances that use a version, the latest first."""
    wanted = select(Performance).where(Performance.plan_id == plan_id)
    found = db.session.scalars(wanted.order_by(Performance.starts_at.desc()).limit(MOST_SHOWN))
    return list(found.unique())


def drafts(sites: Sites) -> list[PlanDraft]:
    """Return what is worked on, the newest first."""
    wanted = select(PlanDraft).join(Space, Space.id == PlanDraft.space_id).where(_at(sites))
    found = db.session.scalars(wanted.order_by(PlanDraft.changed_at.desc()).limit(MOST_SHOWN))
    return list(found.unique())


def get_draft(draft_id: int, sites: Sites) -> PlanDraft:
    """Return a draft for a space of these sites.

    Raises:
        NotFound: there is none.
    """
    wanted = select(PlanDraft).join(Space, Space.id == PlanDraft.space_id)
    found = db.session.scalars(wanted.where(PlanDraft.id == draft_id, _at(sites)))
    return _found(found.unique().first())


def locked_draft(draft_id: int, seen: int) -> PlanDraft:
    """Return a draft under its lock, as it was when somebody saw it.

    Raises:
        NotFound: it was kept or thrown away meanwhile.
        DraftChanged: somebody has worked on it since.
    """
    locked = select(PlanDraft.id).where(PlanDraft.id == draft_id).with_for_update(key_share=True)
    if db.session.scalar(locked) is None:
        raise NotFound
    draft = db.session.get_one(PlanDraft, draft_id, populate_existing=True)
    if draft.revision != seen:
        raise DraftChanged
    return draft


def lock_hall(space_id: int) -> None:
    """Let one manager at a time keep plans of a hall: which version is next is looked up before."""
    db.session.execute(select(Space.id).where(Space.id == space_id).with_for_update(key_share=True))


def forget_base(plan_id: int) -> None:
    """Let drafts that began from a version stand alone."""
    of_plan = update(PlanDraft).where(PlanDraft.plan_id == plan_id).values(plan_id=None)
    db.session.execute(of_plan)


def get_performance(performance_id: int, sites: Sites) -> Performance:
    """Return a performance with seats in a hall of these sites.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Performance).join(Space, Space.id == Performance.space_id)
    seated = wanted.where(Performance.id == performance_id, Performance.plan_id.is_not(None))
    return _found(db.session.scalars(seated.where(_at(sites))).unique().first())


def prices(performance_id: int) -> dict[tuple[str, int], int]:
    """Return what each tier pays in each zone of a performance, by (zone, tier)."""
    wanted = select(Price.zone, Price.tier_id, Price.amount)
    found = db.session.execute(wanted.where(Price.performance_id == performance_id))
    return {(zone, tier_id): amount for zone, tier_id, amount in found}
