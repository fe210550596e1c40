"""Places in a class: how many are given out, and the locks behind which they are.

Locks: member, offerings by id, then rows of enrolments and waits. Counts are read after them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)

from palace.courses.models import ClassWait, Enrolment, Offering
from palace.courses.rules import Taken
from palace.courses.states import HOLDING, Channel, WaitState
from palace.db import table_of
from palace.statements import Question, execute

OFFERINGS, ENROLMENTS, WAITS = map(table_of, (Offering, Enrolment, ClassWait))
OFFERING = bindparam("offering_id", type_=BigInteger)
OFFER = bindparam("offer_id", type_=BigInteger)
IDS = bindparam("ids", type_=ARRAY(BigInteger))
LOCK = (
    select(OFFERINGS.c.id)
    .where(OFFERINGS.c.id == func.any(IDS))
    .order_by(OFFERINGS.c.id)
    .with_for_update(key_share=True)
)


def locking(offering_ids: Collection[int]) -> Question:
    """Return the statement that locks classes in id order: nobody else gives out places of them."""
    return LOCK, {"ids": sorted(offering_ids)}


def lock_offering(*offering_ids: int) -> None:
    """Lock classes in id order."""
    execute(*locking(offering_ids))


def _written(states: Iterable[StrEnum]) -> list[ColumnElement[str]]:
    """Return states written into a statement: only so does a kept plan find the index of some rows."""
    return [literal_column(f"'{state.value}'", Text) for state in states]


def holds() -> ColumnElement[bool]:
    """Return the condition that an enrolment has its place at the database's clock."""
    rows = ENROLMENTS.c
    return and_(
        rows.state.in_(_written(HOLDING)),
        or_(rows.held_until.is_(None), rows.held_until > func.palace_clock()),
    )


def is_offered() -> ColumnElement[bool]:
    """Return the condition that a wait has a place offered to it at the database's clock."""
    return and_(
        WAITS.c.state == _written((WaitState.OFFERED,))[0], WAITS.c.lapses_at > func.palace_clock()
    )


def taken_by(offering: ColumnElement[int]) -> Select[Any]:
    """Select how many places of a class are given out, and who waits; part of a larger statement too."""
    online = ENROLMENTS.c.channel == Channel.ONLINE.value
    held = (
        select(func.count().label("live"), func.count().filter(online).label("online"))
        .where(ENROLMENTS.c.offering_id == offering, holds())
        .subquery()
    )
    waiting, in_person = (
        WAITS.c.state == WaitState.WAITING.value,
        WAITS.c.channel == Channel.COUNTER.value,
    )
    waits = (
        select(
            func.count().filter(is_offered()).label("offered"),
            func.count().filter(is_offered(), ~in_person).label("offered_online"),
            func.count().filter(waiting).label("waiting"),
            func.count().filter(waiting, in_person).label("waiting_in_person"),
        )
        .where(
            WAITS.c.offering_id == offering,
            WAITS.c.state.in_(_written((WaitState.WAITING, WaitState.OFFERED))),
            WAITS.c.id != func.coalesce(OFFER, 0),
        )
        .subquery()
    )
    return select(
        (held.c.live + waits.c.offered).label("live"),
        (held.c.online + waits.c.offered_online).label("online"),
        waits.c.waiting,
        waits.c.waiting_in_person,
    ).join_from(held, waits, true())


TAKEN = taken_by(cast(OFFERING, BigInteger))


def counting(offering_id: int, offer_id: int | None = None) -> Question:
    """Return the statement that counts what is given out of a class, without one offer."""
    return TAKEN, {"offering_id": offering_id, "offer_id": offer_id}


def taken_of(rows: Collection[Any]) -> Taken:
    """Return what `counting` was answered with."""
    (row,) = rows
    return Taken(**row._asdict())


def taken(offering_id: int, offer_id: int | None = None) -> Taken:
    """Return how many places of a class are given out now, and who waits."""
    return taken_of(execute(*counting(offering_id, offer_id)))


def live_places(offering_id: int) -> int:
    """Return how many places of a class are given out now: live enrolments and live offers."""
    return taken(offering_id).live
