"""系统体检: whether every part of the palace is well, and what to do where it is not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.care import queries, rules, services
from palace.care.queries import Task
from palace.care.rules import Line
from palace.db import transaction
from palace.lists.services import answer as list_answer
from palace.members.rules import Role
from palace.text import N_
from palace.web import allow, answer, reads, wants_json

RETRIED, GONE = N_("已经排上队，一会儿再看。"), N_("这个任务已经不在失败的任务里了。")

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


@bp.get("/staff/notices")
@allow(Role.ADMIN)
@reads(query=queries.NOTICES.words)
def notices() -> ResponseReturnValue:
    """Show what is owed to people and was not sent, the oldest first."""
    return list_answer(queries.NOTICES)


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
