"""Whom a line names, what was given of a show, and how much of its allowance is left; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from palace.complimentary.models import Complimentary, Given
from palace.complimentary.rules import TIER, Line
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, RosterEntry
from palace.members.rules import mobile_number, tidy_name
from palace.money import Fen
from palace.programme.models import Performance, Price, Tier
from palace.roster.rules import read_card
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order
from palace.venues.models import Space

Sites = Collection[int] | None


def coming(now: datetime, sites: Sites) -> Sequence[Performance]:
    """Return the shows to come at some sites that tickets are needed for, the next first."""
    wanted = select(Performance).where(
        Performance.starts_at > now,
        Performance.cancelled_at.is_(None),
        Performance.published_at.is_not(None),
        Performance.seating != "open",
    )
    if sites is not None:
        here = select(Space.id).where(Space.site_id.in_(sites))
        wanted = wanted.where(Performance.space_id.in_(here))
    return db.session.scalars(wanted.order_by(Performance.starts_at, Performance.id)).all()


def members_named(line: Line) -> Sequence[int]:
    """Return the members a number is of, and who are called so where a name stands there: two at most."""
    phone = mobile_number(line.number)
    cards = {line.number, read_card(line.number) or line.number}
    of_card = Member.roster_entry.has(RosterEntry.card_number.in_(cards))
    wanted = select(Member.id).where(
        Member.phone == phone if phone else of_card, Member.erased_at.is_(None)
    )
    if line.name:
        wanted = wanted.where(Member.name == tidy_name(line.name))
    return db.session.scalars(wanted.order_by(Member.id).limit(2)).all()


def of_performance(performance_id: int) -> Sequence[Complimentary]:
    """Return what was given of a show, or proposed, the newest first."""
    orders = selectinload(Complimentary.people).selectinload(Given.order)
    wanted = (
        select(Complimentary)
        .where(Complimentary.performance_id == performance_id)
        .options(orders.selectinload(Order.tickets), orders.selectinload(Order.claims))
    )
    return db.session.scalars(wanted.order_by(Complimentary.id.desc())).all()


def locked(performance_id: int, complimentary_id: int) -> Complimentary:
    """Return what was proposed of a show under its lock, read anew.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Complimentary).where(
        Complimentary.id == complimentary_id, Complimentary.performance_id == performance_id
    )
    alone = wanted.with_for_update(of=Complimentary, key_share=True)
    found = db.session.scalars(alone.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def given_count(performance_id: int, now: datetime) -> int:
    """Return how many complimentary places of a show are somebody's, true behind its allowance's lock."""
    wanted = select(func.count()).select_from(Claim).join(Tier, Tier.id == Claim.tier_id)
    there = (Claim.performance_id == performance_id, Tier.code == TIER, live(now))
    return db.session.scalars(wanted.where(*there)).one()


def faces(performance_id: int) -> dict[str, Fen]:
    """Return the highest price of each zone of a show: what a complimentary ticket there is worth."""
    wanted = select(Price.zone, func.max(Price.amount)).group_by(Price.zone)
    found = db.session.execute(wanted.where(Price.performance_id == performance_id))
    return {zone: Fen(amount) for zone, amount in found}
