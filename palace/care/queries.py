"""What the database tells of itself, and which tasks failed for good; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import BigInteger, DateTime, Enum, Text, cast, column, func, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from palace import heartbeat
from palace.audit import seals
from palace.audit import services as audit
from palace.care.measurements import Database
from palace.db import db
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import AuditLine
from palace.notices.models import Notice
from palace.notices.queries import OF_PHONE, unsent_count
from palace.text import N_

TASK_DIED = "task_died"
JOB_STATUS = Enum("failed", name="procrastinate_job_status")
KINDS = {
    "sign_in_code": N_("短信验证码"),
    "tickets_issued": N_("出票通知"),
    "ticket_returned": N_("退票通知"),
    "awaiting_payment": N_("付款提醒"),
    "unprintable_name": N_("票面名字要手写"),
}
"""What notices are called; one without words is called as the code calls it."""
MOST_SHOWN = 100
FIGURES = text(
    """
    SELECT clock_timestamp() AS now,
           current_setting('server_version_num')::int / 10000 AS version,
           pg_database_size(current_database()) AS size,
           (SELECT sum(numbackends) FROM pg_stat_database)::int AS connections,
           current_setting('max_connections')::int AS most_connections,
           to_regclass('alembic_version') IS NOT NULL AS has_tables,
           to_regclass('audit_seals') IS NOT NULL AS has_seals
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
            unsealed=seals.oldest_unsealed() if figures.has_seals else None,
            seal_fits=audit.newest_fits() if figures.has_seals else True,
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


def _retry(_row: Any) -> str:
    """Return where a failed task is put in line once more."""
    return url_for("care.health")


def _receiver(row: Any) -> str:
    """Return who gets a notice: of a phone number the end alone."""
    return f"…{row.receiver[-4:]}" if row.receiver.startswith(OF_PHONE) else str(row.receiver)


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


JOBS = table(
    "procrastinate_jobs",
    column("id", BigInteger),
    column("task_name", Text),
    column("attempts", BigInteger),
    column("status", Text),
)
EVENTS = table(
    "procrastinate_events", column("job_id", BigInteger), column("at", DateTime(timezone=True))
)
FAILED_AT = select(func.max(EVENTS.c.at)).where(EVENTS.c.job_id == JOBS.c.id).scalar_subquery()
KIND = (
    select(AuditLine.why)
    .where(AuditLine.subject == func.concat("task:", JOBS.c.id), AuditLine.act == TASK_DIED)
    .order_by(AuditLine.id.desc())
    .limit(1)
    .scalar_subquery()
)
TASKS = List(
    endpoint="care.tasks",
    title=N_("失败的任务"),
    source=JOBS,
    key=JOBS.c.id,
    order="-number",
    scope=lambda _actor: JOBS.c.status == cast("failed", JOB_STATUS),
    columns=[
        Column(
            name="number",
            heading=N_("编号"),
            of=JOBS.c.id,
            kind=Kind.NUMBER,
            sorts=True,
            link=_retry,
        ),
        Column(
            name="task",
            heading=N_("任务"),
            of=func.split_part(JOBS.c.task_name, ":", 2),
            filters=True,
        ),
        Column(name="tries", heading=N_("试过几次"), of=JOBS.c.attempts, kind=Kind.NUMBER),
        Column(
            name="failed_at", heading=N_("失败时间"), of=FAILED_AT, kind=Kind.INSTANT, filters=True
        ),
        Column(name="error", heading=N_("错误类型"), of=KIND),
    ],
    empty=N_("没有失败的任务。"),
)
NOTICES = List(
    endpoint="care.notices",
    title=N_("等着发送的通知"),
    source=Notice,
    key=Notice.id,
    order="created_at",
    scope=lambda _actor: Notice.sent_at.is_(None),
    columns=[
        Column(
            name="created_at",
            heading=N_("时间"),
            of=Notice.created_at,
            kind=Kind.INSTANT,
            sorts=True,
            filters=True,
        ),
        Column(
            name="kind",
            heading=N_("通知种类"),
            of=Notice.kind,
            kind=Kind.WORD,
            choices=KINDS,
            filters=True,
        ),
        Column(name="receiver", heading=N_("收件人"), of=Notice.receiver, say=_receiver),
        Column(name="subject", heading=N_("对象"), of=Notice.subject),
    ],
    empty=N_("没有等着发送的通知。"),
)
