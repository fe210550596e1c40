"""What holds for a wish at one instant: read behind the locks, in one round trip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from palace.clock import NOW as CLOCK
from palace.clock import SHANGHAI, day_span, palace_day
from palace.db import table_of
from palace.errors import NotFound
from palace.hours.queries import asking_hours
from palace.members.models import Post
from palace.members.rules import Known, Role, Standing
from palace.rooms.models import Occurrence, Purpose, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.queries.lent import CLOSURES, ROOMS, SPACE_IDS, room_facts
from palace.rooms.queries.shows import SHOWS
from palace.rooms.queries.strikes import OF_TROUPE
from palace.rooms.rules import monday, month
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Facts, Wanted
from palace.statements import Question, execute_all
from palace.strikes.models import Strike
from palace.strikes.rules import Ladder, barred_until
from palace.troupes.models import Certification, Season, Troupe
from palace.troupes.rules import CertificationState
from palace.venues.models import HouseRules, Occupancy, Site
from palace.venues.queries import HEAD

DATES, USES = table_of(Occurrence), table_of(Occupancy)
MEMBER, TROUPE = bindparam("member_id", type_=BigInteger), bindparam("troupe_id", type_=BigInteger)
UNIT = bindparam("unit_id", type_=BigInteger)
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


def facts_of(
    wish: Wanted,
    member: Known,
    space_id: int,
    *,
    swaps: Mapping[date, int],
    in_series: bool,
) -> Facts:
    """Return what holds for a wish; its counts are true behind the locks of the member and the troupe.

    Args:
        swaps: the spaces of single dates that are not to be in `space_id`.

    Raises:
        NotFound: one of the spaces is not lent.
    """
    days = sorted(span.day for span in wish.spans)
    asked = _asked(wish, member, sorted({space_id, *swaps.values()}), days)
    found = dict(zip(asked, execute_all(*asked.values()), strict=True))
    now = found["now"][0][0].astimezone(UTC)
    rooms = {row.space_id: row for row in found["rooms"]}
    if not rooms.keys() >= {space_id, *swaps.values()}:
        raise NotFound
    told = room_facts(rooms, found["closures"], days, (found["hours"], found["special"]))
    own = found["troupe"][0] if found.get("troupe") else None
    return Facts(
        now=now,
        zone=SHANGHAI,
        room=told[space_id],
        swapped={day: told[of] for day, of in swaps.items()},
        purposes={row.code for row in found["purposes"]},
        is_member=member.standing(palace_day(now)) is Standing.VALID,
        barred_until=_barred(found["house"], found["strikes"]),
        leads=own is not None and own.leads,
        seasons=[(row.starts_on, row.ends_on) for row in found.get("seasons", ())],
        week_minutes=own.week_minutes if own else None,
        month_minutes=own.month_minutes if own else None,
        by_week=_summed(found.get("used", ()), monday),
        by_month=_summed(found.get("used", ()), month),
        member_minutes={row.day: row.minutes for row in found["had"]},
        unit_counts={row.day: row.dates for row in found.get("unit", ())},
        has_unit=member.unit_id is not None,
        show_days=[row.day for row in found.get("shows", ())],
        future=found["future"][0][0],
        in_series=in_series,
    )


def _asked(
    wish: Wanted, member: Known, space_ids: list[int], days: Sequence[date]
) -> dict[str, Question]:
    """Return the questions of `facts_of` by name."""
    first, last = days[0], days[-1]
    whose = {"member_id": member.id}
    starts_at, ends_at = day_span(first)[0], day_span(last)[1]
    hours, special = asking_hours(space_ids, days)
    asked: dict[str, Question] = {
        "now": (CLOCK, {}),
        "hours": hours,
        "special": special,
        "rooms": (ROOMS, {"space_ids": space_ids}),
        "house": (HOUSE, {}),
        "strikes": (STRIKES, whose),
        "purposes": (PURPOSES, {}),
        "closures": (
            CLOSURES,
            {"space_ids": space_ids, "starts_at": starts_at, "ends_at": ends_at},
        ),
        "had": (HAD, whose | {"first": first, "last": last}),
        "future": (FUTURE, whose | {"space_ids": space_ids}),
    }
    if member.unit_id is not None and wish.troupe_id is None:
        asked["unit"] = (OF_UNIT, {"unit_id": member.unit_id, "first": first, "last": last})
    if wish.troupe_id is not None:
        of_troupe = {"troupe_id": wish.troupe_id}
        around = {
            "first": min(monday(first), month(first)),
            "last": max(monday(last) + timedelta(days=6), month(last) + timedelta(days=31)),
        }
        asked |= {
            "troupe": (TROUPE_NOW, of_troupe | whose),
            "future": (FUTURE_OF_TROUPE, of_troupe | {"space_ids": space_ids}),
            "seasons": (SEASONS, of_troupe),
            "used": (USED, of_troupe | around),
            "shows": (SHOWS, of_troupe),
            "strikes": (OF_TROUPE, of_troupe),  # in the place of the member's own
        }
    return asked


def _barred(house: Sequence[Any], strikes: Sequence[Any]) -> date | None:
    if not house:
        return None
    row = house[0]
    ladder = Ladder(
        strikes=row.strikes_to_bar, within_days=row.strike_within_days, bar_days=row.bar_days
    )
    return barred_until([palace_day(strike.happened_at) for strike in strikes], ladder)


def _summed(rows: Iterable[Any], period: Any) -> dict[date, int]:
    summed: dict[date, int] = {}
    for row in rows:
        summed[period(row.day)] = summed.get(period(row.day), 0) + row.minutes
    return summed


LAPSES_AT = select(USES.c.lapses_at).where(USES.c.id == DATES.c.occupancy_id).scalar_subquery()
"""Until when a date is held; asked only of those for which it matters, never joined to all."""


def counted() -> ColumnElement[bool]:
    """Return the condition that a date counts against a quota: taken, missed, or held for a decision."""
    return or_(
        DATES.c.state == OccurrenceState.CONFIRMED.value,
        DATES.c.state == OccurrenceState.MISSED.value,
        and_(DATES.c.state == OccurrenceState.PENDING.value, func.palace_clock() < LAPSES_AT),
    )


MINUTES = cast(
    func.sum(func.extract("epoch", DATES.c.ends_at - DATES.c.starts_at)) / 60, BigInteger
).label("minutes")
ALONE = DATES.c.troupe_id.is_(None)
BETWEEN = DATES.c.day.between(FIRST, LAST)
HOUSE = (
    select(HouseRules.strikes_to_bar, HouseRules.strike_within_days, HouseRules.bar_days)
    .join(Site, Site.id == HouseRules.site_id)
    .where(Site.kind == HEAD)
)
STRIKES = select(Strike.happened_at).where(Strike.member_id == MEMBER, Strike.forgiven_at.is_(None))
PURPOSES = select(Purpose.code)
HAD = (
    select(DATES.c.day, MINUTES)
    .where(DATES.c.member_id == MEMBER, ALONE, BETWEEN, counted())
    .group_by(DATES.c.day)
)
OF_UNIT = (
    select(DATES.c.day, func.count().label("dates"))
    .where(DATES.c.unit_id == UNIT, ALONE, BETWEEN, counted())
    .group_by(DATES.c.day)
)
USED = (
    select(DATES.c.day, MINUTES)
    .where(DATES.c.troupe_id == TROUPE, BETWEEN, counted())
    .group_by(DATES.c.day)
)
LIMITED = exists().where(
    Room.space_id == any_(SPACE_IDS), Policy.id == Room.policy_id, Policy.future_count > 0
)
TODAY = select(cast(func.timezone(SHANGHAI.key, func.palace_clock()), Date)).scalar_subquery()


def _future(*whose: ColumnElement[bool]) -> Select[Any]:
    """Return how many single dates somebody has ahead, counted only where a policy limits them."""
    reservations = table_of(Reservation)
    ahead = (
        select(func.count())
        .select_from(DATES.join(reservations, reservations.c.id == DATES.c.reservation_id))
        .where(
            *whose,
            DATES.c.day >= TODAY,
            DATES.c.ends_at > func.palace_clock(),
            reservations.c.weeks == 1,
            counted(),
        )
    )
    return select(case((LIMITED, ahead.scalar_subquery()), else_=0).label("dates"))


FUTURE = _future(DATES.c.member_id == MEMBER, ALONE)
FUTURE_OF_TROUPE = _future(DATES.c.troupe_id == TROUPE)
TROUPE_NOW = select(
    Troupe.week_minutes,
    Troupe.month_minutes,
    and_(
        Troupe.ended_at.is_(None),
        select(Post.id)
        .where(
            Post.troupe_id == Troupe.id,
            Post.member_id == MEMBER,
            or_(Post.role == Role.LEADER, Post.role == Role.DEPUTY),
            Post.ended_at.is_(None),
        )
        .exists(),
    ).label("leads"),
).where(Troupe.id == TROUPE)
SEASONS = (
    select(Season.starts_on, Season.ends_on)
    .join(Certification, Certification.season_id == Season.id)
    .where(
        Certification.troupe_id == TROUPE,
        Certification.state == CertificationState.CERTIFIED,
    )
)
