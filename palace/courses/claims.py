"""Places in a class: how many are given out, and the locks behind which they are.

Locks: member, offerings by id, then rows of enrolments and waits. Counts are read after them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    func,
    literal_column,
    or_,
    select,
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


def _taken() -> Select[Any]:
    """Select how many places of classes are given out, and who waits, a row a class."""
    of, in_person = ENROLMENTS.c.offering_id, WAITS.c.channel == Channel.COUNTER.value
    online = ENROLMENTS.c.channel == Channel.ONLINE.value
    held = (
        select(of, func.count().label("live"), func.count().filter(online).label("online"))
        .where(of == func.any(IDS), holds())
        .group_by(of)
        .subquery()
    )
    waiting = WAITS.c.state == WaitState.WAITING.value
    waits = (
        select(
            WAITS.c.offering_id,
            func.count().filter(is_offered()).label("offered"),
            func.count().filter(is_offered(), ~in_person).label("offered_online"),
            func.count().filter(waiting).label("waiting"),
            func.count().filter(waiting, in_person).label("waiting_in_person"),
        )
        .where(
            WAITS.c.offering_id == func.any(IDS),
            WAITS.c.state.in_(_written((WaitState.WAITING, WaitState.OFFERED))),
            WAITS.c.id != func.coalesce(OFFER, 0),
        )
        .group_by(WAITS.c.offering_id)
        .subquery()
    )

    def of_class(count: ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(count, 0)

    return (
        select(
            OFFERINGS.c.id,
            (of_class(held.c.live) + of_class(waits.c.offered)).label("live"),
            (of_class(held.c.online) + of_class(waits.c.offered_online)).label("online"),
            of_class(waits.c.waiting).label("waiting"),
            of_class(waits.c.waiting_in_person).label("waiting_in_person"),
        )
        .outerjoin_from(OFFERINGS, held, held.c.offering_id == OFFERINGS.c.id)
        .outerjoin(waits, waits.c.offering_id == OFFERINGS.c.id)
        .where(OFFERINGS.c.id == func.any(IDS))
    )


TAKEN = _taken()


def counting(offering_id: int, offer_id: int | None = None) -> Question:
    """Return the statement that counts what is given out of a class, without one offer."""
    return TAKEN, {"ids": [offering_id], "offer_id": offer_id}


def taken_of(rows: Collection[Any]) -> Taken:
    """Return what `counting` was answered with; nothing, where there is no such class."""
    return next(iter(_by_class(rows).values()), Taken())


def taken_in(offering_ids: Sequence[int]) -> dict[int, Taken]:
    """Return how many places of classes are given out now, and who waits, by class."""
    return _by_class(execute(TAKEN, {"ids": list(offering_ids), "offer_id": None}))


def _by_class(rows: Collection[Any]) -> dict[int, Taken]:
    return {
        row.id: Taken(
            live=row.live,
            online=row.online,
            waiting=row.waiting,
            waiting_in_person=row.waiting_in_person,
        )
        for row in rows
    }


def taken(offering_id: int, offer_id: int | None = None) -> Taken:
    """Return how many places of a class are given out now, and who waits."""
    return taken_of(execute(*counting(offering_id, offer_id)))


def live_places(offering_id: int) -> int:
    """Return how many places of a class are given out now: live enrolments and live offers."""
    return taken(offering_id).live
