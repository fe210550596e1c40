"""Real calendar programs read the feeds over HTTP: vdirsyncer fetches them, khal lists what is on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from palace import clock
from palace.agenda import queries as agenda
from palace.db import db, transaction
from palace.programme.models import Performance
from palace.rooms import services as rooms
from palace.rooms.models import Reservation
from palace.rooms.queries.facts import occurrences_of
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.lending import Lending

BIN = Path(sys.executable).parent
WHEN = "%Y-%m-%d %H:%M"


@pytest.fixture
def served(live_app: Flask) -> Iterator[str]:
    """Serve the palace on the loopback."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def calendar(tmp_path: Path, served: str) -> Callable[..., list[str]]:
    """Return what subscribes to a feed and lists it: a person's calendar, kept from one visit to the next."""
    env = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TZ": "Asia/Shanghai",
    }

    def run(program: str, *words: str) -> str:
        done = subprocess.run(
            [str(BIN / program), "-c", str(tmp_path / program), *words],
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def listed(feed: str, days: int = 60) -> list[str]:
        (tmp_path / "vdirsyncer").write_text(
            f'[general]\nstatus_path = "{tmp_path}/status"\n'
            '[pair feed]\na = "there"\nb = "here"\ncollections = null\nconflict_resolution = "a wins"\n'
            f'[storage there]\ntype = "http"\nurl = "{served}{feed}"\n'
            f'[storage here]\ntype = "filesystem"\npath = "{tmp_path}/events"\nfileext = ".ics"\n',
            encoding="utf-8",
        )
        (tmp_path / "khal").write_text(
            f"[calendars]\n[[feed]]\npath = {tmp_path}/events\ntype = calendar\nreadonly = True\n"
            "[locale]\nlocal_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n"
            "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            f"datetimeformat = {WHEN}\nlongdatetimeformat = {WHEN}\n"
            f"[sqlite]\npath = {tmp_path}/khal.db\n",
            encoding="utf-8",
        )
        if not (tmp_path / "status").exists():
            (tmp_path / "events").mkdir()
            run("vdirsyncer", "discover")
        run("vdirsyncer", "sync")
        form = "{start-date} {start-time} {status}{title} @ {location}"
        found = run("khal", "list", "--day-format", "", "--format", form, "today", f"{days}d")
        return sorted(line for line in found.splitlines() if line.strip())

    return listed


def evening() -> datetime:
    """Return half past seven in a week: a show over midnight would be listed on both its days."""
    return clock.at(clock.palace_day(clock.now()) + timedelta(days=7), time(19, 30))


def line(performance: Performance, title: str, place: str, status: str = "CONFIRMED ") -> str:
    """Return how khal says a performance."""
    when = performance.starts_at.astimezone(clock.SHANGHAI).strftime(WHEN)
    return f"{when} {status}{title} @ {place}"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_khal_and_vdirsyncer_read_new_moved_and_cancelled_shows(
    live: Factory, calendar: Callable[..., list[str]]
) -> None:
    start = evening()
    first, second = (live.performance(starts_at=start + timedelta(days=days)) for days in (0, 1))
    second.production.title_zh = "合唱音乐会，人人都来：" + "工人文化宫的歌" * 8 + "；两场"
    place = "大剧场 测试工人文化宫"
    long = second.production.title_zh
    live.commit()

    feed = "/calendars/programme.ics"
    assert calendar(feed) == [line(first, "晋剧《打金枝》", place), line(second, long, place)]
    assert calendar(feed) == [line(first, "晋剧《打金枝》", place), line(second, long, place)]

    with transaction():
        moved = db.session.get_one(Performance, first.id)
        for name in ("doors_at", "starts_at", "ends_at"):
            setattr(moved, name, getattr(moved, name) + timedelta(days=3))
        db.session.get_one(Performance, second.id).cancelled_at = clock.now()

    cancelled = line(second, f"【取消】{long}", place, "CANCELLED ")
    assert calendar(feed) == [cancelled, line(moved, "晋剧《打金枝》", place)]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_they_read_a_hall_in_english(live: Factory, calendar: Callable[..., list[str]]) -> None:
    start = evening()
    wanted, _other = live.performance(starts_at=start), live.performance(starts_at=start)
    live.commit()

    found = calendar(f"/calendars/spaces/{wanted.space_id}.ics?lang=en")

    assert found == [line(wanted, "The Golden Branch", "Grand Theatre, Test Palace")]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_they_read_the_new_title_of_a_show_that_a_member_has(
    live: Factory, calendar: Callable[..., list[str]]
) -> None:
    show, member = live.performance(starts_at=evening()), live.member()
    tickets.hold(member, show.id, Wish(count=1), key="a-hold-key", confirm=True)
    feed, place = f"/calendars/{agenda.feed_secret(member)}.ics", "测试工人文化宫 大剧场"
    live.commit()
    assert calendar(feed) == [line(show, "晋剧《打金枝》", place)]

    with transaction():
        db.session.get_one(Performance, show.id).production.title_zh = "晋剧《打金枝》（名家版）"
    with transaction():
        assert tickets.bring_up_agendas(show.id) == 1

    assert calendar(feed) == [line(show, "晋剧《打金枝》（名家版）", place)]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_they_read_a_troupe_s_weeks_and_one_that_was_called_off(
    live: Factory, calendar: Callable[..., list[str]]
) -> None:
    lending = Lending(live)
    lending.clock_at(lending.today(), "12:00")
    troupe, room = lending.troupe("春之声合唱团"), lending.room()
    made = lending.reservation(room, lending.day(3), "08:00", 120, troupe=troupe, weeks=3)
    of_room = f"/calendars/spaces/{room.space_id}.ics"
    live.commit()
    days = [lending.day(3) + timedelta(weeks=week) for week in range(3)]
    place = "测试工人文化宫 排练厅"
    told = [f"{day} 08:00 CONFIRMED 春之声合唱团 @ {place}" for day in days]

    assert calendar(of_room) == told

    with transaction():
        second = occurrences_of(made.id)[1]
        rooms.cancel(db.session.get_one(Reservation, made.id), [second.id], by="member:1")

    told[1] = f"{days[1]} 08:00 CANCELLED 【取消】春之声合唱团 @ {place}"
    assert calendar(of_room) == told
