"""Reads of imports and of the tree of units; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select, text

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.models import RosterEntry, Unit
from palace.members.units import UnitKind
from palace.roster import sealing
from palace.roster.models import RosterChunk, RosterError, RosterImport
from palace.roster.rules import ImportState
from palace.roster.tree import below, units_below

RECENT = 20


def find_import(import_id: int) -> RosterImport | None:
    """Return an import."""
    return db.session.get(RosterImport, import_id, populate_existing=True)


def get_import(import_id: int) -> RosterImport:
    """Return an import as it is now.

    Raises:
        NotFound: there is none.
    """
    row = find_import(import_id)
    if row is None:
        raise NotFound
    return row


def due() -> list[int]:
    """Return the imports the worker has to read, oldest first."""
    at_work = RosterImport.state.in_([ImportState.WAITING, ImportState.APPLYING])
    return list(
        db.session.scalars(select(RosterImport.id).where(at_work).order_by(RosterImport.id))
    )


def running(file_hash: bytes, unit_id: int | None) -> int | None:
    """Return the import that is at work on the same file for the same units."""
    wanted = select(RosterImport.id).where(
        RosterImport.state.in_([ImportState.WAITING, ImportState.APPLYING]),
        RosterImport.file_hash == file_hash,
        RosterImport.unit_id.is_not_distinct_from(unit_id),
    )
    return db.session.scalars(wanted).first()


def is_basic(unit_id: int) -> bool:
    """Return whether a unit is a basic union, which has people of its own."""
    return db.session.get_one(Unit, unit_id).kind is UnitKind.BASIC


def get_import_below(import_id: int, unit_id: int) -> RosterImport:
    """Return an import for a unit or one below it.

    Raises:
        NotFound: there is none, or it is for others too.
    """
    row = get_import(import_id)
    if row.unit_id is None or row.unit_id not in units_below(unit_id):
        raise NotFound
    return row


def uploads_today(unit_id: int, now: datetime) -> int:
    """Return how many rosters a unit's organisers brought in for it on this palace day.

    The unit is locked until the transaction ends: the count is true from here on.
    """
    unit = select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True)
    db.session.execute(unit)
    start, _ = clock.day_span(clock.palace_day(now))
    wanted = select(func.count()).where(
        RosterImport.unit_id == unit_id,
        RosterImport.created_at >= start,
        RosterImport.actor.startswith("member:"),
    )
    return db.session.scalars(wanted).one()


def recent(unit_id: int | None = None) -> list[RosterImport]:
    """Return the newest imports, or those for a unit and what is below it alone."""
    wanted = select(RosterImport).order_by(RosterImport.id.desc()).limit(RECENT)
    if unit_id is not None:
        wanted = wanted.where(RosterImport.unit_id.in_(below(unit_id)))
    return list(db.session.scalars(wanted))


def to_confirm() -> int:
    """Return how many imports of the palace's desk were read and wait for somebody to confirm them."""
    wanted = select(func.count(RosterImport.id)).where(
        RosterImport.state == ImportState.CHECKED, ~RosterImport.actor.startswith("member:")
    )
    return db.session.scalar(wanted) or 0


def errors_of(import_id: int, limit: int | None = None) -> list[RosterError]:
    """Return what was left out, by line."""
    wanted = select(RosterError).where(RosterError.import_id == import_id)
    return list(db.session.scalars(wanted.order_by(RosterError.line).limit(limit)))


def kept_by(row: RosterImport) -> list[RosterEntry]:
    """Return those, the first of them, whom a complete list did not name and the unit confirmed."""
    wanted = select(RosterEntry).where(RosterEntry.id.in_(row.kept)).order_by(RosterEntry.id)
    return list(db.session.scalars(wanted))


def chunks(import_id: int) -> Iterator[bytes]:
    """Yield the pieces of a file, one in memory at a time."""
    number = 0
    wanted = select(RosterChunk.content).where(RosterChunk.import_id == import_id)
    while (piece := db.session.scalar(wanted.where(RosterChunk.number == number))) is not None:
        yield sealing.opened(piece, f"{import_id}:{number}")
        number += 1


def find_unit(code: str) -> Unit | None:
    """Return a unit by its code."""
    return db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()


def all_units() -> list[Unit]:
    """Return the units that are open, by code."""
    return list(
        db.session.scalars(select(Unit).where(Unit.closed_at.is_(None)).order_by(Unit.code))
    )


def get_unit(unit_id: int) -> Unit | None:
    """Return a unit by its number."""
    return db.session.get(Unit, unit_id)


def open_units_below(unit_id: int) -> list[Unit]:
    """Return the open units below a unit, by code."""
    wanted = select(Unit).where(Unit.id.in_(below(unit_id)), Unit.id != unit_id)
    return list(db.session.scalars(wanted.where(Unit.closed_at.is_(None)).order_by(Unit.code)))


def turn_of(import_id: int) -> None:
    """Lock an import until the transaction ends."""
    db.session.execute(
        text("SELECT 1 FROM roster_imports WHERE id = :id FOR NO KEY UPDATE"), {"id": import_id}
    )


def unit_of(row: RosterImport) -> Unit | None:
    """Return the unit an import is for; None: the whole palace."""
    return db.session.get(Unit, row.unit_id) if row.unit_id else None
