"""Opening a show by stages; keeping seats of it, and letting them go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.db import db
from palace.kept import queries, rules
from palace.kept.errors import KeptMoved, OpeningsMoved, PlacesShort, ShowBegun
from palace.members.services import note
from palace.programme import queries as programme
from palace.programme.models import Opening, Performance
from palace.programme.rules import Audience
from palace.tickets import queries as tickets
from palace.tickets.keeping import KeptFor
from palace.tickets.kept import keep_each, keep_places, unkeep
from palace.tickets.models import Claim
from palace.tickets.quotas import lock_quotas
from palace.tickets.services.freed import seats_freed
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat

MEMBERS = None
"""The union of an opening that is for all members."""

Openings = Mapping[int | None, datetime]


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What seats are to be kept for, why in staff's own words, and until when (None: as the house does)."""

    reason: str
    why: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of it: seats that were free to keep, and others with the key that keeps them ("" sold)."""

    seats: Sequence[PlanSeat]
    others: Sequence[tuple[PlanSeat, str]]
    until: datetime


def set_openings(performance: Performance, public: datetime, early: Openings, *, seen: str) -> bool:
    """Set when a show opens for unions and members (None) and for the public; return whether that is new.

    Args:
        seen: the openings as whoever changes them saw them (`rules.seen_as`).

    Raises:
        OpeningsMoved: they are not what was seen any more; nothing is changed.
        ShowBegun: it is too late.
    """
    queries.lock(performance)
    _check_to_come(performance, clock.now())
    before = rules.seen_as(performance.sale_opens_at, programme.stages(performance.id))
    if before != seen:
        raise OpeningsMoved
    there = {opening.unit_id: opening for opening in queries.openings_of(performance)}
    for unit_id, opens_at in early.items():
        opening = there.pop(unit_id, None)
        if opening is None:
            audience = Audience.MEMBERS if unit_id is MEMBERS else Audience.UNIT
            opening = Opening(performance_id=performance.id, audience=audience, unit_id=unit_id)
            db.session.add(opening)
        opening.opens_at = opens_at
    for opening in there.values():
        db.session.delete(opening)
    performance.sale_opens_at = public
    db.session.flush()
    after = rules.seen_as(public, programme.stages(performance.id))
    if after != before:
        was, then = {"openings": before}, {"openings": after}
        note("openings_set", f"performance:{performance.id}", before=was, after=then)
    return after != before


def keep(performance: Performance, seats: Sequence[PlanSeat], keeping: Keeping) -> Kept:
    """Keep those of some seats that are free; say of the others why they are not.

    Raises:
        ShowBegun: it is too late.
    """
    now = clock.now()
    _check_to_come(performance, now)
    until = until_of(performance, keeping)
    kept = keep_each(
        performance.id,
        seats,
        reason=keeping.reason,
        until=until,
        now=now,
        why=keeping.why or None,
    )
    closed = tickets.closed_seats(performance.id, now)
    told = Kept(
        seats=[seat for seat in seats if seat.id in kept],
        others=[(seat, closed.get(seat.id, "")) for seat in seats if seat.id not in kept],
        until=until,
    )
    if kept:
        codes = [seat.code for seat in told.seats]
        after = _told(keeping.reason, codes, until)
        note("seats_kept", f"performance:{performance.id}", after=after, why=keeping.why or None)
    return told


def keep_some_places(performance: Performance, count: int, keeping: Keeping) -> datetime:
    """Keep places without seats; return until when.

    Raises:
        PlacesShort: not so many are left; none is kept.
        ShowBegun: it is too late.
    """
    lock_quotas(performance.id)
    now = clock.now()
    _check_to_come(performance, now)
    left = queries.places_left(performance, now)
    if count > left:
        raise PlacesShort(left=left)
    until = until_of(performance, keeping)
    keep_places(
        performance.id,
        count,
        reason=keeping.reason,
        until=until,
        now=now,
        why=keeping.why or None,
    )
    after = _told(keeping.reason, count, until)
    note("places_kept", f"performance:{performance.id}", after=after, why=keeping.why or None)
    return until


def let_go(performance: Performance, group_id: int, seats: Sequence[str] = ()) -> int:
    """Put a group of kept seats on sale now, or some of them; return how many are everybody's by that.

    Raises:
        KeptMoved: there is no such group any more.
        ShowBegun: it is too late.
    """
    now = clock.now()
    _check_to_come(performance, now)
    group = queries.group_of(performance, group_id, now)
    if group is None or group.key not in rules.REASONS:
        raise KeptMoved
    alike = [Claim.kept_until == group.until, Claim.kept_why.is_not_distinct_from(group.why)]
    some = [seat for seat in group.seats if seat.code in seats] if seats else None
    freed = unkeep(performance.id, some, now=now, reason=group.key, also=alike)
    if freed:
        codes = [seat.code for seat in group.seats if seat.id in freed] or len(freed)
        after = _told(group.key, codes, now)
        note("seats_released", f"performance:{performance.id}", after=after, why=group.why or None)
        seats_freed(performance.id, (), now)
    return len(freed)


def until_of(performance: Performance, keeping: Keeping) -> datetime:
    """Return until when seats are kept: as asked, or as the house does; never past the start."""
    if keeping.until is not None:
        return min(keeping.until, performance.starts_at)
    hours = getattr(venues.house_rules(), rules.RELEASES[KeptFor(keeping.reason)])
    return rules.release_at(performance.starts_at, hours)


def _check_to_come(performance: Performance, now: datetime) -> None:
    if performance.cancelled_at is not None or now >= performance.starts_at:
        raise ShowBegun


def _told(reason: str, seats: int | list[str], until: datetime) -> dict[str, object]:
    """Return what the audit says of seats kept or put on sale."""
    return {"kept_for": reason, "seats": seats, "until": until.isoformat()}
