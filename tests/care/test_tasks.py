"""Tasks that fail, and workers that are killed over them: with the real worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from procrastinate import App, RetryStrategy
from sqlalchemy import text

from palace import worker
from palace.care import queries, services
from palace.care.rules import TASK_TRIES
from palace.db import db, transaction
from palace.members.models import AuditLine
from palace.members.rules import Role
from tests.factory import Factory

AT_ONCE = RetryStrategy(max_attempts=worker.RETRY.max_attempts)
SILENT = "now() - interval '31 seconds'"
JSON = {"Accept": "application/json"}


class Broken(RuntimeError):
    """What the poisoned task raises; its text would name a person."""


class Works:
    """A queue with a task that fails as long as `broken`, and one that does its work."""

    def __init__(self, make: Factory) -> None:
        self.broken, self.runs, self.flask = True, 0, make.app
        self.queue: App = worker.connect(make.app.extensions["palace"])
        self.queue.periodic_registry.periodic_tasks.clear()
        self.poison = self.queue.task(name="palace:poison", retry=AT_ONCE)(self._poison)
        self.good = self.queue.task(name="palace:good", queueing_lock="good")(self._good)

    def _poison(self) -> None:
        self.runs += 1
        if self.broken:
            raise Broken("张建华 13900000000")

    def _good(self) -> None:
        self.runs += 100

    def put(self, *tasks: Any) -> list[int]:
        """Put tasks in line."""
        with self.queue.open():
            return [task.defer() for task in tasks]

    def work(self) -> None:
        """Let the worker do what is due, in a thread: a browser of other tests may own this one's loop."""
        while "todo" in states():
            with ThreadPoolExecutor(1) as thread:
                thread.submit(worker.work, self.queue, self.flask, wait=False).result()


@pytest.fixture
def works(live: Factory) -> Iterator[Works]:
    """Return an empty queue over committed tables."""
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.execute(text("DELETE FROM procrastinate_workers"))
    yield Works(live)
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.execute(text("DELETE FROM procrastinate_workers"))


def states() -> list[str]:
    """Return the state of every task by number."""
    db.session.rollback()
    found = db.session.scalars(text("SELECT status::text FROM procrastinate_jobs ORDER BY id"))
    return list(found)


def test_a_task_that_always_fails_is_tried_five_times_and_blocks_nobody(works: Works) -> None:
    works.put(works.poison, works.good)
    works.work()

    assert works.runs == TASK_TRIES + 100
    [dead] = queries.dead_tasks()
    assert (dead.name, dead.tries, dead.kind) == ("poison", TASK_TRIES, "Broken")
    assert dead.failed_at is not None
    lines = db.session.query(AuditLine).filter(AuditLine.act == "task_died").all()
    assert [line.subject for line in lines] == [f"task:{dead.id}"]


def test_a_long_task_holds_up_no_other(works: Works) -> None:
    seen = []
    other = threading.Event()
    works.queue.task(name="palace:other")(other.set)
    long = works.queue.task(name="palace:long")(lambda: seen.append(other.wait(20)))

    works.put(long, works.queue.tasks["palace:other"])
    works.work()

    assert seen == [True]


def test_pressed_twice_it_is_tried_once_more_and_then_gone(works: Works, live: Factory) -> None:
    [task_id] = works.put(works.poison)
    works.work()
    admin = live.staff(Role.ADMIN)
    browser = live.app.test_client()
    live.sign_in(browser, admin)
    live.commit()

    told = [press(browser, task_id) for _ in range(2)]
    works.broken = False
    works.work()

    assert told == [True, False]
    assert works.runs == TASK_TRIES + 1
    assert states() == []
    retried = db.session.query(AuditLine).filter(AuditLine.act == "task_retried").all()
    assert [line.actor for line in retried] == [f"staff:{admin.id}"]


def press(browser: FlaskClient, task_id: int) -> bool:
    """Press 再试一次; return whether it put the task in line."""
    answer = browser.post(f"/staff/tasks/{task_id}/retry", headers=JSON)
    return bool(answer.get_json()["retried"])


def test_a_task_whose_like_waits_in_line_is_dropped_when_retried(works: Works) -> None:
    [first] = works.put(works.good)
    end("failed", first)
    [second] = works.put(works.good)

    with transaction():
        assert services.retry(first)

    found = db.session.scalars(text("SELECT id FROM procrastinate_jobs"))
    assert list(found) == [second]


def test_of_a_task_put_in_line_again_and_again_only_the_newest_dead_one_stays(works: Works) -> None:
    [first] = works.put(works.good)
    end("failed", first)
    [second] = works.put(works.good)
    with transaction():
        services.note_death(second, "Broken")
    end("failed", second)

    assert [task.id for task in queries.dead_tasks()] == [second]


def end(status: str, task_id: int) -> None:
    """End a task as the worker would."""
    with transaction():
        db.session.execute(
            text(
                "SELECT procrastinate_finish_job_v1(:id, CAST(:status AS procrastinate_job_status), false)"
            ),
            {"id": task_id, "status": status},
        )


def leave_undone(task_id: int, beat: str, tries: int = 0) -> None:
    """Let a worker die over a task, its last sign of life at `beat`."""
    with transaction():
        worker_id = db.session.scalar(
            text(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({beat}) RETURNING id")  # noqa: S608 - our own words
        )
        db.session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker, attempts = :tries"
                " WHERE id = :id"
            ),
            {"worker": worker_id, "tries": tries, "id": task_id},
        )


def rescue() -> int:
    """Run what the worker does every minute."""
    with transaction():
        return services.rescue()


def test_what_a_killed_worker_left_is_begun_again(works: Works) -> None:
    [task_id] = works.put(works.good)
    leave_undone(task_id, SILENT)

    assert rescue() == 1
    assert states() == ["todo"]
    works.work()
    assert (works.runs, states()) == (100, [])


def test_a_worker_that_lives_keeps_its_task(works: Works) -> None:
    [task_id] = works.put(works.good)
    leave_undone(task_id, "now()")

    assert rescue() == 0
    assert states() == ["doing"]


def test_what_keeps_killing_workers_is_dead(works: Works) -> None:
    [task_id] = works.put(works.poison)
    leave_undone(task_id, SILENT, tries=TASK_TRIES - 1)

    assert rescue() == 1
    [dead] = queries.dead_tasks()
    assert (dead.id, dead.tries, dead.kind) == (task_id, TASK_TRIES, services.WORKER_KILLED)


def test_every_periodic_task_is_tried_again(works: Works) -> None:
    registry = worker.connect(works.flask.extensions["palace"]).periodic_registry

    strategies = [task.task.retry_strategy for task in registry.periodic_tasks.values()]
    assert strategies == [worker.RETRY] * len(strategies) != []
