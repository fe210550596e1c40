"""A roster comes in: uploaded, read once to see what it would do, and read once more to do it.

Both readings are one code; the first is rolled back, all but its figures. Applying is one transaction
that ends with the import's own state, so whoever is killed leaves nothing or everything.
"""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.config import ROOT
from palace.db import db, side_engine
from palace.errors import PalaceError
from palace.members.services import note
from palace.patience import driver, patient
from palace.processes import dying_with_us
from palace.roster import claims, following, queries, sealing
from palace.roster.errors import (
    REFUSALS,
    FileGone,
    ImportRunning,
    LeaversUnconfirmed,
    NotToApply,
    TooLarge,
    TooMuchWork,
    UnitColumnMissing,
    UploadsUsedUp,
)
from palace.roster.headings import Column
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState, asks_again
from palace.venues.queries import house_rules

PIECE = 1 << 20
KEEP_PIECE = "INSERT INTO roster_chunks (import_id, number, content) VALUES (%s, %s, %b)"
BLOCK = 1 << 18
TOLD_EVERY = 20_000
MOST_KEPT = 200
PATIENT = 1800.0  # seconds for a statement over a million rows
RUNNING = "uq_roster_imports_at_work"
Progress = Callable[[int], None]


class ReadingKilled(RuntimeError):
    """Somebody ended the process that reads; it is tried again."""


def upload(
    file: IO[bytes], name: str, *, unit_id: int | None, complete: bool, actor: str
) -> RosterImport:
    """Keep a file for the worker to read; return its import.

    Raises:
        TooLarge: there is more than the house rules let in.
        ImportRunning: the same file is on its way for the same units.
    """
    size, digest = _measured(file, house_rules().roster_file_mb << 20)
    row = RosterImport(
        unit_id=unit_id,
        actor=actor,
        file_name=name[:200],
        file_size=size,
        file_hash=digest,
        complete=complete,
        state=ImportState.WAITING,
        created_at=clock.now(),
    )
    _put(row)
    for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
        kept = sealing.sealed(piece, f"{row.id}:{number}")
        driver().execute(KEEP_PIECE, (row.id, number, kept))
    note("roster_uploaded", f"roster_import:{row.id}", after={"size": size}, actor=actor)
    return row


def check_day(unit_id: int) -> None:
    """Refuse a unit's organisers more rosters in a day than the house rules let them bring.

    Raises:
        UploadsUsedUp.
    """
    limit = house_rules().unit_uploads_per_day
    if queries.uploads_today(unit_id, clock.now()) >= limit:
        raise UploadsUsedUp(limit=limit)


def _measured(file: IO[bytes], most: int) -> tuple[int, bytes]:
    seen, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        size += len(piece)
        if size > most:
            raise TooLarge
        seen.update(piece)
    file.seek(0)
    return size, seen.digest()


def _put(row: RosterImport) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        if RUNNING not in str(error.orig):
            raise
        raise ImportRunning(running=queries.running(row.file_hash, row.unit_id)) from None


def read(import_id: int, progress: Progress | None = None) -> None:
    """Read an import's file and do what is its turn: count what it would change, or change it.

    Raises:
        RosterRefused: the file is no roster.
        LeaversUnconfirmed: by now more would leave than was confirmed.
        ReadingKilled: the reading process was ended from outside.
    """
    row = queries.find_import(import_id)
    if row is None or row.state not in {ImportState.WAITING, ImportState.APPLYING}:
        return
    with patient(PATIENT):
        claims.set_up(row.unit_id)
        row = queries.get_import(import_id)
        if row.state not in {ImportState.WAITING, ImportState.APPLYING}:
            return
        columns = _staged(row, progress or _told(import_id))
        sure_before = row.created_at - timedelta(days=house_rules().roster_confirmed_days)
        counts = dict(claims.counts(columns, sure_before))
        row.read_rows = counts["new"] + counts["changed"] + counts["unchanged"] + counts["errors"]
        claims.keep_errors(row.id)
        kept = claims.kept(sure_before) if row.complete else []
        counts["kept"], row.kept = len(kept), kept[:MOST_KEPT]
        if row.state is ImportState.APPLYING:
            _apply(row, columns, counts, sure_before)
        else:
            row.state = ImportState.CHECKED
        row.counts = counts
        db.session.flush()


def _staged(row: RosterImport, progress: Progress) -> set[Column]:
    with tempfile.TemporaryFile() as file:
        for piece in queries.chunks(row.id):
            file.write(piece)
        if file.tell() != row.file_size:
            raise FileGone
        file.seek(0)
        columns = _copied(file, progress)
    basic = row.unit_id if row.unit_id and queries.is_basic(row.unit_id) else None
    if basic is None and Column.UNIT not in columns:
        raise UnitColumnMissing
    claims.place(basic, columns)
    return columns


def _copied(file: IO[bytes], progress: Progress) -> set[Column]:
    """Let a process of its own read the file, and pass its lines on; return the file's columns."""
    words = [*dying_with_us("KILL"), sys.executable, "-m", "palace.roster.reading"]
    reader = subprocess.Popen(  # noqa: S603 - our own words
        words,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    with reader:
        try:
            _pass_on(reader, progress)
            told = reader.stderr.read() if reader.stderr else b""
        except BaseException:
            reader.kill()
            raise
    return _columns(reader.returncode, told)


def _pass_on(reader: subprocess.Popen[bytes], progress: Progress) -> None:
    count, told = 0, 0
    with driver().cursor().copy(claims.COPY) as copy:
        while reader.stdout and (block := reader.stdout.read(BLOCK)):
            copy.write(block)
            count += block.count(b"\n")
            if count - told >= TOLD_EVERY:
                told = count
                progress(count)


def _columns(code: int, told: bytes) -> set[Column]:
    """Return the columns the reading process names, or raise what it refused."""
    if code in {-signal.SIGXCPU, -signal.SIGSEGV}:
        raise TooMuchWork
    if code < 0:
        raise ReadingKilled
    with suppress(ValueError):
        found = json.loads(told.rpartition(b"\n")[2])
        if "refusal" in found:
            raise REFUSALS[found["refusal"]]
        return {Column(name) for name in found["columns"]}
    raise TooMuchWork if b"MemoryError" in told else ReadingKilled


def _apply(
    row: RosterImport, columns: set[Column], counts: Mapping[str, int], sure_before: datetime
) -> None:
    check_leavers(row, counts)
    today = clock.palace_day(clock.now())
    following.untied(claims.take_over(row.id, columns))
    if row.complete:
        claims.let_go(row.id, today, sure_before)
    following.follow(row.id, today)
    row.state, row.finished_at = ImportState.APPLIED, clock.now()
    claims.forget_file(row.id)
    told = {**counts, "leaving": counts["leaving"] if row.complete else 0}
    note("roster_applied", f"roster_import:{row.id}", after=told, actor=row.actor)


def check_leavers(row: RosterImport, counts: Mapping[str, int]) -> None:
    """Ask again where a complete list lets unusually many leave; a word counts for as many as it was shown.

    Raises:
        LeaversUnconfirmed: nobody confirmed it, or fewer.
    """
    percent = house_rules().roster_leave_percent
    is_confirmed = row.confirmed and counts["leaving"] <= row.counts["leaving"]
    if (
        row.complete
        and not is_confirmed
        and asks_again(counts["leaving"], counts["listed"], percent)
    ):
        raise LeaversUnconfirmed(leaving=counts["leaving"], percent=percent)


def refuse(import_id: int, refusal: PalaceError) -> None:
    """Write down why an import went no further; one that needs another word is counted anew for it."""
    row = queries.get_import(import_id)
    if isinstance(refusal, LeaversUnconfirmed):
        row.state, row.confirmed = ImportState.WAITING, False
        return
    row.state, row.refusal, row.finished_at = ImportState.REFUSED, refusal.code, clock.now()
    claims.forget_file(import_id)


def apply(import_id: int, *, confirmed: bool) -> RosterImport:
    """Have the worker do what an import would change.

    Raises:
        NotToApply: it was done, or is not read yet.
        LeaversUnconfirmed: so many would leave that it has to be confirmed.
        ImportRunning: the same file is on its way for the same units.
    """
    queries.turn_of(import_id)
    row = queries.get_import(import_id)
    if row.state is not ImportState.CHECKED:
        raise NotToApply
    row.confirmed = confirmed
    check_leavers(row, row.counts)
    try:
        with db.session.begin_nested():
            row.state = ImportState.APPLYING
    except IntegrityError:
        raise ImportRunning from None
    note("roster_confirmed" if confirmed else "roster_wanted", f"roster_import:{row.id}")
    return row


def _told(import_id: int) -> Progress:
    """Return what tells the page how far the reading is, beside the transaction it is in."""
    engine = side_engine()

    def tell(count: int) -> None:
        with engine.connect() as side:
            side.execute(claims.TELL, {"import_id": import_id, "count": count})

    return tell
