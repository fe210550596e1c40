"""Reads of sites, rules, spaces and seats; nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import ColumnElement, bindparam, exists, false, select, true

from palace.db import db
from palace.members.posts import ProofRules
from palace.members.rules import CodeBudget
from palace.notices.rules import Fund, MessageRules
from palace.once import forget, once, read_lately
from palace.venues.errors import NotSetUp
from palace.venues.models import Demonstration, HouseRules, Seat, SeatingPlan, Site, Space
from palace.venues.rules import NORMAL, Mode, Moded, PlanSeat, Reason, stronger, weakest

Sites = Collection[int] | None
"""The houses somebody may look after; None: all."""

HEAD = "head"
MODES_FRESH = 2.0  # seconds
Found = TypeVar("Found")
OF_PLAN = (
    select(*(getattr(Seat, part.name) for part in fields(PlanSeat)))
    .where(Seat.plan_id == bindparam("plan_id"))
    .order_by(Seat.ordinal)
)


MODED = (
    select(
        Site.kind, Space.id, HouseRules.mode, HouseRules.mode_reason_zh, HouseRules.mode_reason_en
    )
    .join_from(HouseRules, Site, Site.id == HouseRules.site_id)
    .outerjoin(Space, Space.site_id == Site.id)
    .where(HouseRules.mode != Mode.NORMAL)
)


@dataclass(frozen=True)
class Plan:
    """A seating plan as it was drawn, its seats in plan order, and by their codes."""

    drawn: SeatingPlan
    seats: tuple[PlanSeat, ...]
    by_code: Mapping[str, PlanSeat]


def head_site() -> Site:
    """Return the head house of the palace.

    Raises:
        NotSetUp: there is none yet.
    """
    return _set_up(db.session.scalars(select(Site).where(Site.kind == HEAD)).one_or_none())


def house_rules() -> HouseRules:
    """Return the rules of the head house, which hold for the whole palace.

    Raises:
        NotSetUp: there is no house yet.
    """
    return once("house_rules", _rules_of_head)


def _rules_of_head() -> HouseRules:
    of_head = select(HouseRules).join(Site, Site.id == HouseRules.site_id).where(Site.kind == HEAD)
    return _set_up(db.session.scalars(of_head).one_or_none())


def _set_up(found: Found | None) -> Found:
    if found is None:
        raise NotSetUp
    return found


def code_budget() -> CodeBudget:
    """Return how many sign-in codes the house pays for; members ask for it through create_app."""
    rules = house_rules()
    return CodeBudget(
        per_phone_minute=rules.code_per_phone_minute,
        per_phone_hour=rules.code_per_phone_hour,
        per_phone_day=rules.code_per_phone_day,
        per_address_hour=rules.code_per_address_hour,
        per_day=rules.code_per_day,
        per_day_for_known=rules.code_per_day_for_known,
    )


def message_rules() -> MessageRules:
    """Return when messages rest at night, and what they may cost; notices ask through create_app."""
    rules = house_rules()
    return MessageRules(
        quiet_from=rules.quiet_from,
        quiet_until=rules.quiet_until,
        price=rules.message_price,
        budgets={
            Fund.NOTICES: rules.message_budget_day,
            Fund.BROADCASTS: rules.broadcast_budget_day,
        },
    )


def proof_rules() -> ProofRules:
    """Return who needs a second factor and how long a proof holds; members ask through create_app."""
    rules = house_rules()
    return ProofRules(
        second_factor_roles=frozenset(rules.second_factor_roles), proof_minutes=rules.proof_minutes
    )


def number_idle() -> timedelta:
    """Return after what time a number may be somebody else's; members ask through create_app."""
    return timedelta(days=house_rules().number_idle_days)


def sites() -> list[Site]:
    """Return every house of the palace, the head first."""
    return list(db.session.scalars(select(Site).order_by(Site.kind != HEAD, Site.id)))


def find_site(code: str) -> Site | None:
    """Return the house with this code."""
    return db.session.scalars(select(Site).where(Site.code == code)).first()


def at_sites(site_id: Any, sites: Sites) -> ColumnElement[bool]:
    """Return the condition that something belongs to these houses (none: to nobody's); None: to any."""
    if sites is None:
        return true()
    return cast("ColumnElement[bool]", site_id.in_(sites)) if sites else false()


def spaces_at(site_ids: Collection[int]) -> set[int]:
    """Return the spaces of these houses, by id."""
    return set(db.session.scalars(select(Space.id).where(Space.site_id.in_(site_ids))))


def get_space(code: str) -> Space:
    """Return a space of the head house by its code.

    Raises:
        NoResultFound: there is none.
    """
    return (
        db.session.scalars(select(Space).join(Site).where(Site.kind == HEAD, Space.code == code))
        .unique()
        .one()
    )


def seats(plan_id: int) -> tuple[PlanSeat, ...]:
    """Return a plan's seats in plan order."""
    return plan(plan_id).seats


def plan(plan_id: int) -> Plan:
    """Return a plan with its seats, kept by this process: a plan's version never changes.

    It belongs to no database transaction, so it is only read.
    """
    plans: dict[int, Plan] = current_app.extensions.setdefault("palace_plans", {})
    if plan_id not in plans:
        plans[plan_id] = _read_plan(plan_id)
    return plans[plan_id]


def _read_plan(plan_id: int) -> Plan:
    drawn, rows = (
        db.session.get_one(SeatingPlan, plan_id),
        db.session.execute(OF_PLAN, {"plan_id": plan_id}),
    )
    db.session.expunge(drawn)
    seats = tuple(PlanSeat(**row._mapping) for row in rows)
    return Plan(drawn=drawn, seats=seats, by_code={seat.code: seat for seat in seats})


def is_demonstration() -> bool:
    """Return whether this database was loaded as a demonstration palace."""
    return bool(db.session.scalar(select(exists(select(Demonstration.id)))))


def has_palace() -> bool:
    """Return whether any house is set up here."""
    return bool(db.session.scalar(select(exists(select(Site.id)))))


@dataclass(frozen=True)
class Modes:
    """How the palace and the spaces of single houses stand."""

    palace: Moded = NORMAL
    by_space: Mapping[int, Moded] = field(default_factory=dict)

    def of(self, space_id: int) -> Moded:
        """Return how a space stands."""
        return stronger(self.palace, self.by_space.get(space_id, NORMAL))

    def of_all(self, space_ids: Collection[int]) -> Moded:
        """Return what holds for each of some spaces; none: how the palace itself stands."""
        return weakest([self.of(one) for one in space_ids] or [self.palace])


def modes() -> Modes:
    """Return how the houses stand: every page and booking asks, so it is read once in two seconds."""
    return read_lately("modes", MODES_FRESH, _read_modes)


def forget_modes() -> None:
    """Have this process read anew how the houses stand."""
    forget("modes")


def _read_modes() -> Modes:
    palace, by_space = NORMAL, {}
    for kind, space_id, mode, zh, en in db.session.execute(MODED):
        moded = Moded(mode=mode, reason=Reason(name_zh=zh, name_en=en))
        if kind == HEAD:
            palace = moded
        elif space_id is not None:
            by_space[space_id] = moded
    return Modes(palace, by_space)
