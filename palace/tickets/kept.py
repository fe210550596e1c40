"""Whose a seat is, keeping seats for somebody, giving everybody theirs on another plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from palace import clock
from palace.db import db
from palace.programme.models import Performance
from palace.tickets.keeping import KeptFor
from palace.tickets.models import Claim, Ticket, Waitlist
from palace.venues.models import Seat
from palace.venues.rules import PlanSeat

STAND_STILL = text("LOCK TABLE claims IN EXCLUSIVE MODE")
"""Waits for every booking under way, and lets nobody begin to take, confirm or give up one until we commit.

The first lock of all: whoever has written a claim holds locks we do not ask for, whoever has not waits
for the table. So nobody waits in a circle, and no claim on the old plan appears behind our back.
"""


KEPT = ("kept_for", "kept_until", "kept_why", "kept_tier_id", "kept_again")
UNKEPT = dict.fromkeys(KEPT)
"""What a claim says of whom it is kept for, and once it is kept for nobody."""


def live(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a claim is somebody's: sold, or held and not lapsed."""
    return or_(Claim.held_until.is_(None), Claim.held_until > now)


def kept(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a seat nobody bought is kept for somebody."""
    return ~live(now) & (Claim.kept_until > now)


def before_the_start() -> ColumnElement[bool]:
    """Return the condition that a seat is kept until some time before its show starts.

    Not one of an offer, or one that was returned and rests: those have a time of their own.
    """
    return ~Claim.kept_for.startswith("offer:") & (Claim.kept_for != KeptFor.RETURNED)


def promised(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a place nobody bought is promised to somebody, in the tier it says."""
    unbought = or_(Claim.order_id.is_(None), ~live(now))
    return and_(Claim.kept_tier_id.is_not(None), Claim.kept_until > now, unbought)


def kept_for(key: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a place kept under a key waits for who may take it: not after its release."""
    return (Claim.kept_for == key) & kept(now)


def lock_kept(performance_id: int, key: str, now: datetime) -> Sequence[Claim]:
    """Lock the places that wait under a key, in plan order, and return them."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.performance_id == performance_id, kept_for(key, now))
        .order_by(Seat.ordinal, Claim.id)
        .with_for_update(of=Claim, key_share=True)
    )
    return db.session.scalars(wanted, execution_options={"populate_existing": True}).all()


def lock_all(performance_id: int, key: str) -> None:
    """Lock all places of a key in plan order, also those somebody has."""
    wanted = select(Claim.id).outerjoin(Claim.seat)
    wanted = wanted.where(Claim.performance_id == performance_id, Claim.kept_for == key)
    ordered = wanted.order_by(Seat.ordinal, Claim.id)
    db.session.execute(ordered.with_for_update(of=Claim, key_share=True))


def let_go(claim_ids: Collection[int], now: datetime) -> None:
    """Keep some locked places no longer: they are free from this instant, for who waits before others."""
    nobody = UNKEPT | {"held_until": now}
    freed = update(Claim).where(Claim.id.in_(claim_ids)).values(nobody)
    db.session.execute(freed, execution_options={"synchronize_session": False})


def keep_until(performance_id: int, key: str, instant: datetime) -> None:
    """Move the release of a key's locked places, also of those somebody has: given back, they are its own."""
    own = (Claim.performance_id == performance_id, Claim.kept_for == key)
    moved = update(Claim).where(*own).values(kept_until=instant)
    db.session.execute(moved, execution_options={"synchronize_session": False})


def keep(
    performance_id: int,
    seats: Iterable[PlanSeat],
    *,
    reason: str,
    until: datetime,
    now: datetime,
    why: str | None = None,
) -> int:
    """Keep free seats for somebody until their release; return how many were free to keep."""
    return len(keep_each(performance_id, seats, reason=reason, until=until, now=now, why=why))


def keep_each(
    performance_id: int,
    seats: Iterable[PlanSeat],
    *,
    reason: str,
    until: datetime,
    now: datetime,
    why: str | None = None,
    tier_id: int | None = None,
) -> set[int]:
    """Keep free seats, in plan order; return those that were free to keep: neither bought nor kept.

    `reason` is the key of those who may take them, `why` the same in staff's own words; `tier_id`: they
    are promised in this tier, and who calls checks its quota (`check_promised`).
    """
    said = _row(performance_id, reason, until, now) | {"kept_why": why, "kept_tier_id": tier_id}
    rows = [
        said | {"seat_id": seat.id, "zone": seat.zone}
        for seat in _on_its_plan(performance_id, seats)
    ]
    if not rows:
        return set()
    new = insert(Claim).values(rows)
    won = new.on_conflict_do_update(
        index_elements=[Claim.performance_id, Claim.seat_id],
        set_={name: new.excluded[name] for name in KEPT},
        where=(Claim.held_until <= now) & or_(Claim.kept_until.is_(None), Claim.kept_until <= now),
    ).returning(Claim.seat_id)
    return {row.seat_id for row in db.session.execute(won)}


def _on_its_plan(performance_id: int, seats: Iterable[PlanSeat]) -> list[PlanSeat]:
    """Return those of seats that are on the performance's plan, which nobody changes until we commit."""
    db.session.execute(text("LOCK TABLE claims IN ROW EXCLUSIVE MODE"))
    plan_id = select(Performance.plan_id).where(Performance.id == performance_id).scalar_subquery()
    wanted = {seat.id: seat for seat in seats}
    found = select(Seat.id).where(Seat.id.in_(wanted), Seat.plan_id == plan_id)
    return [wanted[seat_id] for seat_id in db.session.scalars(found.order_by(Seat.ordinal))]


def keep_places(
    performance_id: int,
    count: int,
    *,
    reason: str,
    until: datetime,
    now: datetime,
    why: str | None = None,
    tier_id: int | None = None,
) -> None:
    """Keep places without seats; the caller has locked the quotas and counted that so many are left."""
    row = _row(performance_id, reason, until, now) | {"seat_id": None, "zone": "", "kept_why": why}
    row |= {"kept_tier_id": tier_id}
    if count:
        db.session.execute(insert(Claim).values([row] * count))


def _row(performance_id: int, reason: str, until: datetime, now: datetime) -> dict[str, object]:
    return {
        "performance_id": performance_id,
        "price": 0,
        "face_price": 0,
        "held_until": now,
        "kept_for": reason,
        "kept_until": until,
    }


def unkeep(
    performance_id: int,
    seats: Iterable[PlanSeat] | None = None,
    *,
    now: datetime,
    reason: str | None = None,
    also: Sequence[ColumnElement[bool]] = (),
) -> list[int | None]:
    """Release kept seats now, all of a show or some, of one key or any; return those that are free by it.

    What somebody bought of them stays theirs; given back, it is everybody's. A place without a seat
    comes as None. `also`: further conditions on the claims.
    """
    which = [Claim.performance_id == performance_id, Claim.kept_until > now, *also]
    if seats is not None:
        which.append(Claim.seat_id.in_([seat.id for seat in seats]))
    if reason is not None:
        which.append(Claim.kept_for == reason)
    ordered = select(Claim.id).outerjoin(Seat, Seat.id == Claim.seat_id).where(*which)
    ordered = ordered.order_by(Seat.ordinal, Claim.id)
    locked = (
        ordered.with_for_update(of=Claim, key_share=True).cte("locked").prefix_with("MATERIALIZED")
    )
    freed = (
        update(Claim)
        .where(Claim.id.in_(select(locked.c.id)))
        .values(kept_until=now)
        .returning(Claim.seat_id, live(now).label("bought"))
        .execution_options(synchronize_session=False)
    )
    return [row.seat_id for row in db.session.execute(freed) if not row.bought]


def stand_still() -> None:
    """Let bookings under way end and new ones wait until this transaction ends."""
    db.session.execute(STAND_STILL)


def seat_anew(performance_id: int, plan_id: int) -> int:
    """Point claims and tickets of a performance to seats of the same codes on a plan; count the claims.

    Bookings stand still meanwhile.
    """
    count = _follow(Claim, performance_id, plan_id)
    _follow(Ticket, performance_id, plan_id)
    _come_free(performance_id, plan_id)
    db.session.expire_all()
    return count


def _come_free(performance_id: int, plan_id: int) -> None:
    """Let seats that a show has not had before come free now, where people wait: to them before others."""
    waited_for = select(Waitlist.performance_id).where(Waitlist.performance_id == performance_id)
    if db.session.scalar(waited_for.with_for_update(key_share=True)) is not None:
        give_rows(performance_id, plan_id, clock.now())


def give_rows(performance_id: int, plan_id: int | None, now: datetime) -> None:
    """Give every seat of a plan that nobody ever had at a show a claim of nobody's."""
    if plan_id is None:
        return
    had = exists().where(Claim.performance_id == performance_id, Claim.seat_id == Seat.id)
    fresh = (
        select(literal(performance_id), Seat.id, Seat.zone, literal(0), literal(0), literal(now))
        .where(Seat.plan_id == plan_id, ~had)
        .order_by(Seat.ordinal)
    )
    names = ["performance_id", "seat_id", "zone", "price", "face_price", "held_until"]
    db.session.execute(insert(Claim).from_select(names, fresh).on_conflict_do_nothing())


def _follow(model: type[Claim | Ticket], performance_id: int, plan_id: int) -> int:
    old, new = aliased(Seat), aliased(Seat)
    moved = (
        update(model)
        .where(
            model.performance_id == performance_id,
            old.id == model.seat_id,
            new.code == old.code,
            new.plan_id == plan_id,
            old.plan_id != plan_id,
        )
        .values({"seat_id": new.id} | ({"zone": new.zone} if model is Claim else {}))
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(moved).all())
