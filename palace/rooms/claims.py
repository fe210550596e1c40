"""The statements that take rooms and things for a time; each says who won.

Locks: member, troupe or unit, spaces in id order (all that share a part, and noise partners), things.
Behind the locks of its space nobody else lends a room; a show may still take it: the database decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Select,
    Text,
    all_,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from palace.db import table_of
from palace.members.models import Unit
from palace.rooms.models import Equipment, NoisePair, Occurrence, Room
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import RoomFacts, Span
from palace.statements import Question, execute, execute_all
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

DAY = timedelta(days=1)
USES, SPACES = table_of(Occupancy), table_of(Space)
TROUPES, UNITS, THINGS, PAIRS = map(table_of, (Troupe, Unit, Equipment, NoisePair))
DATES, LENT = map(table_of, (Occurrence, Room))
NOW = func.palace_clock(type_=DateTime(timezone=True))
IDS = bindparam("ids", type_=ARRAY(BigInteger))
INSTANTS = ARRAY(DateTime(timezone=True))


@dataclass(frozen=True, kw_only=True)
class Taking:
    """A room to be taken on a date, held until `lapses_at` (None: to its end).

    `decided`: nobody has to pass it.
    """

    room: RoomFacts
    span: Span
    lapses_at: datetime | None
    decided: bool = True

    @property
    def starts_at(self) -> datetime:
        """Return when the room is needed from: it is set up before."""
        return self.span.starts_at - timedelta(minutes=self.room.setup_minutes)

    @property
    def ends_at(self) -> datetime:
        """Return until when the room is needed: it is cleared after."""
        return self.span.ends_at + timedelta(minutes=self.room.teardown_minutes)


def days_around(takings: Sequence[Taking]) -> list[date]:
    """Return the days on which a use that meets one of these may have begun: its own and those beside it."""
    days = {taking.span.day for taking in takings}
    return sorted(day + DAY * by for day in days for by in (-1, 0, 1))


def locking_troupe(troupe_id: int) -> Question:
    """Return the statement that locks a troupe: what it has is true from here on."""
    return LOCK_TROUPE, {"id": troupe_id}


def locking_unit(unit_id: int) -> Question:
    """Return the statement that locks a unit, where it has so many dates a day."""
    return LOCK_UNIT, {"id": unit_id}


def locking_spaces(space_ids: Collection[int]) -> Question:
    """Return the statement that locks spaces, all that share a part with them and those they hear."""
    return LOCK_SPACES, {"ids": sorted(space_ids)}


def asking_had(spans: Sequence[tuple[int, Span]]) -> Question:
    """Return the statement that tells on which days others have a lent space at a wished time already.

    Asked behind the locks it spares who came too late, and all who wait behind them, the rest of the
    way. What it does not tell (what is set up, what reaches over midnight) `take` finds, and why a
    space is closed the rules say.
    """
    return HAD, {
        "space_ids": [space_id for space_id, _ in spans],
        "days": [span.day.isoformat() for _, span in spans],
        "starts": [span.starts_at.isoformat() for _, span in spans],
        "ends": [span.ends_at.isoformat() for _, span in spans],
    }


def lock_equipment(ids: Collection[int], space_ids: Collection[int]) -> dict[int, int]:
    """Lock things by id that are of the house of some spaces; return how many there are of each."""
    values = {"ids": sorted(ids), "space_ids": sorted(space_ids)}
    return {row.id: row.stock for row in execute(LOCK_THINGS, values)}


def take(takings: Sequence[Taking]) -> list[int | None]:
    """Take rooms with all their parts, in one statement; return each one's occupancy, None where lost.

    With ON CONFLICT DO NOTHING: a plain insert deadlocks under an exclusion constraint. What lapsed in
    their way is locked first, as who takes a space for a show does; where there is any, it is ended,
    and what it kept from being taken is taken then.
    """
    lapsed, won = execute_all(_asking_lapsed(takings), _taking(takings))
    if lapsed:
        _end([row.id for row in lapsed])
        won += execute(*_taking(takings))
    by_use = {(row.space_id, row.starts_at): row.id for row in won}
    return [by_use.get((taking.room.space_id, taking.starts_at)) for taking in takings]


def _asking_lapsed(takings: Sequence[Taking]) -> Question:
    """Return the statement that locks the uses that lapsed in the way of these."""
    spaces = sorted({taking.room.space_id for taking in takings})
    return LAPSED, {"ids": spaces, "days": [day.isoformat() for day in days_around(takings)]}


def _end(lapsed: Sequence[int]) -> None:
    """End uses that lapsed: one that never began goes, another keeps its time."""
    execute_all((REMOVE, {"ids": lapsed}), (SHORTEN, {"ids": lapsed}))


def _taking(takings: Sequence[Taking]) -> Question:
    return TAKE, {
        "space_ids": [taking.room.space_id for taking in takings],
        "starts": [taking.starts_at.isoformat() for taking in takings],
        "ends": [taking.ends_at.isoformat() for taking in takings],
        "lapses": [
            taking.lapses_at.isoformat() if taking.lapses_at else None for taking in takings
        ],
    }


def hold_until(occupancy_id: int, lapses_at: datetime | None) -> None:
    """Hold what is held already until another instant, or (None) to its end."""
    execute(HOLD, {"held": occupancy_id, "until": lapses_at})


def _lock_spaces() -> Select[int]:
    """Return the lock on the given spaces, on what shares a part with one, and on those these hear.

    Two takers one of whom hears the other meet at one row, also where a hall of several rooms is taken.
    """
    wanted, parts = SPACES.alias("wanted"), SPACES.alias("parts")
    sharing = (
        select(parts.c.id)
        .join_from(wanted, parts, parts.c.atoms.op("&&")(wanted.c.atoms))
        .where(wanted.c.id == func.any(IDS))
        .cte("sharing")
    )
    heard = [
        select(other).where(one.in_(select(sharing.c.id)))
        for one, other in (
            (PAIRS.c.space_id, PAIRS.c.other_id),
            (PAIRS.c.other_id, PAIRS.c.space_id),
        )
    ]
    those = select(sharing.c.id).union(*heard)
    wanted_ids = select(SPACES.c.id).where(SPACES.c.id.in_(those)).order_by(SPACES.c.id)
    return wanted_ids.with_for_update(key_share=True)


def _had() -> Select[date]:
    """Return the days on which given spaces are had at given times; what was offered is its receiver's."""
    days = cast(bindparam("days", type_=ARRAY(Text)), ARRAY(USES.c.day.type))
    wished = (
        func.unnest(
            bindparam("space_ids", type_=ARRAY(BigInteger)),
            days,
            _instants("starts"),
            _instants("ends"),
        )
        .table_valued("space_id", "day", "starts_at", "ends_at")
        .render_derived("wished")
    )
    parts = SPACES.alias("parts")
    offered = select(DATES.c.id).where(
        DATES.c.occupancy_id == USES.c.id, DATES.c.state == OccurrenceState.OFFERED.value
    )
    return (
        select(wished.c.day)
        .distinct()
        .join_from(wished, LENT, LENT.c.space_id == wished.c.space_id)
        .join(SPACES, SPACES.c.id == wished.c.space_id)
        .join(parts, parts.c.atoms.op("&&")(SPACES.c.atoms))
        .join(USES, and_(USES.c.space_id == parts.c.id, USES.c.day == wished.c.day))
        .where(
            func.lower(USES.c.during) < wished.c.ends_at,
            func.upper(USES.c.during) > wished.c.starts_at,
            USES.c.use != Use.CLOSURE.value,
            or_(USES.c.lapses_at.is_(None), USES.c.lapses_at > NOW),
            ~offered.exists(),
        )
        .order_by(wished.c.day)
    )


def _lapsed() -> Select[int]:
    """Return the lapsed uses that share a part with given spaces on given days, locked by id."""
    wanted = SPACES.alias("wanted")
    sharing = select(SPACES.c.id).join_from(wanted, SPACES, SPACES.c.atoms.op("&&")(wanted.c.atoms))
    days = cast(bindparam("days", type_=ARRAY(Text)), ARRAY(USES.c.day.type))
    return (
        select(USES.c.id)
        .where(
            USES.c.day == func.any(days),
            USES.c.space_id.in_(sharing.where(wanted.c.id == func.any(IDS))),
            USES.c.lapses_at <= NOW,
            func.upper(USES.c.during) > USES.c.lapses_at,
        )
        .order_by(USES.c.id)
        .with_for_update(key_share=True)
    )


def _instants(name: str) -> object:
    return cast(bindparam(name, type_=ARRAY(Text)), INSTANTS)


LOCK_TROUPE = (
    select(TROUPES.c.id).where(TROUPES.c.id == bindparam("id")).with_for_update(key_share=True)
)
LOCK_UNIT = select(UNITS.c.id).where(UNITS.c.id == bindparam("id")).with_for_update(key_share=True)
LOCK_SPACES = _lock_spaces()
LOCK_THINGS = (
    select(THINGS.c.id, THINGS.c.stock)
    .where(
        THINGS.c.id == func.any(IDS),
        THINGS.c.site_id
        == all_(
            select(SPACES.c.site_id)
            .where(SPACES.c.id == func.any(bindparam("space_ids", type_=ARRAY(BigInteger))))
            .scalar_subquery()
        ),
    )
    .order_by(THINGS.c.id)
    .with_for_update(key_share=True)
)
HAD, LAPSED = _had(), _lapsed()
REMOVE = delete(USES).where(
    USES.c.id == func.any(IDS), USES.c.lapses_at <= func.lower(USES.c.during)
)
SHORTEN = (
    update(USES)
    .where(USES.c.id == func.any(IDS))
    .values(during=func.tstzrange(func.lower(USES.c.during), USES.c.lapses_at))
)
HOLD = (
    update(USES)
    .where(USES.c.id == bindparam("held"))
    .values(lapses_at=bindparam("until", type_=DateTime(timezone=True)))
)
WISHED = (
    func.unnest(
        bindparam("space_ids", type_=ARRAY(BigInteger)),
        _instants("starts"),
        _instants("ends"),
        _instants("lapses"),
    )
    .table_valued("space_id", "starts_at", "ends_at", "lapses_at")
    .render_derived("wished")
)
TAKE = (
    insert(USES)
    .from_select(
        ["space_id", "atoms", "during", "use", "lapses_at"],
        select(
            SPACES.c.id,
            SPACES.c.atoms,
            func.tstzrange(WISHED.c.starts_at, WISHED.c.ends_at),
            literal(Use.REHEARSAL.value),
            WISHED.c.lapses_at,
        ).join_from(WISHED, SPACES, SPACES.c.id == WISHED.c.space_id),
    )
    .on_conflict_do_nothing()
    .returning(USES.c.id, USES.c.space_id, func.lower(USES.c.during).label("starts_at"))
)
