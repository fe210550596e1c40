"""The worker lives, sends what is owed, and stops in order."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import replace

import pytest
from procrastinate.periodic import PeriodicRegistry

from palace import clock, upkeep, worker
from palace.config import Settings
from palace.db import db
from palace.heartbeat import last_beat
from palace.notices.services import owe
from palace.venues.models import Demonstration
from tests.factory import Factory
from tests.operations.commands import typed

LONGEST_WAIT = 60.0


def settings_of(make: Factory) -> Settings:
    """Return the settings of the test's palace."""
    found: Settings = make.app.extensions["palace"]
    return found


def test_it_has_its_periodic_tasks(make: Factory) -> None:
    registry: PeriodicRegistry = worker.connect(settings_of(make)).periodic_registry

    planned = {task.task.name: task.cron for task in registry.periodic_tasks.values()}

    assert planned == {
        "palace:send_notices": "* * * * *",
        "palace:write_missed": "*/5 * * * *",
        "palace:hand_out_blocks": "* * * * *",
        "palace:miss_rooms": "* * * * *",
        "palace:pass_on": "* * * * *",
        "palace:tell_moves": "* * * * *",
        "palace:tend_money": "* * * * *",
        "palace:rescue": "* * * * *",
        "palace:read_rosters": "* * * * *",
        "palace:verify_members": "* * * * *",
        "palace:tidy": "17 * * * *",
        "palace:nightly_backup": "30 19 * * *",
        "palace:match_books": "20 18 * * *",
        "palace:seal_audit": "40 19 * * *",
    }


def test_it_does_not_start_without_a_database(make: Factory) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        worker.connect(replace(settings_of(make), database_url=None))


def test_tidying_waits_for_a_palace_to_be_set_up(live: Factory) -> None:
    assert upkeep.tidy_once() == {}
    live.site()
    live.commit()
    assert upkeep.tidy_once()["claims"] == 0


def test_it_beats_sends_and_stops_when_asked(live: Factory) -> None:
    live.add(Demonstration(loaded_at=clock.now()))
    live.site()
    owe("number_changed", "number:1", "phone:13912345678", {}, clock.now())
    live.commit()
    queue = worker.connect(settings_of(live))
    with queue.open():
        queue.configure_task("palace:send_notices").defer(timestamp=0)

    process = typed(settings_of(live), "worker")
    try:
        wait_until("SELECT count(*) = 1 FROM procrastinate_workers", process)
        wait_until("SELECT bool_and(sent_at IS NOT NULL) FROM notices", process)
        beat = last_beat()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=LONGEST_WAIT)
    finally:
        process.kill()

    assert process.returncode == 0, log
    assert beat is not None
    db.session.rollback()
    assert last_beat() is None


def wait_until(question: str, process: subprocess.Popen[str]) -> None:
    """Wait until the database says yes, as long as the process lives."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline and process.poll() is None:
        if db.session.scalar(db.text(question)):
            db.session.rollback()
            return
        db.session.rollback()
        time.sleep(0.2)
    raise AssertionError(question)
