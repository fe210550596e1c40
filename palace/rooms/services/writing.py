"""Writing a reservation down with its dates, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    DateTime,
    Text,
    UpdateBase,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from palace.clock import SHANGHAI
from palace.db import db, table_of
from palace.rooms.models import Occurrence, OccurrenceEquipment, Reservation
from palace.rooms.queries.named import Named, asking_names, told_names
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Span, Wish
from palace.statements import Question, as_loaded, execute_all

RESERVATIONS, DATES = map(table_of, (Reservation, Occurrence))
OF_ITS_OWN: dict[str, TypeEngine[Any]] = {
    "day": Date(),
    **dict.fromkeys(("starts_at", "ends_at"), DateTime(timezone=True)),
    **dict.fromkeys(("space_id", "occupancy_id", "instead_of"), BigInteger()),
    "state": Text(),
}
OF_ALL = ("troupe_id", "member_id", "unit_id")


class NewDate(NamedTuple):
    """A date of a reservation that is to be written down, with what holds its room."""

    span: Span
    space_id: int
    state: OccurrenceState
    occupancy_id: int | None = None
    instead_of: int | None = None


class Written(NamedTuple):
    """A reservation that was written down, its dates in the order they were given, what they are called."""

    reservation: Reservation
    dates: list[Occurrence]
    named: Named


def written(wish: Wish, code: str, dates: Sequence[NewDate], now: datetime) -> Written:
    """Write a wish down with its dates and with what is to be carried there.

    To those left out as well: they may be added later.
    """
    names = asking_names(wish.purpose, wish.troupe_id, {one.space_id for one in dates})
    (row,), rows, *told = execute_all(_reserving(wish, code, now), _dating(code, dates), *names)
    reservation = as_loaded(Reservation, row)
    by_day = {one.day: as_loaded(Occurrence, one) for one in rows}
    for one in by_day.values():
        set_committed_value(one, "reservation", reservation)
    made = [by_day[one.span.day] for one in dates]
    _carry(made, wish)
    return Written(reservation, made, told_names(*told))


def _reserving(wish: Wish, code: str, now: datetime) -> Question:
    first = wish.spans[0]
    return NEW, {
        "code": code,
        "space_id": wish.space_id,
        "troupe_id": wish.troupe_id,
        "member_id": wish.member.id,
        "unit_id": wish.member.unit_id,
        "purpose": wish.purpose,
        "people": wish.people,
        "first_on": first.day,
        "begins": first.starts_at.astimezone(SHANGHAI).time(),
        "minutes": first.minutes,
        "weeks": len(wish.spans),
        "note": wish.note,
        "created_at": now,
    }


def _dating(code: str, dates: Sequence[NewDate]) -> Question:
    return NEW_DATES, {
        "code": code,
        "day": [one.span.day for one in dates],
        "starts_at": [one.span.starts_at for one in dates],
        "ends_at": [one.span.ends_at for one in dates],
        "space_id": [one.space_id for one in dates],
        "occupancy_id": [one.occupancy_id for one in dates],
        "instead_of": [one.instead_of for one in dates],
        "state": [one.state.value for one in dates],
    }


def _carry(dates: Sequence[Occurrence], wish: Wish) -> None:
    db.session.add_all(
        OccurrenceEquipment(occurrence_id=one.id, equipment_id=thing, count=count)
        for one in dates
        for thing, count in wish.equipment.items()
        if count
    )
    db.session.flush()


def _new_dates() -> UpdateBase:
    """Return the statement that writes the dates of a reservation, whose they are as it is."""
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in OF_ITS_OWN.items()]
    columns = [column(name, kind) for name, kind in OF_ITS_OWN.items()]
    listed = func.unnest(*lists).table_valued(*columns, name="new").render_derived()
    rows = select(
        RESERVATIONS.c.id,
        *(RESERVATIONS.c[name] for name in OF_ALL),
        *(listed.c[name] for name in OF_ITS_OWN),
    ).where(RESERVATIONS.c.code == bindparam("code", type_=Text))
    names = ["reservation_id", *OF_ALL, *OF_ITS_OWN]
    return insert(DATES).from_select(names, rows).returning(DATES)


NEW, NEW_DATES = insert(RESERVATIONS).returning(RESERVATIONS), _new_dates()
