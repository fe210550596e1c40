"""Rooms that are lent: found for half a year, taken, shown for a day, beside few hours taken and many."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path as File
from typing import Any

from psycopg import sql

from bench.clients import Answer, Ask
from bench.house import House
from bench.paths import Path
from bench.visitors import FIRST, Visitor, visitors
from palace.clock import now, palace_day
from palace.db import transaction

LENT = File(__file__).with_name("lent.sql")
BASE, TROUPES = 1_000_000, 23
WEEKS, HALF_YEAR, TEN_YEARS = 26, 182, 3650
SERIES_HOURS, SINGLE_HOURS = (9, 10), (11, 12)
ROOMS = """
SELECT space_id, least(capacity, 20), purposes[1]
FROM rooms JOIN spaces ON spaces.id = space_id JOIN room_policies ON room_policies.id = policy_id
WHERE takers = 'troupe' AND room_policies.approval <> 'always' AND purposes <> '{}'
ORDER BY space_id
"""
LEAD = (
    "INSERT INTO posts (member_id, role, troupe_id, granted_by) VALUES (%s, 'leader', %s, 'system')"
    " ON CONFLICT DO NOTHING"
)


def lend(house: House, since: int, until: int) -> None:
    """Have so many hours taken: the first of them to come, the rest over ten years as well."""
    figures = {
        "base": BASE,
        "troupes": TROUPES,
        "first": FIRST,
        "count": until - since,
        "days": -TEN_YEARS if since else 0,
    }
    literals = {name: sql.Literal(value) for name, value in figures.items()}
    text = LENT.read_text(encoding="utf-8")
    with house.admin() as connection:
        connection.execute(sql.SQL(text).format(**literals).as_string(connection).encode())
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def taken(house: House) -> int:
    """Return how many occupancies there are."""
    with house.admin() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM occupancies").fetchall()
    return int(str(count))


def _leaders(house: House, count: int) -> list[tuple[Visitor, int]]:
    """Return visitors who lead a troupe each, and which."""
    led = [(who, BASE + 1 + who.member_id % TROUPES) for who in visitors(house, count)]
    with house.admin() as connection, connection.cursor() as cursor:
        cursor.executemany(LEAD, [(who.member_id, troupe) for who, troupe in led])
    return led


def _rooms(house: House) -> list[tuple[Any, ...]]:
    with house.admin() as connection:
        return connection.execute(ROOMS).fetchall()


@cache
def _hours(house: House, *, series: bool) -> Iterator[dict[str, object]]:
    """Yield wishes for hours that nobody has, each once."""
    with transaction():
        today = palace_day(now())
    days, hours = (range(1, 8), SERIES_HOURS) if series else (range(1, HALF_YEAR), SINGLE_HOURS)
    weeks = WEEKS if series else 1
    return iter(
        [
            _wish(room, today + timedelta(days=day), hour, weeks)
            for day, hour, room in itertools.product(days, hours, _rooms(house))
        ]
    )


def _wish(room: tuple[Any, ...], day: date, hour: int, weeks: int) -> dict[str, object]:
    space_id, people, purpose = room
    starts = f"{day}T{hour:02d}:00"
    said = {"space": space_id, "people": people, "purpose": purpose, "starts": starts}
    return said | {"minutes": 60, "weeks": weeks}


def _take(house: House, count: int, *, series: bool) -> list[Ask]:
    wishes = itertools.islice(_hours(house, series=series), count)
    return [
        who.post_json(
            "/reservations",
            json.dumps(wish | {"troupe": troupe, "key": f"bench-{who.member_id}"}),
        )
        for (who, troupe), wish in zip(_leaders(house, count), wishes, strict=True)
    ]


def take_one(house: House, count: int) -> list[Ask]:
    """An hour of a room taken by a troupe's leader."""
    return _take(house, count, series=False)


def take_weeks(house: House, count: int) -> list[Ask]:
    """An hour of every week of half a year."""
    return _take(house, count, series=True)


def free(house: House, count: int) -> list[Ask]:
    """Which rooms are free at an hour of every week of half a year."""
    with transaction():
        first = palace_day(now()) + timedelta(days=3)
    [(who, _)] = _leaders(house, 1)
    asked = f"day={first}&time=19:00&minutes=60&people=5&purpose=choir&weeks={WEEKS}"
    ask = who.get(f"/spaces/free?{asked}")
    return [Ask(ask.path, headers=dict(ask.headers) | {"Accept": "application/json"})] * count


def day(house: House, count: int) -> list[Ask]:
    """A day of all rooms as the grid shows it."""
    with transaction():
        shown = palace_day(now()) + timedelta(days=3)
    return [visitors(house, 1)[0].get(f"/spaces/day?day={shown}")] * count


def is_whole(answer: Answer) -> bool:
    """Return whether every date of a reservation is the taker's."""
    return {one["state"] for one in answer.json["occurrences"]} == {"confirmed"}


ROOM_PATHS: Sequence[Path] = [
    Path(
        name="free rooms for 26 weeks",
        make=free,
        proof=lambda answer: bool(answer.json["weeks"] == WEEKS and answer.json["others"]),
        bars={"total": "≤ 5"},
    ),
    Path(name="a room taken", make=take_one, status=201, proof=is_whole, bars={"total": "≤ 10"}),
    Path(name="a room taken for 26 weeks", make=take_weeks, status=201, proof=is_whole, times=0.15),
    Path(name="a day of all rooms", make=day, bars={"total": "≤ 6"}),
]
