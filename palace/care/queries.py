"""What the database tells of itself, and which tasks failed for good; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import BigInteger, DateTime, Enum, Text, cast, column, func, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from palace import heartbeat
from palace.audit import seals
from palace.audit import services as audit
from palace.care.measurements import Database, Messages
from palace.db import db, literally
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.members.models import AuditLine
from palace.notices import queries as notices
from palace.notices import senders
from palace.notices.gateways import SCREEN
from palace.notices.models import Notice
from palace.notices.queries import OF_EMAIL, OF_PHONE, unsent_count
from palace.notices.rules import EMAIL_CODE, MANNERS, State, Why
from palace.text import N_

TASK_DIED = "task_died"
JOB_STATUS = Enum("failed", name="procrastinate_job_status")
KINDS = {
    **{name: manner.name for name, manner in MANNERS.items()},
    "unprintable_name": N_("票面名字要手写"),
}
"""What notices are called; one without words is called as the code calls it."""
STATES: dict[str, str] = {
    State.OWED: N_("等着发"),
    State.SENDING: N_("正在发"),
    State.UNCERTAIN: N_("说不准发没发"),
    State.DEAD: N_("没发成"),
    State.DROPPED: N_("过时了，没发"),
}
REASONS: dict[str, str] = {
    Why.TOO_OLD: N_("等得太久，已经没用了"),
    Why.QUIET: N_("晚上不打扰，早上发"),
    Why.NO_TEMPLATE: N_("没有短信模板"),
    Why.BUDGET: N_("今天的短信预算用完了"),
    Why.UNSAYABLE: N_("缺少内容，写不成句子"),
    Why.CUT_OFF: N_("发的时候程序断了"),
    Why.BY_HAND: N_("工作人员定的"),
}
"""Why the house itself did not send; other reasons are a provider's own codes, said as they are."""
MOST_SHOWN = 100
FIGURES = text(
    """
    SELECT clock_timestamp() AS now,
           current_setting('server_version_num')::int / 10000 AS version,
           pg_database_size(current_database()) AS size,
           (SELECT sum(numbackends) FROM pg_stat_database)::int AS connections,
           current_setting('max_connections')::int AS most_connections,
           to_regclass('alembic_version') IS NOT NULL AS has_tables,
           to_regclass('audit_seals') IS NOT NULL AS has_seals,
           to_regclass('contacts') IS NOT NULL AS has_contacts
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
            messages=_messages() if figures.has_contacts else Messages(),
        )
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _messages() -> Messages:
    """Return what keeps messages from leaving the house."""
    gateway = senders.sms_gateway() or ""
    known = notices.templates(gateway) if gateway else {}
    state = notices.gateway_state(gateway)
    stands: dict[State, int] = {}
    for trouble in notices.troubles([State.UNCERTAIN, State.DEAD]):
        stands[trouble.state] = stands.get(trouble.state, 0) + trouble.count
    templated = gateway not in {"", SCREEN}
    return Messages(
        untemplated=tuple(
            kind
            for kind in senders.KINDS
            if templated and kind != EMAIL_CODE and (kind, "zh") not in known
        ),
        out_of_budget=notices.is_waiting_for(Why.BUDGET),
        uncertain=stands.get(State.UNCERTAIN, 0),
        dead=stands.get(State.DEAD, 0),
        left=state.left_pieces if state else None,
        empty=bool(state and state.empty_at),
        failing=(state.error or "–") if state and state.failed_at else "",
    )


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
    hidden = row.receiver.startswith((OF_PHONE, OF_EMAIL))
    return f"…{row.receiver[-4:]}" if hidden else str(row.receiver)


def _why(row: Any) -> str:
    return reason_words(row.error or "")


def reason_words(error: str) -> str:
    """Return why a notice has not left: the house's reason in words, or the provider's code."""
    return str(gettext(REASONS[error])) if error in REASONS else error


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
    title=N_("没发出去的通知"),
    source=Notice,
    key=Notice.id,
    order="created_at",
    scope=lambda _actor: Notice.state.not_in(literally([State.SENT, State.INBOX])),
    columns=[
        instant("created_at", Notice.created_at),
        Column(
            name="kind",
            heading=N_("通知种类"),
            of=Notice.kind,
            kind=Kind.WORD,
            choices=KINDS,
            filters=True,
        ),
        Column(
            name="state",
            heading=N_("怎样了"),
            of=Notice.state,
            kind=Kind.WORD,
            choices=STATES,
            filters=True,
        ),
        Column(name="error", heading=N_("原因"), of=Notice.error, say=_why),
        Column(name="tries", heading=N_("试过几次"), of=Notice.attempts, kind=Kind.NUMBER),
        Column(name="receiver", heading=N_("收件人"), of=Notice.receiver, say=_receiver),
        Column(name="subject", heading=N_("对象"), of=Notice.subject),
    ],
    empty=N_("都发出去了。"),
    template="care/notices.html",
)
