"""The worker: periodic tasks by Procrastinate over the palace's own database.

One job at a time; SIGTERM lets the running one finish. Its sign of life is `heartbeat.last_beat()`.
"""

from __future__ import annotations

import logging

from flask import Flask
from procrastinate import App, Blueprint, JobContext, PsycopgConnector
from sqlalchemy import make_url

from palace import await_database, clock, create_app, lifecycle, retention
from palace.config import Settings
from palace.db import transaction
from palace.notices import services as notices
from palace.venues import queries as venues

log = logging.getLogger("palace.worker")
tasks = Blueprint()

DRAIN = 30
POOL = 3  # one connection listens, one fetches, one is spare for the heartbeat


@tasks.periodic(cron="* * * * *")
@tasks.task(name="send_notices", queueing_lock="send_notices", pass_context=True)
def send_notices(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Send what is owed to people and was not sent by the request that owed it."""
    with _flask(context).app_context(), transaction():
        notices.send_due()


@tasks.periodic(cron="17 * * * *")
@tasks.task(name="tidy", queueing_lock="tidy", pass_context=True)
def tidy(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
    """Forget what has run out."""
    with _flask(context).app_context():
        tidy_once()


def tidy_once() -> dict[str, int]:
    """Forget what has run out, as one transaction; return how many rows of each table went."""
    with transaction():
        if not venues.has_palace():
            return {}
        gone = retention.tidy(venues.house_rules(), clock.now())
    log.info("tidied", extra={"values": gone})
    return gone


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
    queue.add_tasks_from(tasks, namespace="palace")
    return queue


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; a running job may take 30 s more to finish."""
    lifecycle.log_to_stderr()
    flask = create_app(settings)
    await_database(flask)
    connect(settings).run_worker(
        name="palace",
        shutdown_graceful_timeout=DRAIN,
        delete_jobs="always",
        additional_context={"flask": flask},
    )
