"""What the database tells of itself, and which tasks failed for good; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from palace import heartbeat
from palace.care.measurements import Database
from palace.db import db
from palace.members.models import AuditLine
from palace.notices.queries import unsent_count

TASK_DIED = "task_died"
MOST_SHOWN = 100
FIGURES = text(
    """
    SELECT clock_timestamp() AS now,
           current_setting('server_version_num')::int / 10000 AS version,
           pg_database_size(current_database()) AS size,
           (SELECT sum(numbackends) FROM pg_stat_database)::int AS connections,
           current_setting('max_connections')::int AS most_connections,
           to_regclass('alembic_version') IS NOT NULL AS has_tables
    """
)
DEAD = text(
    """
    SELECT job.id, job.task_name, job.attempts,
           (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id) AS failed_at
      FROM procrastinate_jobs AS job WHERE job.status = 'failed'
     ORDER BY failed_at DESC NULLS LAST, job.id DESC LIMIT :most
    """
)
STALLED = text(
    """
    SELECT job.id, job.task_name, job.attempts
      FROM procrastinate_jobs AS job
      LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
     WHERE job.status = 'doing'
       AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silence))
     ORDER BY job.id
       FOR NO KEY UPDATE OF job SKIP LOCKED
    """
)


@dataclass(frozen=True)
class Task:
    """A task that failed: how often it was tried, when it failed last, the kind of its last error."""

    id: int
    name: str
    tries: int
    failed_at: datetime | None
    kind: str


def database() -> Database | None:
    """Return what the database tells, or None: it does not answer."""
    try:
        figures = db.session.execute(FIGURES).one()
        known = bool(figures.has_tables)
        return Database(
            now=figures.now,
            version=figures.version,
            size=figures.size,
            connections=figures.connections,
            most_connections=figures.most_connections,
            schema=_schema() if known else None,
            beat=heartbeat.last_beat() if known else None,
            waiting=unsent_count() if known else 0,
            dead=len(dead_tasks()) if known else 0,
        )
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _schema() -> str | None:
    found: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def dead_tasks() -> list[Task]:
    """Return the tasks that failed for good, newest first."""
    rows = db.session.execute(DEAD, {"most": MOST_SHOWN}).all()
    kinds = _kinds([subject_of(row.id) for row in rows])
    return [
        Task(
            row.id,
            row.task_name.rpartition(":")[2],
            row.attempts,
            row.failed_at,
            kinds.get(subject_of(row.id), "–"),
        )
        for row in rows
    ]


def subject_of(task_id: int) -> str:
    """Return how the audit names a task."""
    return f"task:{task_id}"


def _kinds(subjects: list[str]) -> dict[str, str]:
    """Return the kind of each task's last error."""
    newest = (
        select(func.max(AuditLine.id))
        .where(AuditLine.subject.in_(subjects), AuditLine.act == TASK_DIED)
        .group_by(AuditLine.subject)
    )
    rows = db.session.execute(
        select(AuditLine.subject, AuditLine.why).where(AuditLine.id.in_(newest))
    )
    return {subject: why or "–" for subject, why in rows}


def lock_dead(task_id: int) -> bool:
    """Lock a failed task until the transaction ends; return False when it has not failed or is gone."""
    wanted = text(
        "SELECT id FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR NO KEY UPDATE"
    )
    return db.session.execute(wanted, {"id": task_id}).first() is not None


def lock_stalled(silence: timedelta) -> list[tuple[int, int]]:
    """Lock the tasks whose worker died over them; return (task, tries) of each."""
    rows = db.session.execute(STALLED, {"silence": silence.total_seconds()})
    return [(row.id, row.attempts) for row in rows]
