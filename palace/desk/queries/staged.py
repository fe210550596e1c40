"""A performance at the desk: where and when it is or could be, and what somebody has of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from palace.clock import SHANGHAI
from palace.db import db
from palace.desk.rules import Values
from palace.errors import NotFound
from palace.programme.models import Opening, Performance, PermitRule, Production
from palace.programme.queries import working_title
from palace.text import N_
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order
from palace.venues.models import Occupancy, Seat, SeatingPlan, Site, Space
from palace.venues.rules import USE_WORDS, Use
from palace.words import day_words, language, time_words

Sites = Collection[int] | None
"""The houses somebody puts shows on at, by id; None: all of them."""
RECENT = 50
NO_TITLE = N_("没有名字的剧目")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class PlanChoice:
    """A seating plan somebody may choose: the newest version of its name."""

    id: int
    space_id: int
    code: str
    version: int
    seats: int


@dataclass(frozen=True)
class InTheWay:
    """What has a hall at a time: a performance by its name, anything else by what it is."""

    use: Use
    during: Range[datetime]
    production: Production | None
    performance_id: int | None

    def __str__(self) -> str:
        """Return it as people say it: what, and from when to when."""
        what = title_of(self.production) if self.production else str(gettext(USE_WORDS[self.use]))
        if self.during.lower is None or self.during.upper is None:
            return what
        begins, ends = self.during.lower, self.during.upper
        return f"{what} {day_words(begins)} {time_words(begins)}–{time_words(ends)}"


def title_of(production: Production) -> str:
    """Return what staff call a production; of one never reviewed, what waits for it."""
    zh, en = working_title(production)
    return (en if language() == "en" else zh) or zh or str(gettext(NO_TITLE))


def get_performance(performance_id: int, sites: Sites) -> Performance:
    """Return a performance at one of these houses, published or not.

    Raises:
        NotFound: there is none, or it is at another house.
    """
    found = db.session.get(Performance, performance_id)
    if found is None or not _is_at(found.space, sites):
        raise NotFound
    return found


def _is_at(space: Space, sites: Sites) -> bool:
    return sites is None or space.site_id in sites


def get_production(production_id: int, sites: Sites) -> Production:
    """Return a production of these houses or of the whole palace, shown already or not.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    found = db.session.get(Production, production_id)
    if found is None or not (sites is None or found.site_id is None or found.site_id in sites):
        raise NotFound
    return found


def productions(sites: Sites) -> list[Production]:
    """Return the newest productions of these houses and of the whole palace, to put one of them on."""
    wanted = select(Production).order_by(Production.id.desc()).limit(RECENT)
    if sites is not None:
        wanted = wanted.where(or_(Production.site_id.is_(None), Production.site_id.in_(sites)))
    return list(db.session.scalars(wanted))


def spaces(sites: Sites) -> list[Space]:
    """Return the spaces of these houses, house by house; those with a plan first."""
    in_use = SeatingPlan.retired_at.is_(None)
    has_plan = exists().where(SeatingPlan.space_id == Space.id, in_use)
    wanted = select(Space).join(Site, Site.id == Space.site_id)
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    return list(db.session.scalars(wanted.order_by(Site.id, ~has_plan, Space.id)).unique())


def get_space(space_id: int, sites: Sites) -> Space | None:
    """Return a space of these houses."""
    found = db.session.get(Space, space_id)
    return found if found and _is_at(found, sites) else None


def get_plan(plan_id: int) -> SeatingPlan:
    """Return a plan somebody chose among `plans`."""
    return db.session.get_one(SeatingPlan, plan_id)


def plans(space_ids: Collection[int], own: int | None = None) -> list[PlanChoice]:
    """Return the newest version of each plan of these spaces that is in use, and a performance's own."""
    rank = func.row_number().over(
        partition_by=(SeatingPlan.space_id, SeatingPlan.code), order_by=SeatingPlan.version.desc()
    )
    used = SeatingPlan.retired_at.is_(None)
    ranked = select(SeatingPlan.id, rank.label("rank")).where(used).subquery()
    counted = select(Seat.plan_id, func.count().label("seats")).group_by(Seat.plan_id).subquery()
    wanted = (
        select(
            SeatingPlan.id,
            SeatingPlan.space_id,
            SeatingPlan.code,
            SeatingPlan.version,
            counted.c.seats,
        )
        .outerjoin(ranked, ranked.c.id == SeatingPlan.id)
        .join(counted, counted.c.plan_id == SeatingPlan.id)
        .where(SeatingPlan.space_id.in_(space_ids))
        .where(or_(ranked.c.rank == 1, SeatingPlan.id == own))
        .order_by(SeatingPlan.space_id, SeatingPlan.code, SeatingPlan.version)
    )
    return [PlanChoice(**row._mapping) for row in db.session.execute(wanted)]


def in_the_way(space: Space, during: Range[datetime], but: int | None = None) -> list[InTheWay]:
    """Return what else has part of a space in a span of time, by its beginning."""
    wanted = (
        select(Occupancy, Performance.id, Production)
        .outerjoin(Performance, Performance.occupancy_id == Occupancy.id)
        .outerjoin(Production, Production.id == Performance.production_id)
        .where(Occupancy.atoms.op("&&")(space.atoms), Occupancy.during.op("&&")(during))
        .where(or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > func.palace_clock()))
        .where(Occupancy.id.is_distinct_from(but))
        .order_by(func.lower(Occupancy.during))
    )
    return [
        InTheWay(occupancy.use, occupancy.during, production, performance_id)
        for occupancy, performance_id, production in db.session.execute(wanted)
    ]


def hours_of(performance: Performance) -> Range[datetime] | None:
    """Return from get-in to get-out, or None where the performance has no hall any more."""
    if performance.occupancy_id is None:
        return None
    return db.session.get_one(Occupancy, performance.occupancy_id, populate_existing=True).during


def sold_count(performance_id: int, now: datetime) -> int:
    """Return how many places somebody has, sold or held."""
    return db.session.scalar(_live(performance_id, now)) or 0


def _live(performance_id: int, now: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(Claim)
        .where(Claim.performance_id == performance_id, live(now), Claim.order_id.is_not(None))
    )


def was_ever_booked(performance_id: int) -> bool:
    """Return whether somebody ever took a place: such a performance keeps the plan they chose on."""
    return bool(db.session.scalar(select(exists().where(Order.performance_id == performance_id))))


def last_opening(performance_id: int) -> datetime | None:
    """Return when the last of those who may book before the public are let in."""
    of_it = Opening.performance_id == performance_id
    return db.session.scalar(select(func.max(Opening.opens_at)).where(of_it))


def permits_needed(performance: Performance) -> list[PermitRule]:
    """Return the permits a performance needs, by the kind of its space and its size."""
    space_kind = performance.space.kind
    wanted = select(PermitRule).where(
        PermitRule.from_places <= performance.capacity,
        or_(PermitRule.space_kind.is_(None), PermitRule.space_kind == space_kind),
    )
    return list(db.session.scalars(wanted.order_by(PermitRule.id)))


def last_release(performance_id: int) -> datetime | None:
    """Return when the last kept seat of a performance is released."""
    return db.session.scalar(
        select(func.max(Claim.kept_until)).where(Claim.performance_id == performance_id)
    )


def kept_count(performance_id: int, now: datetime) -> int:
    """Return how many seats are kept for somebody."""
    wanted = select(func.count()).select_from(Claim)
    of_it = (Claim.performance_id == performance_id, Claim.kept_until > now)
    return db.session.scalar(wanted.where(*of_it)) or 0


def place_values(performance: Performance) -> Values:
    """Return where and when a performance is, as its form has it."""
    hours, start = hours_of(performance), performance.starts_at.astimezone(SHANGHAI)
    get_in = (performance.starts_at - hours.lower) // MINUTE if hours and hours.lower else 0
    get_out = (hours.upper - performance.ends_at) // MINUTE if hours and hours.upper else 0
    return {
        "space": str(performance.space_id),
        "seating": performance.seating.value,
        "plan": str(performance.plan_id or ""),
        "capacity": "" if performance.plan_id else str(performance.capacity),
        "day": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        "get_in": str(get_in),
        "get_out": str(get_out),
        "doors": str((performance.starts_at - performance.doors_at) // MINUTE),
    }


def sale_values(performance: Performance) -> Values:
    """Return how a performance is sold, as its form has it; what ends with the start is left empty."""
    opens = performance.sale_opens_at.astimezone(SHANGHAI)
    closes = performance.sale_closes_at.astimezone(SHANGHAI)
    at_start = performance.sale_closes_at == performance.starts_at
    return {
        "opens_day": opens.date().isoformat(),
        "opens_time": opens.strftime("%H:%M"),
        "closes_day": "" if at_start else closes.date().isoformat(),
        "closes_time": "" if at_start else closes.strftime("%H:%M"),
        "seats_per_member": str(performance.seats_per_member),
        "identity_policy": performance.identity_policy.value,
        "one_per_identity": "1" if performance.one_per_identity else "",
        "choice": performance.choice.value,
        "no_single_gap": "1" if performance.no_single_gap else "",
        "gifts_per_ticket": str(performance.gifts_per_ticket),
        "ladder": str(performance.ladder_id or ""),
    }
