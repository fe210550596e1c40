"""Putting a performance on, and changing where, when and how it is sold while nobody has booked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import db
from palace.desk import claims
from palace.desk.errors import (
    AlreadyBooked,
    ChangedMeanwhile,
    HallTaken,
    IdentitySettled,
    IsPublished,
    NotStaged,
    PlanWasUsed,
)
from palace.desk.queries import staged
from palace.desk.rules import Stand, Values, moved_since, stand_of
from palace.members.services import note
from palace.programme.models import Performance, Production
from palace.programme.rules import IdentityPolicy, SeatChoice, Seating
from palace.programme.services import Staging, hours_of, place_anew, stage
from palace.rooms.queries.displaced import in_the_way
from palace.rooms.services.displacing import make_way
from palace.venues import queries as venues
from palace.venues.errors import SpaceOccupied
from palace.venues.models import SeatingPlan, Space


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where, when and how people sit: minutes before, after and until the doors belong to it."""

    space: Space
    seating: Seating
    plan: SeatingPlan | None
    capacity: int | None
    starts_at: datetime
    get_in: timedelta
    get_out: timedelta
    doors: timedelta


@dataclass(frozen=True, kw_only=True)
class Sale:
    """When the public sale opens and ends (None: with the start), and what each may take.

    `gifts_per_ticket`: so often a ticket is given on; None: as the house says. `ladder_id` None: the usual.
    """

    opens_at: datetime
    closes_at: datetime | None
    seats_per_member: int
    identity_policy: IdentityPolicy = IdentityPolicy.NONE
    one_per_identity: bool = False
    choice: SeatChoice = SeatChoice.FREE
    no_single_gap: bool = False
    gifts_per_ticket: int | None = None
    ladder_id: int | None = None


def subject(performance_id: int) -> str:
    """Return what a performance is called in the audit and by other parts."""
    return f"performance:{performance_id}"


def put_on(
    production: Production,
    place: Place,
    sale: Sale,
    *,
    displaced: Collection[int] = (),
    by: str = "",
) -> Performance:
    """Put a production on as a draft: the hall is taken at once, the public sees nothing yet.

    Args:
        displaced: dates of lent rooms that were shown, and that give the hall up for this.
        by: who decides that.

    Raises:
        HallTaken: says what is in the way.
        InTheWayChanged: other dates are in the way than were shown.
        PlanElsewhere: the plan is another space's.
    """
    if displaced:
        _make_way(production, place, sale, displaced, by)
    try:
        performance = stage(production, place.space, _staging(place, sale))
    except SpaceOccupied as refusal:
        raise told(place.space, refusal) from None
    after = {**staged.place_values(performance), **staged.sale_values(performance)}
    note("performance_staged", subject(performance.id), after=dict(after))
    return performance


def _make_way(
    production: Production, place: Place, sale: Sale, displaced: Collection[int], by: str
) -> None:
    during = hours_of(production, _staging(place, sale), venues.house_rules())
    make_way(place.space, during, displaced, by=by)


def told(space: Space, refusal: SpaceOccupied, but: int | None = None) -> SpaceOccupied | HallTaken:
    """Return a refusal of a hall that says what is in the way."""
    starts_at, ends_at = refusal.values["starts_at"], refusal.values["ends_at"]
    if not (isinstance(starts_at, datetime) and isinstance(ends_at, datetime)):
        return refusal
    during = Range(starts_at, ends_at)
    uses = staged.in_the_way(space, during, but)
    if not uses:
        return refusal
    lent = in_the_way(space, during, clock.now())
    return HallTaken(
        **refusal.values,
        uses=[str(use) for use in uses],
        displaceable=[one.occurrence.id for one in lent] if len(lent) == len(uses) else [],
    )


def _staging(place: Place, sale: Sale) -> Staging:
    return Staging(
        starts_at=place.starts_at,
        seating=place.seating,
        plan=place.plan,
        capacity=place.capacity,
        get_in=place.get_in,
        get_out=place.get_out,
        doors=place.doors,
        sale_opens_at=sale.opens_at,
        sale_closes_at=sale.closes_at,
        seats_per_member=sale.seats_per_member,
        identity_policy=sale.identity_policy,
        one_per_identity=sale.one_per_identity,
        choice=sale.choice,
        no_single_gap=sale.no_single_gap,
        gifts_per_ticket=sale.gifts_per_ticket,
        ladder_id=sale.ladder_id,
    )


def set_place(
    performance_id: int, place: Place, *, seen: str, displaced: Collection[int] = (), by: str = ""
) -> bool:
    """Give a draft another hall, plan or time; return whether anything is otherwise now.

    Args:
        displaced, by: as `put_on`.

    Raises:
        InTheWayChanged: other dates are in the way than were shown.
        ChangedMeanwhile: somebody else changed it since `seen`.
        IsPublished, AlreadyBooked, PlanWasUsed, NotStaged: it stays where it is.
        HallTaken: says what is in the way.
    """
    performance = claims.as_it_stands(performance_id)
    if (
        performance.published_at is None
    ):  # what is on sale stays: these locks would meet its buyers'
        claims.lock(performance_id)
        performance = claims.lock_from_sale(performance_id)
    before = staged.place_values(performance)
    check_seen(seen, before)
    check_unsold(performance)
    if performance.published_at is not None:
        raise IsPublished
    if performance.plan_id != (place.plan and place.plan.id):
        _give_plan_up(performance)
    later, own = place.starts_at - performance.starts_at, performance.occupancy_id
    sale = _sale_moved(performance, later)
    if displaced:
        _make_way(performance.production, place, sale, displaced, by)
    try:
        place_anew(performance, place.space, _staging(place, sale))
    except SpaceOccupied as refusal:
        raise told(place.space, refusal, own) from None
    claims.move_releases(performance.id, later)
    was, became = only_changed(before, staged.place_values(performance))
    if became:
        note("performance_changed", subject(performance.id), before=was, after=became)
    return bool(became)


def _give_plan_up(performance: Performance) -> None:
    if staged.was_ever_booked(performance.id):
        raise PlanWasUsed
    claims.forget_kept(performance.id)


def _sale_moved(performance: Performance, by: timedelta) -> Sale:
    """Return the sale of a performance whose start moves: it ends as long before; it opens when it did.

    An opening that would lie behind the end moves along.
    """
    closes_at, opens_at = performance.sale_closes_at + by, performance.sale_opens_at
    return Sale(
        opens_at=opens_at if opens_at < closes_at else opens_at + by,
        closes_at=closes_at,
        seats_per_member=performance.seats_per_member,
    )


def set_sale(performance_id: int, sale: Sale, *, seen: str) -> bool:
    """Say when a performance is sold and how much each may take; return whether anything is otherwise.

    Also while it sells: what is sold stays sold.

    Raises:
        ChangedMeanwhile: somebody else changed it since `seen`, or moved the start before its sale.
        IdentitySettled: somebody booked under another rule about documents.
        NotStaged: it is over or cancelled.
    """
    performance = claims.lock(performance_id)
    before = staged.sale_values(performance)
    check_seen(seen, before)
    now = clock.now()
    check_open(performance, now)
    _check_identity(performance, sale, now)
    closes_at = sale.closes_at or performance.starts_at
    if not sale.opens_at < closes_at <= performance.starts_at:
        raise ChangedMeanwhile([])  # the start, which no field of this form is
    performance.sale_opens_at, performance.sale_closes_at = sale.opens_at, closes_at
    performance.seats_per_member = sale.seats_per_member
    performance.identity_policy = sale.identity_policy
    performance.one_per_identity = sale.one_per_identity
    performance.choice, performance.no_single_gap = sale.choice, sale.no_single_gap
    performance.ladder_id = sale.ladder_id
    performance.gifts_per_ticket = (
        venues.house_rules().gifts_per_ticket
        if sale.gifts_per_ticket is None
        else sale.gifts_per_ticket
    )
    db.session.flush()
    was, became = only_changed(before, staged.sale_values(performance))
    if became:
        note("performance_changed", subject(performance.id), before=was, after=became)
    return bool(became)


def _check_identity(performance: Performance, sale: Sale, now: datetime) -> None:
    is_now = (performance.identity_policy, performance.one_per_identity)
    if is_now != (sale.identity_policy, sale.one_per_identity):
        sold = staged.sold_count(performance.id, now)
        if sold:
            raise IdentitySettled(sold=sold)


def check_seen(seen: str, values: Values) -> None:
    """Refuse to write over what somebody else changed since this person looked.

    Raises:
        ChangedMeanwhile: names what moved.
    """
    moved = moved_since(seen, values)
    if moved:
        raise ChangedMeanwhile(moved)


def check_open(performance: Performance, now: datetime) -> None:
    """Refuse to change what is over or cancelled.

    Raises:
        NotStaged: it is.
    """
    stand = stand_of(
        published_at=performance.published_at,
        cancelled_at=performance.cancelled_at,
        ends_at=performance.ends_at,
        now=now,
    )
    if stand in {Stand.CANCELLED, Stand.PAST}:
        raise NotStaged


def check_unsold(performance: Performance) -> None:
    """Refuse to move what somebody has booked; true under `claims.lock_from_sale` only.

    Raises:
        NotStaged: it is over or cancelled.
        AlreadyBooked: carries how many places are sold or held.
    """
    now = clock.now()
    check_open(performance, now)
    sold = staged.sold_count(performance.id, now)
    if sold:
        raise AlreadyBooked(sold=sold)


def only_changed(before: Values, after: Values) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was otherwise before, and what it is now; both empty where nothing is."""
    changed = [name for name in after if after[name] != before.get(name, "")]
    changed += [name for name in before if name not in after]
    was = {name: before.get(name, "") for name in changed}
    return was, {name: after.get(name, "") for name in changed}
