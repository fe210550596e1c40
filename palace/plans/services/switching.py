"""Another plan under a performance that may be on sale: everybody keeps their seat, or nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.plans import claims, queries
from palace.plans.claims import Taken
from palace.plans.errors import (
    PlanChanged,
    PlanNotForIt,
    SeatsInTheWay,
    TooLateToChange,
    ZonesUnpriced,
)
from palace.plans.rules import Hindrance, hindrance
from palace.programme.models import Performance
from palace.tickets import kept
from palace.venues import queries as venues
from palace.venues.models import SeatingPlan
from palace.venues.queries import Plan
from palace.venues.rules import PlanSeat

SHOWN_OF_CODE = 4


@dataclass(frozen=True)
class InTheWay:
    """A seat somebody has that is not on the other plan as it is: who has it, masked, and why it hinders."""

    seat: PlanSeat
    order: str
    kept_for: str
    why: Hindrance


def switch(performance_id: int, plan_id: int, seen: int) -> int:
    """Give a performance another plan of its hall; return how many claims moved along.

    What was sold keeps its price; its seat is the one of the same code on the other plan.

    Args:
        seen: the plan that was on the page.

    Raises:
        PlanChanged: somebody was quicker.
        TooLateToChange, PlanNotForIt, ZonesUnpriced: this plan cannot be, whatever was sold.
        SeatsInTheWay: somebody has a seat that is not there, or is another one; with the list.
    """
    kept.stand_still()
    performance = claims.locked_performance(performance_id)
    now = clock.now()
    if performance.plan_id != seen:
        raise PlanChanged
    _check_not_too_late(performance, now)
    plan = queries.locked_plan(plan_id)
    if plan.space_id != performance.space_id or plan.retired_at or plan.id == seen:
        raise PlanNotForIt
    hindered = in_the_way(performance, plan, now)
    if hindered:
        raise SeatsInTheWay(hindered)
    moved = kept.seat_anew(performance.id, plan.id)
    performance.plan_id, performance.capacity = plan.id, claims.count_seats(plan.id)
    db.session.flush()
    note(
        "plan_switched",
        f"performance:{performance.id}",
        before={"plan": seen},
        after={"plan": plan.id, "claims": moved},
    )
    return moved


def _check_not_too_late(performance: Performance, now: datetime) -> None:
    if performance.cancelled_at is not None or performance.starts_at <= now:
        raise TooLateToChange


def in_the_way(performance: Performance, plan: SeatingPlan, now: datetime) -> list[InTheWay]:
    """Return the seats that forbid a plan for a performance, in plan order.

    Raises:
        ZonesUnpriced: somebody could choose a seat there that has no price.
    """
    prices = queries.prices(performance.id)
    new = venues.plan(plan.id)
    _check_priced(new, prices)
    old = venues.plan(performance.plan_id or 0)
    by_id: dict[int | None, PlanSeat] = {seat.id: seat for seat in old.seats}
    found = []
    for one in claims.taken(performance.id, now):
        seat = by_id[one.seat_id]
        why = hindrance(seat, new.by_code.get(seat.code), one.tier_id, prices)
        if why is not None:
            found.append(_told(one, seat, why))
    return found


def _told(one: Taken, seat: PlanSeat, why: Hindrance) -> InTheWay:
    masked = f"{one.order[:SHOWN_OF_CODE]}…" if one.order else ""
    return InTheWay(seat=seat, order=masked, kept_for=one.kept_for or "", why=why)


def _check_priced(new: Plan, prices: Mapping[tuple[str, int], int]) -> None:
    priced = {zone for zone, _ in prices}
    used = {seat.zone for seat in new.seats}
    missing = [
        zone["name"]["zh"] for zone in new.drawn.drawing["zones"] if zone["code"] in used - priced
    ]
    if priced and missing:
        raise ZonesUnpriced(zones=missing)
