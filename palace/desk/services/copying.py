"""Another evening of the same: everything of a performance, at another date and time, as a draft."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.desk.queries import staged
from palace.desk.services.staging import Place, Sale, put_on, subject
from palace.members.services import note
from palace.programme.models import Opening, Performance, Price, Quota
from palace.programme.rules import Scope
from palace.programme.services import cap_house
from palace.tickets.keeping import KeptFor
from palace.tickets.kept import keep, keep_places
from palace.tickets.models import Claim
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat

Copy = Callable[[Performance, Performance, timedelta], object]
copies: dict[str, Copy] = {}
"""What else of a performance another evening of it has; gets old, new and the time between their starts.

Other parts add theirs in create_app.
"""
OF_A_ROW = ":"
"""Stands in what a seat is kept for where it belongs to another part's row: a unit's block, an offer."""


def copy(performance: Performance, starts_at: datetime) -> Performance:
    """Put a performance on once more, begun at `starts_at`: all times of it move along.

    Raises:
        HallTaken: says what is in the way.
    """
    by = starts_at - performance.starts_at
    new = put_on(performance.production, _place(performance, starts_at), _sale(performance, by))
    for each in copies.values():
        each(performance, new, by)
    db.session.flush()
    note("performance_copied", subject(new.id), after={"of": subject(performance.id)})
    return new


def _place(performance: Performance, starts_at: datetime) -> Place:
    hours = staged.hours_of(performance)
    house = venues.house_rules()
    get_in = timedelta(minutes=house.get_in_minutes)
    get_out = timedelta(minutes=house.get_out_minutes)
    if hours and hours.lower and hours.upper:
        get_in = performance.starts_at - hours.lower
        get_out = hours.upper - performance.ends_at
    return Place(
        space=performance.space,
        seating=performance.seating,
        plan=performance.plan,
        capacity=None if performance.plan_id else performance.capacity,
        starts_at=starts_at,
        get_in=get_in,
        get_out=get_out,
        doors=performance.starts_at - performance.doors_at,
    )


def _sale(performance: Performance, by: timedelta) -> Sale:
    return Sale(
        opens_at=performance.sale_opens_at + by,
        closes_at=performance.sale_closes_at + by,
        seats_per_member=performance.seats_per_member,
        identity_policy=performance.identity_policy,
        one_per_identity=performance.one_per_identity,
        choice=performance.choice,
        no_single_gap=performance.no_single_gap,
        gifts_per_ticket=performance.gifts_per_ticket,
        ladder_id=performance.ladder_id,
    )


def copy_prices(old: Performance, new: Performance, _by: timedelta) -> None:
    """Give the new one what the old one costs today."""
    for price in db.session.scalars(select(Price).where(Price.performance_id == old.id)):
        db.session.add(
            Price(
                performance_id=new.id,
                zone=price.zone,
                tier_id=price.tier_id,
                amount=price.amount,
            )
        )


def copy_quotas(old: Performance, new: Performance, _by: timedelta) -> None:
    """Give the new one the quotas of the old one; the house of places without seats is there already."""
    for quota in db.session.scalars(select(Quota).where(Quota.performance_id == old.id)):
        house = db.session.scalars(
            select(Quota).where(Quota.performance_id == new.id, Quota.scope == Scope.HOUSE)
        ).first()
        if quota.scope is Scope.HOUSE and house is not None:
            house.seats = quota.seats
            cap_house(new)
            continue
        db.session.add(
            Quota(
                performance_id=new.id,
                scope=quota.scope,
                tier_id=quota.tier_id,
                zone=quota.zone,
                seats=quota.seats,
            )
        )


def copy_kept(old: Performance, new: Performance, by: timedelta) -> None:
    """Keep the same seats for the same reasons, as long before the start; places by their number.

    What belongs to a row of another part (a unit's block, an offer) is that part's to copy, and what
    came back from a buyer is nobody's.
    """
    kept: dict[tuple[str, datetime, str | None], list[int | None]] = defaultdict(list)
    for seat_id, reason, until, why in kept_again(old):
        kept[reason, until + by, why].append(seat_id)
    now, by_id = clock.now(), {seat.id: seat for seat in _seats(old)}
    for (reason, until, why), ids in kept.items():
        chosen = [by_id[seat_id] for seat_id in ids if seat_id is not None]
        keep(new.id, chosen, reason=reason, until=until, now=now, why=why)
        places = len(ids) - len(chosen)
        keep_places(new.id, places, reason=reason, until=until, now=now, why=why)


def kept_again(old: Performance) -> list[tuple[int | None, str, datetime, str | None]]:
    """Return what a copy keeps: seat, reason, release and why, released by now or not."""
    key = func.coalesce(Claim.kept_again, Claim.kept_for)
    wanted = select(Claim.seat_id, key, Claim.kept_until, Claim.kept_why)
    of_old = (Claim.performance_id == old.id, Claim.kept_for.is_not(None))
    return [
        (seat_id, reason, until, why)
        for seat_id, reason, until, why in db.session.execute(wanted.where(*of_old))
        if reason and until and OF_A_ROW not in reason and reason != KeptFor.RETURNED
    ]


def _seats(performance: Performance) -> tuple[PlanSeat, ...]:
    return venues.seats(performance.plan_id) if performance.plan_id else ()


def copy_openings(old: Performance, new: Performance, by: timedelta) -> None:
    """Let the same people book as long before the start."""
    for row in db.session.scalars(select(Opening).where(Opening.performance_id == old.id)):
        db.session.add(
            Opening(
                performance_id=new.id,
                audience=row.audience,
                unit_id=row.unit_id,
                opens_at=row.opens_at + by,
            )
        )


copies |= {
    "prices": copy_prices,
    "quotas": copy_quotas,
    "kept": copy_kept,
    "openings": copy_openings,
}
