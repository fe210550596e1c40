"""Tending the tasks: what died is kept for a person, what a killed worker left is begun again."""

from __future__ import annotations

import time

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from palace.care import messages, probes, queries, rules
from palace.care.measurements import Database, Machine, Setting
from palace.care.rules import Line
from palace.config import Settings
from palace.db import db
from palace.members.services import note
from palace.notices import senders
from palace.notices import services as notices

RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
FAIL = text("SELECT procrastinate_finish_job_v1(:id, 'failed', false)")
DROP = text("DELETE FROM procrastinate_jobs WHERE id = :id")
DROP_SAME = text(
    """
    DELETE FROM procrastinate_jobs AS older USING procrastinate_jobs AS newer
     WHERE newer.id = :id AND older.queueing_lock = newer.queueing_lock
       AND older.status = 'failed' AND older.id <> newer.id
    """
)
WORKER_KILLED = "WorkerKilled"
FRESH = 10.0  # seconds


def health() -> list[Line]:
    """Look at every part of the palace."""
    settings: Settings = current_app.extensions["palace"]
    return _judged(probes.machine(settings), queries.database())


def glance() -> list[Line] | None:
    """Return what a page may say of every part without looking for seconds; None: not yet known."""
    seen = probes.glance(current_app.extensions["palace"])
    return _judged(seen, database_lately()) if seen else None


def database_lately() -> Database | None:
    """Return what the database told a moment ago: counting all that is unsettled takes its time."""
    kept: tuple[float, Database] | None = current_app.extensions.get("palace_told")
    if kept is not None and time.monotonic() - kept[0] < FRESH:
        return kept[1]
    told = queries.database()
    current_app.extensions["palace_told"] = told and (time.monotonic(), told)
    return told


def _judged(machine: Machine, database: Database | None) -> list[Line]:
    settings: Settings = current_app.extensions["palace"]
    setting = Setting(
        demo=settings.demo,
        sms=senders.may_send(),
        keys_beside_state=settings.keys_file.is_relative_to(settings.state),
        recipient=bool(settings.backup_recipient),
        public_url=settings.public_url,
        schema=current_app.extensions["palace_schema"],
    )
    told = [*rules.lines(machine, database, setting), *messages.lines(database, setting)]
    return rules.red_first(told)


def note_death(task_id: int, kind: str) -> None:
    """Write down that a task failed for good, and by which kind of error.

    A task that is put in line again and again stands for its like: only the newest dead one is kept.
    """
    db.session.execute(DROP_SAME, {"id": task_id})
    note(queries.TASK_DIED, queries.subject_of(task_id), why=kind, actor="system")


def retry(task_id: int) -> bool:
    """Put a task that failed in line once more; return False when it was already, or is gone."""
    if not queries.lock_dead(task_id):
        return False
    _put_in_line(task_id)
    note("task_retried", queries.subject_of(task_id))
    return True


def retry_notices(kind: str, error: str) -> int:
    """Owe dead notices of a kind anew; return how many."""
    count = notices.retry(kind, error)
    if count:
        note("notices_retried", f"notices:{kind}", after={"count": count}, why=error or None)
    return count


def decide_notices(kind: str, error: str, *, was_sent: bool) -> int:
    """Settle uncertain notices of a kind as somebody says who looked; return how many."""
    count = notices.decide_uncertain(kind, error, was_sent=was_sent)
    if count:
        told = {"count": count, "verdict": "sent" if was_sent else "again"}
        note("notices_decided", f"notices:{kind}", after=told, why=error or None)
    return count


def rescue() -> int:
    """Begin again what a killed worker left undone; what keeps killing workers is dead. Return how many."""
    stalled = queries.lock_stalled(rules.STALLED_AFTER)
    for task_id, tries in stalled:
        if tries + 1 < rules.TASK_TRIES:
            _put_in_line(task_id)
        else:
            db.session.execute(FAIL, {"id": task_id})
            note_death(task_id, WORKER_KILLED)
    return len(stalled)


def _put_in_line(task_id: int) -> None:
    """Queue a task anew; one whose like already waits in line is dropped, as that one does its work."""
    try:
        with db.session.begin_nested():
            db.session.execute(RETRY, {"id": task_id})
    except IntegrityError:
        db.session.execute(DROP, {"id": task_id})
