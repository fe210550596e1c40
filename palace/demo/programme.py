"""What is on in the demonstration palace, with dates counted from the day of loading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from palace.clock import SHANGHAI, at, palace_day
from palace.db import db
from palace.demo import review
from palace.demo.house import read
from palace.money import Fen
from palace.programme.models import Performance, Production, Tier
from palace.programme.rules import IdentityPolicy, Seating
from palace.programme.services import Staging, stage
from palace.tickets.rules import KeptFor
from palace.tickets.services import keep
from palace.venues import queries as venues
from palace.venues.models import SeatingPlan, Site, Space
from palace.venues.rules import SeatType

SATURDAY = 5
NOON = 12
OPENS_DAYS = 42
OPENING = time(10)
HOUSE_RELEASE = timedelta(hours=1)
WHEELCHAIR_RELEASE = timedelta(hours=24)
ONE_ZONE = ""
FAMILY, COUPLE = 4, 2


@dataclass(frozen=True)
class Show:
    """A performance that was put on, the share of it to be sold already, and how many sit together."""

    performance: Performance
    sold: float
    together: int


def bring_in(now: datetime) -> list[Show]:
    """Add the tiers, the productions and their performances; return what was put on."""
    programme = read("programme.toml")
    tiers = {row["code"]: Tier(**row) for row in programme["tier"]}
    db.session.add_all(tiers.values())
    db.session.flush()
    rows = programme["production"]
    works = {row["code"]: _reviewed(row, number) for number, row in enumerate(rows)}
    shows = [show for row in rows for show in _put_on(works[row["code"]], row, tiers, now)]
    review.bring_in(works)
    return shows


def _reviewed(row: dict[str, Any], number: int) -> Production:
    """Return a production of the data file: a branch's is its own, the head house's everybody's."""
    return review.put_in(row, number, _space(row).site_id if "site" in row else None)


def _put_on(
    production: Production, row: dict[str, Any], tiers: dict[str, Tier], now: datetime
) -> list[Show]:
    space = _space(row)
    plan = db.session.scalars(select(SeatingPlan).where(SeatingPlan.space_id == space.id)).first()
    nights = starts(row, now)
    sold = row.get("sold", [0.0] * len(nights))
    together = FAMILY if "member" in row.get("prices", {}) else COUPLE
    return [
        Show(
            _one_night(production, space, _staging(row, tiers, plan, night, now), row),
            share,
            together,
        )
        for night, share in zip(nights, sold, strict=True)
    ]


def _space(row: dict[str, Any]) -> Space:
    """Return where a production of the data file is on: at the head house, where no site is named."""
    if "site" not in row:
        return venues.get_space(row["hall"])
    at_site = select(Space).join(Site).where(Site.code == row["site"], Space.code == row["hall"])
    return db.session.scalars(at_site).unique().one()


def starts(row: dict[str, Any], now: datetime) -> list[datetime]:
    """Return when a production of the data file is shown, as seen from `now`."""
    if "daily" in row:
        days = [palace_day(now) + timedelta(days=days) for days in range(row["daily"]["days"])]
        times = [time.fromisoformat(words) for words in row["daily"]["times"]]
        return [at(day, clock_time) for day in days for clock_time in times]
    return [_night(words, now) for words in row["nights"]]


def _night(words: str, now: datetime) -> datetime:
    """Return the instant of "day+1 19:30" (tomorrow) or "sat+1 19:30" (the day after the first Saturday)."""
    day, clock_time = words.split()
    today = palace_day(now)
    anchor = today if day.startswith("day") else _first_saturday(today, now)
    return at(anchor + timedelta(days=int(day[3:])), time.fromisoformat(clock_time))


def _first_saturday(today: date, now: datetime) -> date:
    """Return the next Saturday; today itself only before noon, so that there is time to book."""
    days = (SATURDAY - today.weekday()) % 7
    if days == 0 and now.astimezone(SHANGHAI).hour >= NOON:
        days = 7
    return today + timedelta(days=days)


def _staging(
    row: dict[str, Any],
    tiers: dict[str, Tier],
    plan: SeatingPlan | None,
    night: datetime,
    now: datetime,
) -> Staging:
    zones = [zone["code"] for zone in plan.drawing["zones"]] if plan else [ONE_ZONE]
    opens_on = palace_day(night) - timedelta(days=row.get("opens_days", OPENS_DAYS))
    return Staging(
        starts_at=night,
        seating=_seating(row, plan),
        plan=plan,
        prices=_prices(row.get("prices", {}), tiers, zones),
        quotas=((tiers["free"], row["free"]),) if "free" in row else (),
        get_in=_minutes(row, "get_in"),
        get_out=_minutes(row, "get_out"),
        sale_opens_at=at(opens_on, OPENING),
        published_at=now,
        capacity=row.get("capacity"),
        identity_policy=IdentityPolicy(row.get("identity", "none")),
        one_per_identity="identity" in row,
    )


def _minutes(row: dict[str, Any], name: str) -> timedelta | None:
    return timedelta(minutes=row[name]) if name in row else None


def _seating(row: dict[str, Any], plan: SeatingPlan | None) -> Seating:
    if plan:
        return Seating.SEATED
    return Seating.PLACES if "prices" in row else Seating.OPEN


def _prices(
    amounts: dict[str, Any], tiers: dict[str, Tier], zones: list[str]
) -> tuple[tuple[Tier, str, Fen], ...]:
    """Return a price for each tier and zone; an amount is one for all zones, or a table by zone."""
    return tuple(
        (tiers[code], zone, Fen(amount[zone] if isinstance(amount, dict) else amount))
        for code, amount in amounts.items()
        for zone in zones
    )


def _one_night(
    production: Production, space: Space, staging: Staging, row: dict[str, Any]
) -> Performance:
    """Put one night on, with wheelchair places and the house's own seats kept until their release."""
    performance = stage(production, space, staging)
    if performance.plan_id is None:
        return performance
    seats = venues.seats(performance.plan_id)
    special = [seat for seat in seats if seat.type is not SeatType.SEAT]
    ordinary = sorted(
        (seat for seat in seats if seat.type is SeatType.SEAT), key=lambda seat: seat.score
    )
    kept = (
        (special, KeptFor.WHEELCHAIR, WHEELCHAIR_RELEASE),
        (ordinary[: row["house"]], KeptFor.HOUSE, HOUSE_RELEASE),
    )
    for chosen, reason, release in kept:
        keep(performance, chosen, reason=reason, until=performance.starts_at - release)
    return performance
