"""A worker that is killed while it tells everybody of a move: another goes on, nobody is told twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from flask import Flask
from sqlalchemy import func, select

from palace.agenda.models import AgendaEntry
from palace.config import ROOT, Settings
from palace.db import db
from palace.moving import queries
from palace.moving.models import Move
from palace.moving.rules import MoveState
from palace.notices.models import Notice
from palace.upkeep import tell_all
from tests.factory import Factory
from tests.moving.conftest import Mover

PEOPLE = int(os.environ.get("MOVED_PEOPLE", "120"))
TELL = (
    "from palace import create_app, upkeep\n"
    "from palace.config import Settings\n"
    "with create_app(Settings.from_env()).app_context():\n"
    "    upkeep.tell_all()\n"
)


def telling(settings: Settings) -> subprocess.Popen[bytes]:
    """Return a process of its own that tells everybody."""
    env = os.environ | {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(settings.state),
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_OWNER_URL": str(settings.database_owner_url),
    }
    return subprocess.Popen([sys.executable, "-c", TELL], env=env, cwd=ROOT)


def told_of(move_id: int) -> int:
    """Return how many are told, as everybody sees it."""
    db.session.rollback()
    return queries.progress(move_id).told


def test_a_killed_worker_leaves_nobody_out_and_tells_nobody_twice(
    live: Factory, live_app: Flask
) -> None:
    mover = Mover(live)
    show = mover.show(seats=PEOPLE)
    mover.sold(show, PEOPLE)
    live.commit()
    move_id = mover.move(show).id
    live.commit()

    child = telling(live_app.extensions["palace"])
    for _ in range(3000):
        if told_of(move_id) or child.poll() is not None:
            break
        time.sleep(0.01)
    child.kill()
    child.wait()
    first = told_of(move_id)
    assert 0 < first <= PEOPLE

    tell_all()

    db.session.expire_all()
    notices = select(func.count()).where(Notice.kind == "show_moved")
    assert db.session.scalar(notices) == PEOPLE
    revisions = db.session.scalars(select(AgendaEntry.revision)).all()
    assert (len(revisions), set(revisions)) == (PEOPLE, {1})
    assert db.session.get_one(Move, move_id).state is MoveState.DONE
