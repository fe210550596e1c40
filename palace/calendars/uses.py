"""What calendars tell of a room's uses: the troupe and the times, never a person or what they wrote."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, Subquery, bindparam, func, select

from palace.agenda.queries import BY_START, CLOCK, TABLE, in_feed
from palace.db import table_of
from palace.statements import execute
from palace.troupes.models import Troupe

TROUPES = table_of(Troupe)
IDS = bindparam("ids", type_=ARRAY(BigInteger))
NAMES = func.hashtext(func.coalesce(TROUPES.c.name_zh + "/" + TROUPES.c.name_en, ""))
"""A troupe's names in a number: its entries keep their revision when it is called otherwise."""
OF_USES = TABLE.outerjoin(TROUPES, TROUPES.c.id == TABLE.c.troupe_id)
TOLD = (
    select(
        *(TABLE.c[name] for name in ("id", "uid", "revision", "changed_at", "during", "status")),
        *(TABLE.c[name] for name in ("place_zh", "place_en", "space_id", "troupe_id")),
        *(TROUPES.c.name_zh, TROUPES.c.name_en, NAMES.label("names")),
    )
    .select_from(OF_USES)
    .where(TABLE.c.id == func.any(IDS))
)


def state(there: ColumnElement[bool]) -> Subquery:
    """Select what differs between two states of the uses of spaces, in one row."""
    wanted = select(
        func.count(TABLE.c.id).label("count"),
        func.sum(TABLE.c.id).label("ids"),
        func.sum(TABLE.c.revision).label("revisions"),
        func.max(TABLE.c.changed_at).label("changed_at"),
        func.sum(NAMES).label("names"),
    )
    return wanted.select_from(OF_USES).where(there, in_feed(CLOCK)).subquery("uses")


def revisions(there: ColumnElement[bool]) -> Select[Any]:
    """Select the uses of spaces by start, each with what changes when it is told otherwise."""
    wanted = select(TABLE.c.id, TABLE.c.revision, NAMES.label("names")).select_from(OF_USES)
    return wanted.where(there, in_feed(CLOCK)).order_by(*BY_START)


def told(ids: Collection[int]) -> Sequence[Any]:
    """Return what calendars say of uses."""
    return execute(TOLD, {"ids": list(ids)}) if ids else ()
