"""Two clicks on "start", stops between shares, and fifty thousand receivers."""

from __future__ import annotations

import time

from flask import Flask
from sqlalchemy import func, select, text

from palace import clock
from palace.broadcasts import services
from palace.broadcasts.models import Broadcast
from palace.broadcasts.rules import Audience, Stage
from palace.broadcasts.services import Text
from palace.db import db, transaction
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.notices.rules import State
from tests.factory import Factory
from tests.races.together import together

CLICKS, MANY = 16, 50_000
WORDS = Text("新春游园", "", "正月初五。", "", Audience.MEMBERS, "", None, outside=True)
LISTED = text(
    """
    WITH listed AS (
        INSERT INTO roster_entries (unit_id, card_number, name, phone)
        SELECT :unit, 'M' || n, '会员', '13' || lpad(n::text, 9, '0') FROM generate_series(1, :many) n
        RETURNING id, phone, name)
    INSERT INTO members (phone, name, roster_entry_id) SELECT phone, name, id FROM listed
    """
)


def draft(live: Factory) -> tuple[Broadcast, int]:
    """Return a committed draft and who wrote it, in a house that never rests."""
    live.site()
    live.rules().quiet_from = live.rules().quiet_until = 0
    live.rules().broadcast_confirm_above = 1_000_000
    writer = live.staff(Role.ADMIN)
    found = services.write(WORDS, writer.id, None, clock.now())
    live.commit()
    return found, writer.id


def test_clicks_at_once_start_it_once(live: Factory, live_app: Flask) -> None:
    for _ in range(30):
        live.member()
    found, writer = draft(live)

    def start() -> bool:
        _, begun = services.start(found.id, writer, seen=1, sites=None, now=clock.now())
        return begun

    begun = together(live_app, [start] * CLICKS, at_once=CLICKS)

    assert begun.count(True) == 1
    assert db.session.scalar(select(func.count(Notice.id))) == 30


def test_workers_at_once_let_no_more_go_than_the_minute_has(live: Factory, live_app: Flask) -> None:
    for _ in range(30):
        live.member()
    found, writer = draft(live)
    live.rules().broadcast_per_minute = 10
    services.start(found.id, writer, seen=1, sites=None, now=clock.now())
    live.commit()

    together(live_app, [lambda: services.release(clock.now())] * CLICKS, at_once=CLICKS)

    gone = db.session.scalar(select(func.count()).where(Notice.due_at.is_not(None)))
    assert 10 <= (gone or 0) <= 12  # two more may be due by the seconds the race itself takes


def test_fifty_thousand_are_written_by_one_statement(live: Factory) -> None:
    found, writer = draft(live)
    with transaction():
        db.session.execute(LISTED, {"unit": live.unit().id, "many": MANY})
    began = time.perf_counter()
    with transaction():
        services.start(found.id, writer, seen=1, sites=None, now=clock.now())
    started = time.perf_counter() - began
    with transaction():
        assert services.release(clock.now()) == 600
    with transaction():
        services.stop(found.id, sites=None)
    stopped = time.perf_counter() - began - started

    counts = select(Notice.state, func.count()).group_by(Notice.state)
    assert [tuple(row) for row in db.session.execute(counts)] == [(State.OWED, MANY)]
    assert db.session.scalar(select(func.count()).where(Notice.due_at.is_not(None))) == 0
    assert db.session.get_one(Broadcast, found.id).state is Stage.STOPPED
    print(f"start {started:.1f} s, share and stop {stopped:.1f} s")  # noqa: T201 - a figure for the reader
    assert started < 14  # PostgreSQL ends a statement of the web's after 15
