"""系统体检: whether every part of the palace is well, and what to do where it is not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.care import queries, rules, services
from palace.care.forms import DecideForm, TroubleForm
from palace.care.queries import Task
from palace.care.rules import Line
from palace.db import transaction
from palace.lists.services import answer as list_answer
from palace.members.rules import Role
from palace.notices import queries as notices
from palace.notices.rules import State
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

RETRIED, GONE = N_("已经排上队，一会儿再看。"), N_("这个任务已经不在失败的任务里了。")
SENT_AGAIN = N_("%(count)s条排上队，马上再发。")
TAKEN_FOR_SENT = N_("%(count)s条算已经发了。")

bp = Blueprint("care", __name__)


def init_app(app: Flask) -> None:
    """Put the page on the application."""
    app.register_blueprint(bp)


@bp.get("/staff/health")
@allow(Role.ADMIN)
def health() -> Response:
    """Show every part of the palace, red or green, with what to do, and the tasks that failed."""
    found = services.health()
    tasks = queries.dead_tasks()
    body = {
        "ok": rules.is_well(found),
        "lines": [_line_json(line) for line in found],
        "tasks": [_task_json(task) for task in tasks],
    }
    red = sum(not line.well for line in found)
    return answer("care/health.html", body, lines=found, red=red, tasks=tasks, now=clock.now())


@bp.get("/staff/tasks")
@allow(Role.ADMIN)
@reads(query=queries.TASKS.words)
def tasks() -> ResponseReturnValue:
    """Show every task that failed for good."""
    return list_answer(queries.TASKS)


@bp.get("/staff/notices", endpoint="notices")
@allow(Role.ADMIN)
@reads(query=queries.NOTICES.words)
def unsent() -> ResponseReturnValue:
    """Show what is owed to people and was not sent, the oldest first."""
    return list_answer(queries.NOTICES)


@bp.context_processor
def unsettled() -> dict[str, object]:
    """Lend the list of notices what waits for a person's decision, and its words."""
    return {
        "troubles": lambda: notices.troubles([State.DEAD, State.UNCERTAIN]),
        "kinds": queries.KINDS,
        "why_of": queries.reason_words,
    }


@bp.post("/staff/notices/retry")
@allow(Role.ADMIN)
@reads(TroubleForm)
def retry_notices() -> ResponseReturnValue:
    """Owe anew what did not leave; what was surely not taken cannot arrive twice."""
    form = TroubleForm()
    checked(form)
    with transaction():
        count = services.retry_notices(form.kind.data or "", form.error.data or "")
    return _settled(count, SENT_AGAIN)


@bp.post("/staff/notices/decide")
@allow(Role.ADMIN)
@reads(DecideForm)
def decide_notices() -> ResponseReturnValue:
    """Take uncertain notices for sent, or owe them anew, as somebody who looked says."""
    form = DecideForm()
    checked(form)
    was_sent = form.verdict.data == "sent"
    with transaction():
        count = services.decide_notices(
            form.kind.data or "", form.error.data or "", was_sent=was_sent
        )
    return _settled(count, TAKEN_FOR_SENT if was_sent else SENT_AGAIN)


def _settled(count: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return {"count": count}
    flash(gettext(said, count=count))
    return redirect(url_for("care.notices"), 303)


@bp.post("/staff/tasks/<id:task_id>/retry")
@allow(Role.ADMIN)
def retry(task_id: int) -> ResponseReturnValue:
    """Put a task that failed in line once more; a second press changes nothing."""
    with transaction():
        retried = services.retry(task_id)
    if wants_json():
        return {"retried": retried}
    flash(gettext(RETRIED if retried else GONE))
    return redirect(url_for("care.health"), 303)


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "name": gettext(line.name),
        "ok": line.well,
        "seen": gettext(line.seen, **line.values),
        "todo": "" if line.well else gettext(line.todo, **line.values),
    }


def _task_json(task: Task) -> dict[str, Any]:
    failed_at = task.failed_at.astimezone(clock.SHANGHAI).isoformat() if task.failed_at else None
    return {
        "task": task.id,
        "name": task.name,
        "tries": task.tries,
        "failed_at": failed_at,
        "error": task.kind,
    }
