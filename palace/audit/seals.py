"""The statements of sealing: which lines no seal has, and how a line is written to be hashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Text, bindparam, cast, func, select, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, Range

from palace.audit.models import AuditSeal
from palace.db import db
from palace.members.models import AuditLine

PIECE = 1000
LOOKED_BACK = (
    3  # seals: a line that comes later than so many days is no late one, but one that slipped in
)
UNSEALED = text(
    """
    WITH last AS (SELECT id, ids FROM audit_seals ORDER BY id DESC LIMIT :back),
         known AS (SELECT coalesce(range_agg(ids), '{}'::int8multirange) AS ids FROM last)
    SELECT coalesce(range_agg(int8range(line.id, line.id, '[]')), '{}'::int8multirange) AS ids,
           count(*) AS line_count
      FROM audit_lines AS line
     WHERE line.at < :until
       AND line.id >= coalesce((SELECT min(lower(ids)) FROM last HAVING count(*) = :back), 0)
       AND NOT line.id <@ (SELECT ids FROM known)
    """
).columns(ids=INT8MULTIRANGE, line_count=BigInteger)
STRAY = text(
    """
    WITH known AS (SELECT coalesce(range_agg(ids), '{}'::int8multirange) AS ids FROM audit_seals),
         last AS (SELECT ids FROM audit_seals ORDER BY id DESC LIMIT :back)
    SELECT at FROM audit_lines AS line
     WHERE line.id < (SELECT min(lower(ids)) FROM last HAVING count(*) = :back)
       AND NOT line.id <@ (SELECT ids FROM known)
     ORDER BY line.id LIMIT 1
    """
)
OLDEST_UNSEALED = text(
    """
    SELECT at FROM audit_lines
     WHERE id > coalesce((SELECT upper(range_merge(ids)) - 1 FROM audit_seals
                           WHERE line_count > 0 ORDER BY id DESC LIMIT 1), 0)
     ORDER BY id LIMIT 1
    """
)
MICROSECONDS = cast(func.extract("epoch", AuditLine.at) * 1_000_000, BigInteger)
WRITTEN = cast(
    func.jsonb_build_array(
        AuditLine.id,
        MICROSECONDS,
        AuditLine.actor,
        AuditLine.act,
        AuditLine.subject,
        AuditLine.before,
        AuditLine.after,
        AuditLine.why,
        AuditLine.request_id,
        func.encode(AuditLine.personal, "hex"),
        AuditLine.personal_of,
    ),
    Text,
)
IDS = bindparam("ids", type_=INT8MULTIRANGE)
LINES = (
    select(WRITTEN)
    .where(
        AuditLine.id >= func.lower(IDS),
        AuditLine.id < func.upper(IDS),
        IDS.contains(AuditLine.id),
    )
    .order_by(AuditLine.id)
)


def unsealed(until: datetime) -> tuple[Sequence[Range[int]], int]:
    """Return the lines before an instant that no seal has, and how many they are."""
    found = db.session.execute(UNSEALED, {"until": until, "back": LOOKED_BACK}).one()
    return found.ids, found.line_count


def written(ids: Sequence[Range[int]]) -> Iterator[str]:
    """Yield the lines with these ids in their order, each as the one text it always is."""
    kept = LINES.execution_options(yield_per=PIECE)
    yield from db.session.scalars(kept, {"ids": ids})


def newest() -> AuditSeal | None:
    """Return the newest seal."""
    return next(iter(last_two()), None)


def last_two() -> list[AuditSeal]:
    """Return the newest seal and the one before."""
    return list(db.session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(2)))


def every() -> list[AuditSeal]:
    """Return all seals, oldest first: one a day."""
    return list(db.session.scalars(select(AuditSeal).order_by(AuditSeal.id)))


def stray() -> datetime | None:
    """Return the instant a line claims that stands among sealed ones, but in no seal."""
    found: datetime | None = db.session.scalar(STRAY, {"back": LOOKED_BACK})
    return found


def oldest_unsealed() -> datetime | None:
    """Return the instant of the oldest line after the newest seal."""
    found: datetime | None = db.session.scalar(OLDEST_UNSEALED)
    return found
