"""Who is killed in the middle leaves nothing or everything, and the next try does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from palace.config import ROOT, Settings
from palace.db import db, transaction
from palace.members.models import RosterEntry
from palace.roster import services
from palace.roster.headings import Column
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState
from palace.upkeep import read_due, read_roster
from tests.factory import Factory
from tests.roster.conftest import listed, now, people, upload

MANY = 10_000
WORK = """
import sys
from palace import create_app
from palace.config import Settings
from palace.upkeep import read_due, read_roster
app = create_app(Settings.from_env())
with app.app_context():
    print("begins", flush=True)
    read_roster(int(sys.argv[1]))
"""


def working(settings: Settings, number: int) -> subprocess.Popen[str]:
    """Start a process that does an import's step, as the worker does."""
    given = {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(settings.state),
        "DATABASE_URL": settings.database_url or "",
        "PGAPPNAME": "killed",
        "DATABASE_OWNER_URL": settings.database_owner_url or "",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(number)],
        cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def reader_of(process: subprocess.Popen[str]) -> psutil.Process | None:
    """Return the process that reads for another."""
    children = psutil.Process(process.pid).children()
    return next(
        (one for one in children if "palace.roster.reading" in " ".join(one.cmdline())), None
    )


def kill_worker(process: subprocess.Popen[str]) -> None:
    """Kill the worker."""
    process.send_signal(signal.SIGKILL)


def kill_reader(process: subprocess.Popen[str]) -> None:
    """Kill the process that reads, as soon as there is one."""
    with suppress(psutil.NoSuchProcess):  # it may have come to its end by itself
        reader = reader_of(process)
        if reader:
            reader.kill()


def kill_backends(_process: subprocess.Popen[str]) -> None:
    """End its connections to the database, as a crash of PostgreSQL does."""
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed'"
    db.session.execute(db.text(end))
    db.session.commit()


@pytest.mark.parametrize(
    ("kill", "after"),
    [
        (kill_worker, 0.2),
        (kill_worker, 2.5),
        (kill_reader, 1.0),
        (kill_backends, 1.0),
        (kill_backends, 2.5),
    ],
)
def test_a_kill_leaves_nothing_or_everything(
    house: Factory, kill: Callable[[subprocess.Popen[str]], None], after: float
) -> None:
    number = upload(listed(*[f"张建华,,TY{one},first,,," for one in range(MANY)]))
    read_roster(number)
    with transaction():
        services.apply(number, confirmed=False)
    process = working(house.app.extensions["palace"], number)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    if process.poll() is None:
        kill(process)
    process.communicate(timeout=100)

    there, state = len(people()), now(number).state
    assert (there, state) in {(0, ImportState.APPLYING), (MANY, ImportState.APPLIED)}
    read_roster(number)
    assert now(number).state is ImportState.APPLIED
    assert db.session.query(RosterEntry).count() == MANY


def test_one_roster_that_always_fails_holds_up_nobody_else_s(
    house: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = upload(listed("张建华,,TY1,first,,,")), upload(listed("李志强,,TY2,first,,,"))
    read, tries = services._staged, []

    def killed(row: RosterImport, progress: services.Progress) -> set[Column]:
        tries.append(row.id)
        if row.id == bad:
            raise services.ReadingKilled
        return read(row, progress)

    monkeypatch.setattr(services, "_staged", killed)
    with pytest.raises(services.ReadingKilled):
        read_due()

    assert tries == [bad, good]
    assert (now(bad).state, now(good).state) == (ImportState.WAITING, ImportState.CHECKED)
