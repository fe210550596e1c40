"""Who waits for a show, on which place, and what may be looked at; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from palace import clock
from palace.db import db, table_of
from palace.errors import NotFound
from palace.members.models import Grant
from palace.members.queries import grant_holds
from palace.members.rules import GrantKind
from palace.programme.models import Performance
from palace.statements import execute
from palace.tickets.kept import live
from palace.tickets.models import Claim, Waitlist
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat
from palace.waiting.models import WaitEntry
from palace.waiting.rules import LIVE, WaitState, Wanted

MOST_SHOWN = 500
ENTRIES = table_of(WaitEntry)
SHOW = bindparam("performance_id", type_=BigInteger)
WISH = ("count", "together", "fewer", "zone")
IN_WHEELCHAIR = (
    exists()
    .where(Grant.member_id == ENTRIES.c.member_id, Grant.kind == GrantKind.WHEELCHAIR)
    .where(grant_holds(SHOW, func.palace_clock()))
)
WAITING = (
    select(ENTRIES.c.id, *(ENTRIES.c[name] for name in WISH), IN_WHEELCHAIR.label("wheelchair"))
    .where(
        ENTRIES.c.performance_id == SHOW,
        ENTRIES.c.state == WaitState.WAITING,
    )
    .order_by(ENTRIES.c.id)
)


@dataclass(frozen=True)
class Standing:
    """Where a member stands in a show's queue: their entry, and their place while they wait."""

    entry: WaitEntry
    place: int | None


def standing_at(member_id: int, performance_id: int) -> Standing | None:
    """Return where a member stands at a show, or how their last waiting ended; None: they never waited."""
    entry = _newest(member_id, performance_id)
    if entry is None:
        return None
    return Standing(entry, place_of(entry) if entry.state is WaitState.WAITING else None)


def live_standing(member_id: int, performance_id: int) -> Standing | None:
    """Return where a member stands at a show just now; None: they do not wait, or their offer is over."""
    found = standing_at(member_id, performance_id)
    return found if found and is_live(found.entry, clock.now()) else None


def is_live(entry: WaitEntry, now: datetime) -> bool:
    """Return whether somebody waits, or may still take what they are offered."""
    if entry.state is WaitState.OFFERED:
        return entry.lapses_at is not None and now < entry.lapses_at
    return entry.state is WaitState.WAITING


def standings(member_id: int) -> list[Standing]:
    """Return what a member waits for or is offered, the soonest show first."""
    now = clock.now()
    return [
        Standing(entry, place_of(entry) if entry.state is WaitState.WAITING else None)
        for entry in of_member(member_id)
        if is_live(entry, now)
    ]


def offered_seats(entry: WaitEntry) -> list[PlanSeat]:
    """Return the seats of an offer in plan order; none where nobody has a numbered one."""
    if not entry.offered:
        return []
    by_code = venues.plan(entry.performance.plan_id or 0).by_code
    return sorted((by_code[code] for code in entry.offered), key=lambda seat: seat.ordinal)


def _newest(member_id: int, performance_id: int) -> WaitEntry | None:
    mine = select(WaitEntry).where(
        WaitEntry.member_id == member_id, WaitEntry.performance_id == performance_id
    )
    return db.session.scalars(mine.order_by(WaitEntry.id.desc()).limit(1)).first()


def live_entry(member_id: int, performance_id: int) -> WaitEntry | None:
    """Return a member's entry that has not ended, read anew."""
    mine = select(WaitEntry).where(
        WaitEntry.member_id == member_id,
        WaitEntry.performance_id == performance_id,
        WaitEntry.state.in_(LIVE),
    )
    return db.session.scalars(mine, execution_options={"populate_existing": True}).first()


def entry_of(member_id: int, code: str) -> WaitEntry:
    """Return a member's entry by its code.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    mine = select(WaitEntry).where(WaitEntry.code == code, WaitEntry.member_id == member_id)
    found = db.session.scalars(mine).first()
    if found is None:
        raise NotFound
    return found


def locked_entry(member_id: int, code: str) -> WaitEntry:
    """Return a member's entry under its lock, read anew.

    Raises:
        NotFound: as `entry_of`.
    """
    mine = select(WaitEntry).where(WaitEntry.code == code, WaitEntry.member_id == member_id)
    locked = mine.with_for_update(of=WaitEntry, key_share=True)
    found = db.session.scalars(locked, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Waiter:
    """Who waits, by the number of their entry, and what for."""

    id: int
    wanted: Wanted


def waiting(performance_id: int) -> list[Waiter]:
    """Return who waits for a show, in order: plain values, as a long queue is gone through often."""
    return [
        Waiter(row.id, Wanted(**{name: getattr(row, name) for name in (*WISH, "wheelchair")}))
        for row in execute(WAITING, {"performance_id": performance_id})
    ]


def get_waiting(entry_id: int) -> WaitEntry:
    """Return an entry with its member, read anew."""
    wanted = select(WaitEntry).where(WaitEntry.id == entry_id)
    with_member = wanted.options(joinedload(WaitEntry.member))
    return db.session.scalars(with_member, execution_options={"populate_existing": True}).one()


@dataclass(frozen=True)
class Queue:
    """A show's queue to who might join it: how many wait, the next place, how many they may wish for."""

    plan_id: int | None
    count: int
    next: int
    most: int


def queue_of(performance_id: int, member_id: int | None) -> Queue:
    """Return a show's queue as somebody sees it before they join."""
    waits = (WaitEntry.performance_id == performance_id, WaitEntry.state == WaitState.WAITING)
    held = select(func.count()).where(
        Claim.performance_id == performance_id,
        Claim.member_id == member_id,
        live(func.palace_clock()),
    )
    wanted = select(
        Performance.plan_id,
        select(func.count()).where(*waits).scalar_subquery(),
        select(func.count()).where(*waits, _may_be_served()).scalar_subquery(),
        Performance.seats_per_member - held.scalar_subquery(),
    ).where(Performance.id == performance_id)
    plan_id, count, before, most = db.session.execute(wanted).one()
    return Queue(plan_id, count, before + 1, max(0, most))


def place_of(entry: WaitEntry) -> int:
    """Return the place of who waits: only people before them count who may still be served.

    Who has booked all they may at this show meanwhile stands in nobody's way.
    """
    before = select(func.count()).where(
        WaitEntry.performance_id == entry.performance_id,
        WaitEntry.state == WaitState.WAITING,
        WaitEntry.id < entry.id,
        _may_be_served(),
    )
    return 1 + (db.session.scalar(before) or 0)


def _may_be_served() -> ColumnElement[bool]:
    """Return the condition that what somebody waits for is within what they may still have there."""
    has = (
        select(func.count())
        .where(
            Claim.member_id == WaitEntry.member_id,
            Claim.performance_id == WaitEntry.performance_id,
            live(func.palace_clock()),
        )
        .correlate(WaitEntry)
        .scalar_subquery()
    )
    limit = (
        select(Performance.seats_per_member)
        .where(Performance.id == WaitEntry.performance_id)
        .correlate(WaitEntry)
        .scalar_subquery()
    )
    least: ColumnElement[int] = case((WaitEntry.fewer, 1), else_=WaitEntry.count)
    return has + least <= limit


def wanted_in_all(performance_id: int) -> tuple[int, int]:
    """Return how many wait for a show and how many places they wish for."""
    wanted = select(func.count(), func.coalesce(func.sum(WaitEntry.count), 0)).where(
        WaitEntry.performance_id == performance_id, WaitEntry.state == WaitState.WAITING
    )
    count, places = db.session.execute(wanted).one()
    return int(count), int(places)


def all_of(performance_id: int, states: Collection[WaitState]) -> Sequence[WaitEntry]:
    """Return the entries of a show in these states, in order, at most so many as a page takes."""
    wanted = select(WaitEntry).where(
        WaitEntry.performance_id == performance_id, WaitEntry.state.in_(states)
    )
    in_order = wanted.options(joinedload(WaitEntry.member)).order_by(WaitEntry.id)
    return db.session.scalars(in_order.limit(MOST_SHOWN)).all()


def of_member(member_id: int) -> Sequence[WaitEntry]:
    """Return what a member waits for or is offered, the soonest show first."""
    mine = select(WaitEntry).where(WaitEntry.member_id == member_id, WaitEntry.state.in_(LIVE))
    soonest = mine.join(Performance, Performance.id == WaitEntry.performance_id)
    return db.session.scalars(soonest.order_by(Performance.starts_at, WaitEntry.id)).all()


def due(now: datetime) -> Sequence[int]:
    """Return the shows whose list somebody should look at: people wait, or an offer is over."""
    lapsed = exists().where(
        WaitEntry.performance_id == Waitlist.performance_id,
        WaitEntry.state == WaitState.OFFERED,
        WaitEntry.lapses_at <= now,
    )
    wanted = select(Waitlist.performance_id).where((Waitlist.waiting > 0) | lapsed)
    return db.session.scalars(wanted.order_by(Waitlist.performance_id)).all()


def is_due(performance_id: int, now: datetime) -> bool:
    """Return whether something of a show came free, or an offer is over, since its list was looked at."""
    since = aliased(Waitlist)
    came_free = exists().where(
        Claim.performance_id == performance_id,
        Claim.held_until.between(since.looked_at, now)
        | Claim.kept_until.between(since.looked_at, now),
    )
    wanted = select(came_free).where(since.performance_id == performance_id, since.waiting > 0)
    lapsed = exists().where(
        WaitEntry.performance_id == performance_id,
        WaitEntry.state == WaitState.OFFERED,
        WaitEntry.lapses_at <= now,
    )
    return bool(db.session.scalar(wanted)) or bool(db.session.scalar(select(lapsed)))
