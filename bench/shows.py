"""Performances in the demonstration's theatre of 1,234 seats: on sale, and sold out by the thousand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from psycopg import sql
from sqlalchemy import select, update

from bench.house import House
from bench.visitors import BUSY, COUNT, FIRST
from palace import clock
from palace.agenda import services as agenda
from palace.agenda.models import AgendaEntry
from palace.agenda.services import Dated
from palace.db import db, transaction
from palace.money import Fen
from palace.programme.models import Performance, Price, Production, Quota, Tier
from palace.programme.rules import Scope, Seating
from palace.venues import queries as venues
from palace.venues.models import HouseRules, SeatingPlan, Space
from palace.venues.rules import SeatType

AHEAD = timedelta(days=70)  # behind the weeks the programme shows, so that its page stays the same
SOLD_OUT = 10_000_000  # the first sold-out performance; the only one still to come
SELL_OUT = Path(__file__).with_name("sold_out.sql")
FREE, PRICED = {"free": 0}, {"member": 3000}
ENTRIES = 1000
TWO_PRICES = {"free": 0, "member": 3000}
MODEL_ENTRY = (AgendaEntry.member_id == BUSY) & (AgendaEntry.subject == "bench:0")


def seat_codes() -> list[str]:
    """Return the theatre's ordinary seats in plan order."""
    with transaction():
        return [seat.code for seat in venues.seats(_theatre().id) if seat.type is SeatType.SEAT]


def _theatre() -> SeatingPlan:
    wanted = select(SeatingPlan).join(Space, Space.id == SeatingPlan.space_id)
    return db.session.scalars(wanted.where(Space.code == "theatre")).one()


def on_sale(
    prices: Mapping[str, int] = FREE, *, free_seats: int | None = None, ahead: timedelta = AHEAD
) -> int:
    """Put a performance on sale, with a quota of free tickets if asked for; return its id."""
    with transaction():
        now = clock.now()
        performance = _performance(now + ahead, now)
        tiers = {tier.code: tier for tier in db.session.scalars(select(Tier))}
        db.session.add(performance)
        db.session.flush()
        for (code, amount), zone in itertools.product(
            prices.items(), sorted({seat.zone for seat in venues.seats(_theatre().id)})
        ):
            price = {"zone": zone, "tier_id": tiers[code].id, "amount": Fen(amount)}
            db.session.add(Price(performance_id=performance.id, **price))
        if free_seats is not None:
            quota = {"scope": Scope.TIER, "tier_id": tiers["free"].id, "seats": free_seats}
            db.session.add(Quota(performance_id=performance.id, **quota))
        return performance.id


def let_all_be_unpaid() -> None:
    """Let a whole hall be kept for who pays at the counter: no limit may refuse what is measured."""
    with transaction():
        db.session.execute(update(HouseRules).values(unpaid_percent=100))


def _performance(starts_at: datetime, now: datetime) -> Performance:
    plan = _theatre()
    wanted = select(Production).where(Production.code == "golden-branch")
    return Performance(
        production_id=db.session.scalars(wanted).one().id,
        space_id=plan.space_id,
        plan_id=plan.id,
        seating=Seating.SEATED,
        capacity=len(venues.seats(plan.id)),
        seats_per_member=4,
        doors_at=starts_at - timedelta(minutes=30),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=130),
        sale_opens_at=now - timedelta(days=1),
        sale_closes_at=starts_at,
        published_at=now - timedelta(days=1),
    )


def sell_out(house: House, since: int, until: int) -> None:
    """Bring in sold-out performances number `since` up to, not including, `until`."""
    model = on_sale()
    with transaction():
        free = db.session.scalars(select(Tier).where(Tier.code == "free")).one()
        entry = db.session.scalars(select(AgendaEntry).where(MODEL_ENTRY)).one()
        plan = _theatre()
    figures = {
        "since": since,
        "until": until,
        "base": SOLD_OUT,
        "first": FIRST,
        "members": COUNT,
        "model": model,
        "plan": plan.id,
        "tier": free.id,
        "block": entry.block.replace(entry.uid, "UID-OF-ENTRY"),
    }
    literals = {name: sql.Literal(value) for name, value in figures.items()}
    text = SELL_OUT.read_text(encoding="utf-8")
    with house.admin() as connection:
        connection.execute(sql.SQL(text).format(**literals).as_string(connection).encode())
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def fill_calendar(member_id: int, count: int) -> None:
    """Give a member so many dated things in the year to come."""
    with transaction():
        now = clock.now()
        for number in range(count):
            _enter(member_id, number, now + timedelta(hours=1 + number * 8))


def _enter(member_id: int, number: int, starts_at: datetime) -> None:
    agenda.put(
        member_id,
        Dated(
            subject=f"bench:{number}",
            kind="performance",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=130),
            title_zh="晋剧《打金枝》",
            title_en="The Golden Branch",
            place_zh="太原市工人文化宫 大剧场",
            place_en="Taiyuan Workers' Palace, Grand Theatre",
            path=f"/performances/{number + 1}",
        ),
        clock.now(),
    )
