"""Rooms that are lent: found for half a year, taken, shown for a day, beside few hours taken and many."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
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
WEEKS, HALF_YEAR = 26, 182
AHEAD = timedelta(days=3)
COMING, TEN_YEARS = (0, 0), (-18, 1)
"""First and last half-year with hours taken; number 0 begins tomorrow."""
SERIES_HOURS, SINGLE_HOURS = (9, 12), (13, 20)
FREE = """
SELECT space_id, least(capacity, 20), purposes[1], starts_at
FROM rooms JOIN spaces ON spaces.id = space_id JOIN room_policies ON room_policies.id = policy_id,
    generate_series(1, %(days)s) AS day, generate_series(%(first)s::int, %(last)s::int) AS hour,
    LATERAL (SELECT %(today)s::date + day + make_time(hour, 0, 0) AS starts_at) AS local,
    LATERAL (
        SELECT coalesce(range_agg(each.atoms), spaces.atoms) AS heard
        FROM noise_pairs AS pair JOIN spaces AS each ON each.id IN (pair.space_id, pair.other_id)
        WHERE spaces.id IN (pair.space_id, pair.other_id)
    ) AS beside
WHERE takers = 'troupe' AND room_policies.approval <> 'always' AND purposes <> '{}' AND NOT EXISTS (
    SELECT FROM occupancies, generate_series(0, %(weeks)s - 1) AS week,
        LATERAL (SELECT starts_at + week * interval '1 week' AS begins) AS each
    WHERE occupancies.day = begins::date AND occupancies.atoms && heard
        AND during && tstzrange(begins AT TIME ZONE 'Asia/Shanghai',
                                (begins + interval '1 hour') AT TIME ZONE 'Asia/Shanghai')
)
ORDER BY starts_at, space_id
"""
LEAD = (
    "INSERT INTO posts (member_id, role, troupe_id, granted_by) VALUES (%s, 'leader', %s, 'system')"
    " ON CONFLICT DO NOTHING"
)


def lend(house: House, since: int, until: int) -> None:
    """Have so many hours taken: the first of them to come, the rest over ten years as well."""
    oldest, newest = TEN_YEARS if since else COMING
    figures = {
        "base": BASE,
        "troupes": TROUPES,
        "first": FIRST,
        "today": _today(),
        "count": until - since,
        "oldest": oldest,
        "newest": newest,
    }
    literals = {name: sql.Literal(value) for name, value in figures.items()}
    text = LENT.read_text(encoding="utf-8")
    with house.admin() as connection:
        connection.execute(sql.SQL(text).format(**literals).as_string(connection).encode())
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    _free_hours.cache_clear()


def _today() -> date:
    with transaction():
        return palace_day(now())


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


@cache
def _free_hours(house: House, *, weeks: int) -> Iterator[dict[str, object]]:
    """Yield wishes for hours that nobody has, nor a room heard through the wall, each once."""
    first, last = SINGLE_HOURS if weeks == 1 else SERIES_HOURS
    days = HALF_YEAR if weeks == 1 else 7
    asked = {"weeks": weeks, "days": days, "today": _today(), "first": first, "last": last}
    with house.admin() as connection:
        found = connection.execute(FREE, asked).fetchall()
    return iter([_wish(row, weeks) for row in found])


def _wish(row: Sequence[Any], weeks: int) -> dict[str, object]:
    space_id, people, purpose, starts_at = row
    said = {"space": space_id, "people": people, "purpose": purpose}
    return said | {"starts": f"{starts_at:%Y-%m-%dT%H:%M}", "minutes": 60, "weeks": weeks}


def _take(house: House, count: int, *, weeks: int) -> list[Ask]:
    wishes = itertools.islice(_free_hours(house, weeks=weeks), count)
    return [
        _wished(*leader, wish) for leader, wish in zip(_leaders(house, count), wishes, strict=True)
    ]


def _wished(who: Visitor, troupe: int, wish: Mapping[str, object]) -> Ask:
    said = {"troupe": troupe, "key": f"bench-{who.member_id}"}
    return who.post_json("/reservations", json.dumps({**wish, **said}))


def rivals(house: House, count: int) -> list[Ask]:
    """The same hour of one room wanted by so many leaders of different troupes."""
    wish = next(_free_hours(house, weeks=1))
    return [_wished(*leader, wish) for leader in _leaders(house, count)]


def take_one(house: House, count: int) -> list[Ask]:
    """An hour of a room taken by a troupe's leader."""
    return _take(house, count, weeks=1)


def take_weeks(house: House, count: int) -> list[Ask]:
    """An hour of every week of half a year."""
    return _take(house, count, weeks=WEEKS)


def free(house: House, count: int) -> list[Ask]:
    """Which rooms are free at an hour of every week of half a year."""
    first = _today() + AHEAD
    [(who, _)] = _leaders(house, 1)
    asked = f"day={first}&time=19:00&minutes=60&people=5&weeks={WEEKS}"
    ask = who.get(f"/spaces/free?{asked}")
    return [Ask(ask.path, headers=dict(ask.headers) | {"Accept": "application/json"})] * count


def day(house: House, count: int) -> list[Ask]:
    """A day of all rooms as the grid shows it."""
    shown = _today() + AHEAD
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
