"""The worker: periodic tasks by Procrastinate over the palace's own database.

Three jobs side by side, so that a backup and a roster hold up no notice; SIGTERM lets those that
run finish.
Its sign of life is `heartbeat.last_beat()`.
A task that fails is tried again after a growing pause, and after its last try kept for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from flask import Flask
from procrastinate import App, Blueprint, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.worker import Worker
from sqlalchemy import make_url

from palace import await_database, clock, create_app, lifecycle, sending
from palace.backup import backup
from palace.broadcasts import services as broadcasts
from palace.care import services as care
from palace.care.rules import STALLED_AFTER, TASK_TRIES
from palace.config import Settings
from palace.db import transaction
from palace.reports import services as reports
from palace.roster import vouching
from palace.tickets import services as tickets
from palace.upkeep import (
    bring_up_agendas,
    hand_out_due,
    keep_erased,
    let_undecided_lapse,
    let_unpaid_lapse,
    match_once,
    miss_due,
    pass_classes_on_due,
    pass_on_due,
    pass_rooms_on_due,
    read_due,
    seal_once,
    tell_all,
    tend_money,
    tend_troupes,
    tidy_once,
    verify_due,
)
from palace.venues import queries as venues

log = logging.getLogger("palace.worker")
tasks = Blueprint()

DRAIN = 30
RETRY = RetryStrategy(max_attempts=TASK_TRIES - 1, exponential_wait=4)  # 4, 16, 64, 256 s
LANES = 3  # every task may run beside any other, and beside itself
POOL = 3  # one connection listens, one fetches, one is spare for the heartbeat


@tasks.periodic(cron="* * * * *")
@tasks.task(name="send_notices", queueing_lock="send_notices", retry=RETRY, pass_context=True)
def send_notices(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Send what is owed to people; who waits for a code has this begin at once."""
    with _flask(context).app_context():
        with transaction():
            founded = venues.has_palace()
            if founded:
                broadcasts.release(clock.now())
        if founded:
            sending.drain()
            sending.look_after()


@tasks.periodic(cron="17 * * * *")
@tasks.task(name="tidy", queueing_lock="tidy", retry=RETRY, pass_context=True)
def tidy(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Forget what has run out; look after troupes; write down whom a worker that stood still passed by."""
    flask = _flask(context)
    with flask.app_context():
        tidy_once()
        tend_troupes()
        miss_due(ever=True)
        keep_erased(flask.extensions["palace"])


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="write_missed", queueing_lock="write_missed", retry=RETRY, pass_context=True)
def write_missed(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Write down who booked a show that has ended and did not come; take back what turned up late."""
    with _flask(context).app_context(), transaction():
        tickets.write_missed(clock.now())


@tasks.periodic(cron="* * * * *")
@tasks.task(name="pass_on", queueing_lock="pass_on", retry=RETRY, pass_context=True)
def pass_on(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Offer what came free to who waits, where nobody looked: seats, rooms, classes; remind of shows."""
    with _flask(context).app_context():
        pass_on_due()
        let_unpaid_lapse()
        let_undecided_lapse()
        pass_rooms_on_due()
        pass_classes_on_due()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="tend_money", queueing_lock="tend_money", retry=RETRY, pass_context=True)
def tend_payments(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Ask providers what came and what went; a task of its own: who waits for them holds up nothing else."""
    with _flask(context).app_context():
        tend_money()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="miss_rooms", queueing_lock="miss_rooms", retry=RETRY, pass_context=True)
def miss_rooms(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Write down whose room became free because nobody signed in, and ask who waits for it."""
    with _flask(context).app_context():
        miss_due()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="hand_out_blocks", queueing_lock="hand_out_blocks", retry=RETRY, pass_context=True)
def hand_out_blocks(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Give units' blocks to those who signed up, when their hour has come; remind of what is left."""
    with _flask(context).app_context():
        hand_out_due()


@tasks.periodic(cron="30 19 * * *")  # 03:30 in Shanghai; cron counts in UTC
@tasks.task(name="nightly_backup", queueing_lock="backup", retry=RETRY, pass_context=True)
def nightly_backup(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Write the night's backup; a real palace without a recipient is a failed task for people to see."""
    flask = _flask(context)
    settings: Settings = flask.extensions["palace"]
    if settings.demo and not settings.backup_recipient:
        return
    with flask.app_context():
        keep_erased(settings)
        log.info("backup", extra={"values": {"file": backup(settings, clock.now()).name}})


@tasks.periodic(cron="20 18 * * *")  # 02:20 in Shanghai
@tasks.task(name="match_books", queueing_lock="match_books", retry=RETRY, pass_context=True)
def match_books(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Match the books of the last days with providers, sales and cash."""
    with _flask(context).app_context():
        match_once()


@tasks.periodic(cron="40 19 * * *")  # 03:40 in Shanghai
@tasks.task(name="seal_audit", queueing_lock="seal_audit", retry=RETRY, pass_context=True)
def seal_audit(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Seal the audit of the days before today, and check that nobody changed what was sealed."""
    with _flask(context).app_context():
        seal_once()


@tasks.task(name="write_export", retry=RETRY, pass_context=True)
def write_export(context: JobContext, export_id: int) -> None:
    """Write the workbook somebody asked for; one at a time, so that a lane stays free."""
    with _flask(context).app_context():
        reports.write_workbook(export_id)


@tasks.periodic(cron="* * * * *")
@tasks.task(name="rescue", queueing_lock="rescue", retry=RETRY, pass_context=True)
def rescue(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Begin again what a killed worker left undone."""
    with _flask(context).app_context(), transaction():
        care.rescue()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="read_rosters", queueing_lock="read_rosters", retry=RETRY, pass_context=True)
def read_rosters(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Read the rosters that were uploaded, and do what was confirmed; an upload wakes it at once."""
    with _flask(context).app_context():
        read_due()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="tell_moves", queueing_lock="tell_moves", retry=RETRY, pass_context=True)
def tell_moves(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Tell everybody of shows that were moved or called off; a confirmation wakes it at once.

    What else changed of a show reaches members' calendars behind that.
    """
    with _flask(context).app_context():
        tell_all()
        bring_up_agendas()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="verify_members", queueing_lock="verify_members", retry=RETRY, pass_context=True)
def verify_members(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Ask the office the settings name about members who wait, and daily about those it vouched for."""
    flask = _flask(context)
    verifier = vouching.verifier_of(flask.extensions["palace"])
    if verifier:
        with flask.app_context():
            verify_due(verifier)


def note_death(call_next: Callable[[], Any], context: JobContext, _: Worker) -> Any:
    """Run a task; when it fails for the last time, write down by which kind of error."""
    try:
        return call_next()
    except Exception as error:
        if context.task.get_retry_exception(exception=error, job=context.job) is None:
            with _flask(context).app_context(), transaction():
                care.note_death(context.job.id or 0, type(error).__qualname__)
        raise


def _flask(context: JobContext) -> Flask:
    app: Flask = context.additional_context["flask"]
    return app


def connect(settings: Settings) -> App:
    """Return the task queue over the palace's database.

    Raises:
        ValueError: no database is named; whoever starts the embedded one passes its address on.
    """
    if settings.database_url is None:
        raise ValueError("the worker needs DATABASE_URL")
    address = make_url(settings.database_url).set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=address.render_as_string(hide_password=False), min_size=1, max_size=POOL
    )
    queue = App(connector=connector)
    # a copy, as the library renames the tasks it is given, once more at every call
    queue.add_tasks_from(deepcopy(tasks), namespace="palace")
    return queue


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; a running job may take 30 s more to finish."""
    lifecycle.log_to_stderr()
    flask = create_app(settings)
    await_database(flask)
    work(connect(settings), flask)


def work(queue: App, flask: Flask, *, wait: bool = True) -> None:
    """Work on what is due until asked to stop, or without `wait` until nothing is due."""
    queue.run_worker(
        name="palace",
        concurrency=LANES,
        wait=wait,
        shutdown_graceful_timeout=DRAIN,
        delete_jobs="successful",
        stalled_worker_timeout=STALLED_AFTER.total_seconds(),
        task_middleware=[note_death],
        additional_context={"flask": flask},
    )
