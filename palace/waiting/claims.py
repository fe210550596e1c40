"""The statements that take places for who waits; each says who won.

Whoever moves a list on holds its row (`lock_list`) and waits for nobody after that: seats, quotas and
offers that somebody else works on just now are left to the next who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.programme.models import Quota
from palace.programme.rules import Scope
from palace.statements import execute
from palace.tickets.keeping import OPENS_MORE, KeptFor
from palace.tickets.kept import UNKEPT, give_rows, kept, live
from palace.tickets.models import Claim, Waitlist
from palace.tickets.quotas import COUNTED, QUOTAS
from palace.venues.models import Seat
from palace.waiting.models import WaitEntry
from palace.waiting.rules import PassedWhy, Room, WaitState

NOW = func.palace_clock()
NOBODYS = dict.fromkeys(("order_id", "member_id", "tier_id", "fund")) | {
    "price": 0,
    "face_price": 0,
}
"""What a claim says of its buyer, once it is nobody's."""
FOR_WHEELCHAIRS = OPENS_MORE[KeptFor.WHEELCHAIR]
AS_BEFORE = UNKEPT | {
    "kept_for": Claim.kept_again,
    "kept_until": case((Claim.kept_again.is_not(None), Claim.kept_until)),
    "kept_why": case((Claim.kept_again.is_not(None), Claim.kept_why)),
}
"""What a claim says of whom it is kept for, once an offer of it is over."""


def open_list(performance_id: int, plan_id: int | None, now: datetime) -> None:
    """Begin a show's list, if it has none, and give every seat a row, before the list is locked.

    A row that is there can be skipped while somebody else works on it.
    """
    row = {"performance_id": performance_id, "looked_at": now, "waiting": 0}
    db.session.execute(insert(Waitlist).values(row).on_conflict_do_nothing())
    give_rows(performance_id, plan_id, now)


def lock_list(performance_id: int) -> bool:
    """Lock a show's list; return whether it has one."""
    wanted = select(Waitlist.performance_id).where(Waitlist.performance_id == performance_id)
    return db.session.scalar(wanted.with_for_update(key_share=True)) is not None


def looked(performance_id: int, now: datetime) -> int:
    """Write when free places were last offered, and return how many wait now."""
    waiting = select(func.count()).where(
        WaitEntry.performance_id == performance_id, WaitEntry.state == WaitState.WAITING
    )
    changed = (
        update(Waitlist)
        .where(Waitlist.performance_id == performance_id)
        .values(looked_at=func.greatest(Waitlist.looked_at, now), waiting=waiting.scalar_subquery())
        .returning(Waitlist.waiting)
    )
    return int(
        db.session.execute(changed.execution_options(synchronize_session=False)).scalar_one()
    )


def lapse(performance_id: int, now: datetime, *, every: bool) -> list[WaitEntry]:
    """End the offers of a show whose time is over, or `every` one of them; return those ended."""
    over = (
        select(WaitEntry)
        .where(WaitEntry.performance_id == performance_id, WaitEntry.state == WaitState.OFFERED)
        .where(or_(WaitEntry.lapses_at <= now, literal(every)))
        .order_by(WaitEntry.id)
        .with_for_update(of=WaitEntry, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    lapsed = list(db.session.scalars(over))
    for entry in lapsed:
        entry.state, entry.ended_at = WaitState.LAPSED, now
    db.session.flush()
    return lapsed


def lock_room(performance_id: int, now: datetime) -> Room | None:
    """Lock a show's quotas and return what they still have; None: somebody else works on one of them."""
    all_of = select(func.count()).where(Quota.performance_id == performance_id)
    count = db.session.scalar(all_of) or 0
    if not count:
        return Room()
    lock = select(Quota.id).where(Quota.performance_id == performance_id)
    got = db.session.scalars(lock.with_for_update(key_share=True, skip_locked=True)).all()
    if len(got) < count:
        return None
    room = Room()
    for scope, zone, places in execute(LEFT, {"performance_id": performance_id, "now": now}):
        if scope == Scope.HOUSE:
            room.house = places
        else:
            room.zones[str(zone)] = places
    return room


def _left() -> Select[Any]:
    taken = select(func.count()).where(COUNTED).correlate(QUOTAS).scalar_subquery()
    return select(QUOTAS.c.scope, QUOTAS.c.zone, QUOTAS.c.seats - taken).where(
        QUOTAS.c.performance_id == bindparam("performance_id", type_=BigInteger),
        QUOTAS.c.scope != Scope.TIER,
    )


LEFT = _left()
"""What the quotas of a house and its zones still have."""


def _free(now: datetime | ColumnElement[datetime], *, resting: bool) -> ColumnElement[bool]:
    """Return the condition that a seat is nobody's; `resting`: or was returned and rests."""
    unkept = or_(Claim.kept_until.is_(None), Claim.kept_until <= now)
    return ~live(now) & (or_(unkept, Claim.kept_for == KeptFor.RETURNED) if resting else unkept)


def _offered(now: datetime | ColumnElement[datetime], *, resting: bool) -> ColumnElement[bool]:
    """Return the condition that a seat is nobody's, or kept for wheelchair users, whoever they are."""
    theirs = kept(now) & Claim.kept_for.in_(FOR_WHEELCHAIRS)
    return or_(_free(now, resting=resting), theirs)


def free_seats(performance_id: int, now: datetime, *, resting: bool) -> set[int]:
    """Return the seats of a show that may be offered, those kept for wheelchair users among them."""
    wanted = select(Claim.seat_id).where(
        Claim.performance_id == performance_id, Claim.seat_id.is_not(None)
    )
    found = db.session.scalars(wanted.where(_offered(now, resting=resting)))
    return {seat for seat in found if seat}


def keep_seats(entry: WaitEntry, tiers: Mapping[int, int], *, until: datetime) -> set[int]:
    """Keep free seats for who is offered them: all or none; return those that were free to keep.

    Args:
        tiers: the tier each seat is promised in, by the seat's id.
    """
    lock = (
        select(Claim.id, Claim.seat_id)
        .where(Claim.performance_id == entry.performance_id, Claim.seat_id.in_(tiers))
        .where(_offered(NOW, resting=True))
        .with_for_update(of=Claim, key_share=True, skip_locked=True)
    )
    got = {row.id: int(row.seat_id) for row in db.session.execute(lock)}
    if got and len(got) == len(tiers):
        _kept(list(got), entry.key, tiers, until)
    return set(got.values())


def _kept(ids: Sequence[int], key: str, tiers: Mapping[int, int], until: datetime) -> None:
    """Write for whom claims are kept; what stays kept for wheelchair users longer is so again later."""
    again = and_(Claim.kept_for.in_(FOR_WHEELCHAIRS), Claim.kept_until > until)
    values = NOBODYS | {
        "held_until": until,
        "kept_for": key,
        "kept_until": case((again, Claim.kept_until), else_=until),
        "kept_tier_id": case(dict(tiers), value=Claim.seat_id),
        "kept_again": case((again, Claim.kept_for)),
        "kept_why": case((again, Claim.kept_why)),
    }
    _set(values, Claim.id.in_(ids))


def _set(values: Mapping[str, Any], *those: ColumnElement[bool]) -> None:
    changed = update(Claim).where(*those).values(values)
    db.session.execute(changed.execution_options(synchronize_session=False))


def wake_places(performance_id: int, count: int) -> None:
    """Use up places without seats that were returned and rest."""
    if not count:
        return
    resting = select(Claim.id).where(_resting_place(performance_id, NOW)).limit(count)
    db.session.execute(delete(Claim).where(Claim.id.in_(resting.scalar_subquery())))


def resting_places(performance_id: int, now: datetime) -> int:
    """Return how many places without seats were returned and rest."""
    return db.session.scalar(select(func.count()).where(_resting_place(performance_id, now))) or 0


def _resting_place(
    performance_id: int, now: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    return and_(
        Claim.performance_id == performance_id,
        Claim.kept_for == KeptFor.RETURNED,
        Claim.seat_id.is_(None),
        Claim.order_id.is_(None),
        kept(now),
    )


def hand_over(entry: WaitEntry) -> int:
    """Let the seats of an offer be taken by who has it, in this transaction; return how many places wait.

    They were nobody's to take; now they are kept seats that its key opens. In plan order, as
    everybody locks seats.
    """
    ids = _locked(entry)
    _set({"held_until": entry.offered_at}, Claim.id.in_(ids))
    return len(ids)


def _locked(entry: WaitEntry) -> Sequence[int]:
    lock = (
        select(Claim.id)
        .outerjoin(Seat)
        .where(_of_offer(entry), Claim.order_id.is_(None))
        .order_by(Seat.ordinal, Claim.id)
    )
    return db.session.scalars(lock.with_for_update(of=Claim, key_share=True)).all()


def _of_offer(entry: WaitEntry) -> ColumnElement[bool]:
    return and_(Claim.performance_id == entry.performance_id, Claim.kept_for == entry.key)


def unmark(entry: WaitEntry) -> None:
    """Keep places for an offer no longer: what was taken stays taken, and goes back to whom it was for."""
    _set(AS_BEFORE, _of_offer(entry))


def keep_again(performance_id: int, now: datetime) -> None:
    """Keep wheelchair places for their users again whose offer is over; until then they are nobody's."""
    over = (
        select(Claim.id)
        .where(Claim.performance_id == performance_id, Claim.kept_again.is_not(None), ~live(now))
        .with_for_update(key_share=True, skip_locked=True)
    )
    _set(AS_BEFORE, Claim.id.in_(over))


def let_go(entry: WaitEntry, now: datetime) -> None:
    """Free the places kept for an offer."""
    ids = _locked(entry)
    _set({"held_until": now}, Claim.id.in_(ids), Claim.seat_id.is_not(None))
    places = delete(Claim).where(Claim.id.in_(ids), Claim.seat_id.is_(None))
    db.session.execute(places.execution_options(synchronize_session=False))
    unmark(entry)


def rest_seats(
    performance_id: int, seat_ids: Sequence[int], until: datetime, now: datetime
) -> None:
    """Let returned seats that nobody waits for rest before they come back."""
    values = NOBODYS | UNKEPT | {"kept_for": KeptFor.RETURNED, "kept_until": until}
    of_show = (Claim.performance_id == performance_id, Claim.seat_id.in_(seat_ids))
    _set(values, *of_show, _free(now, resting=False))


def passed_by(entries: Iterable[tuple[int, PassedWhy]]) -> None:
    """Count for each that somebody behind them was offered places, and why they were not."""
    by_why: dict[PassedWhy, list[int]] = {}
    for entry_id, why in entries:
        by_why.setdefault(why, []).append(entry_id)
    for why, ids in by_why.items():
        counted = update(WaitEntry).where(WaitEntry.id.in_(ids))
        values = {"passed": WaitEntry.passed + 1, "passed_why": why}
        db.session.execute(counted.values(values).execution_options(synchronize_session=False))
