"""Lists leave the house: counted, noted in the audit, sent at once or written by the worker."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, stream_with_context
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, delete, func, select, text, update
from werkzeug.exceptions import HTTPException

from palace import clock
from palace.db import db, side_engine, transaction
from palace.errors import NotAllowed, NotFound
from palace.lists.queries import List, known
from palace.lists.rules import Asked, Kind
from palace.members.rules import SignedIn
from palace.members.services import note
from palace.reports import queries, writers
from palace.reports.errors import ExportsUsedUp, ListLeftOften
from palace.reports.models import Export
from palace.reports.rules import ExportState, Format
from palace.security import public_code
from palace.venues.models import HouseRules
from palace.venues.queries import house_rules
from palace.web import roles_of
from palace.words import language

log = logging.getLogger("palace.reports")

PIECE = 1000
ORPHAN = 3600.0  # seconds: an unknown file younger than this may be on its way to its row
WRITE = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'palace:write_export', 0, 'exports', NULL,"
    " CAST(:values AS jsonb), NULL)::procrastinate_job_to_defer_v1])"
)


def send_csv(of: List, asked: Asked, where: Mapping[str, Any]) -> ResponseReturnValue:
    """Send a list as CSV while it is read; memory holds some hundred rows of it.

    Raises:
        ExportsUsedUp, ListLeftOften: as many files as the house rules allow were asked for today.
    """
    with transaction():
        export = _ask(of, asked, where, Format.CSV)
    body = stream_with_context(_csv(of, asked, where, export))
    name = f"{of.endpoint}-{clock.palace_day(export.asked_at)}.csv"
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _csv(of: List, asked: Asked, where: Mapping[str, Any], export: Export) -> Iterator[bytes]:
    """Yield the file; the line in the audit says how many rows had left when it ended, also early."""
    count = 0

    def seen() -> None:
        nonlocal count
        count += 1

    try:
        rows = _rows(of, asked, of.scope(current_user, **where))
        yield from writers.csv_pieces(of, rows, seen)
    finally:
        db.session.rollback()
        with transaction():
            _finish(export.id, of, asked, count, actor=current_user.actor)


def _rows(of: List, asked: Asked, scope: Any) -> Iterator[Any]:
    """Yield every row that was asked for by a cursor on the server's side."""
    kept = of.rows(asked, scope).execution_options(yield_per=PIECE)
    yield from db.session.execute(kept)


def ask_workbook(of: List, asked: Asked, where: Mapping[str, Any]) -> Export:
    """Have the worker write a list as a workbook.

    Raises:
        ExportsUsedUp, ListLeftOften: as many files as the house rules allow were asked for today.
    """
    export = _ask(of, asked, where, Format.XLSX)
    db.session.execute(WRITE, {"values": json.dumps({"export_id": export.id})})
    return export


def _ask(of: List, asked: Asked, where: Mapping[str, Any], kind: Format) -> Export:
    who, now = current_user, clock.now()
    scope = of.scope(who, **where)
    _check_day(of, where, now)
    order = f"{'-' if asked.descending else ''}{asked.sort}"
    export = Export(
        code=public_code(),
        staff_id=who.staff.id if who.staff else None,
        member_id=who.member.id if who.member and not who.staff else None,
        asked_at=now,
        endpoint=of.endpoint,
        address_values=dict(where),
        query={**asked.typed, "sort": order},
        language=language(),
        format=kind,
        state=ExportState.WAITING,
    )
    db.session.add(export)
    db.session.flush()
    after = _told(export, of, asked, _count(of, asked, scope))
    note("list_export_begun", f"list:{of.endpoint}", after=after, actor=who.actor)
    return export


def _check_day(of: List, where: Mapping[str, Any], now: datetime) -> None:
    """Refuse more exports in a day than the house rules let one person have, or leave one address."""
    rules = house_rules()
    queries.lock(current_user)
    if queries.asked_today(current_user, now) >= rules.exports_per_day:
        raise ExportsUsedUp(limit=rules.exports_per_day)
    if of.cap:
        queries.lock_address(of, where)
        limit: int = getattr(rules, of.cap)
        if queries.left_today(of, where, now) >= limit:
            raise ListLeftOften(limit=limit)


def _count(of: List, asked: Asked, scope: Any) -> int:
    """Return how many rows a file will have, all of them."""
    rows = of.rows(asked, scope).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def of_address(method_and_path: str) -> tuple[List, dict[str, Any]]:
    """Return the list that stands at an address, and the address's values.

    Raises:
        NotFound: none does.
        NotAllowed: this person may not open it.
    """
    adapter = current_app.url_map.bind("")
    try:
        endpoint, where = adapter.match(method_and_path, "GET")
    except HTTPException:
        raise NotFound from None
    if endpoint not in known:
        raise NotFound
    if not may_open(endpoint, current_user.roles):
        raise NotAllowed
    return known[endpoint], dict(where)


def may_open(endpoint: str, roles: Collection[str]) -> bool:
    """Return whether one of these roles may open a list's page, and so have it as a file."""
    return not set(roles_of(current_app, endpoint)).isdisjoint(roles)


def write_workbook(export_id: int) -> None:
    """Write the workbook of an export; begun anew it is written anew. Who lost the right gets none."""
    with transaction():
        export = db.session.get(Export, export_id)
        if export is None or export.state in {ExportState.READY, ExportState.REFUSED}:
            return
        actor, of = queries.who(export), known.get(export.endpoint)
        scope = _scope(export, actor, of)
        if actor is None or of is None or scope is None:
            export.state = ExportState.REFUSED
            return
        export.state = ExportState.WRITING
    g.language = export.language
    asked = of.asked(export.query)
    rows = _rows(of, asked, scope)
    path = file_of(export)
    count = writers.write_workbook(of, rows, path, lambda number: _progress(export_id, number))
    db.session.rollback()
    with transaction():
        _finish(export_id, of, asked, count, actor=actor.actor)


def _scope(export: Export, actor: SignedIn | None, of: List | None) -> ColumnElement[bool] | None:
    """Return whose rows somebody still sees; None: they may not open the list any more."""
    if actor is None or of is None or not may_open(export.endpoint, actor.roles):
        return None
    try:
        return of.scope(actor, **export.address_values)
    except NotFound:
        return None


def _progress(export_id: int, number: int) -> None:
    """Tell how far a file has come, outside of the transaction that reads its rows."""
    told = update(Export).where(Export.id == export_id).values(row_count=number)
    with side_engine().connect() as connection:
        connection.execute(told)


def _finish(export_id: int, of: List, asked: Asked, count: int, *, actor: str) -> None:
    export = db.session.get_one(Export, export_id, populate_existing=True)
    is_csv = export.format is Format.CSV
    export.state, export.row_count = ExportState.SENT if is_csv else ExportState.READY, count
    after = _told(export, of, asked, count)
    note("list_exported", f"list:{of.endpoint}", after=after, actor=actor)


def _told(export: Export, of: List, asked: Asked, rows: int) -> dict[str, Any]:
    """Return what the audit says of a file: its kind, how many rows, what was asked, and of which unit."""
    return {
        "format": export.format.value,
        "rows": rows,
        "filters": filters_told(of, asked) or None,
        **export.address_values,
    }


def filters_told(of: List, asked: Asked) -> dict[str, str]:
    """Return the filters as the audit may keep them: of a text only that there was one, it may be a name."""
    texts = {word for column in of.columns if column.kind is Kind.TEXT for word in column.words}
    return {word: "…" if word in texts else typed for word, typed in asked.typed.items()}


def folder() -> Path:
    """Return where workbooks wait to be fetched."""
    state: Path = current_app.extensions["palace"].state
    return state / "exports"


def file_of(export: Export) -> Path:
    """Return the file of an export, whether it is there or not."""
    return folder() / f"{export.code}.xlsx"


def forget(rules: HouseRules, now: datetime) -> int:
    """Forget exports that waited long enough; return how many."""
    past = Export.asked_at <= now - timedelta(days=rules.export_keep_days)
    gone = db.session.execute(delete(Export).where(past).returning(Export.id))
    return len(gone.all())


def sweep() -> int:
    """Delete the files no export knows any more; return how many."""
    codes = set(db.session.scalars(select(Export.code)))
    files = list(folder().iterdir()) if folder().exists() else []
    unknown = [path for path in files if path.stem not in codes and _is_old(path)]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN
    except FileNotFoundError:
        return False
