"""A list filters, sorts and pages in the database: over a table of its own, by the page and the plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, text, true
from sqlalchemy import Date as Day

from palace.db import db
from palace.lists import queries
from palace.lists.queries import MOST_COUNTED, List
from palace.lists.rules import Kind, Place, as_text, place_word, read_place
from tests.factory import Factory
from tests.lists.plans import touched

THINGS = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("score", BigInteger),
    Column("seen_on", Day),
)
MANY = 1_000_000


def things(size: int = 2) -> List:
    """Return a list over the table, known to nobody after the test."""
    of, column = THINGS.c, queries.Column
    made = List(
        endpoint="things",
        title="things",
        source=THINGS,
        key=of.id,
        columns=[
            column(name="name", heading="name", of=of.name, sorts=True, filters=True),
            column(
                name="score",
                heading="score",
                of=of.score,
                kind=Kind.NUMBER,
                sorts=True,
                filters=True,
                nullable=True,
            ),
            column(name="seen_on", heading="seen", of=of.seen_on, kind=Kind.DAY, filters=True),
        ],
        order="name",
        size=size,
    )
    del queries.known["things"]
    return made


@pytest.fixture
def few(make: Factory) -> Iterator[None]:
    """Make seven things: two share a name, two have no score."""
    db.session.execute(
        text(
            "CREATE TEMP TABLE things ON COMMIT DROP AS SELECT * FROM (VALUES"
            " (1, 'b', 5, date '2026-01-01'), (2, 'a', NULL, '2026-01-02'), (3, 'b', 1, '2026-01-03'),"
            " (4, '100%', 7, '2026-01-04'), (5, 'c', NULL, '2026-01-05'), (6, 'd', 2, '2026-01-06'),"
            " (7, 'e', 2, '2026-01-07')) AS it (id, name, score, seen_on)"
        )
    )
    yield
    db.session.execute(text("DROP TABLE things"))


def ids(of: List, query: dict[str, str]) -> list[int]:
    """Return the ids of a page."""
    return [row.list_key for row in of.page(of.asked(query), true()).rows]


def walk(of: List, query: dict[str, str]) -> list[list[int]]:
    """Return the ids of every page, read forward."""
    pages: list[list[int]] = []
    place: Place | None = None
    while not pages or place:
        asked = of.asked(query | ({"after": place_word(place)} if place else {}))
        page = of.page(asked, true())
        pages.append([row.list_key for row in page.rows])
        place = page.after
    return pages


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", [4, 2, 1, 3, 5, 6, 7]),
        ("-name", [7, 6, 5, 3, 1, 2, 4]),
        ("score", [3, 6, 7, 1, 4, 2, 5]),
        ("-score", [4, 1, 7, 6, 3, 5, 2]),
    ],
)
def test_pages_show_every_row_once_forward_and_backward(
    few: None, sort: str, expected: list[int]
) -> None:
    of = things()
    forward = walk(of, {"sort": sort})
    assert [one for page in forward for one in page] == expected

    back: list[list[int]] = []
    place: Place | None = None
    last = of.page(
        of.asked({"sort": sort, "after": place_word(_place_of(of, sort, expected[-1]))}), true()
    )
    assert last.rows == []
    place = _place_of(of, sort, expected[-1])
    while place:
        page = of.page(of.asked({"sort": sort, "before": place_word(place)}), true())
        back.append([row.list_key for row in page.rows])
        place = page.before
    assert [one for page in reversed(back) for one in page] == expected[:-1]


def _place_of(of: List, sort: str, key: int) -> Place:
    name = sort.removeprefix("-")
    row = db.session.execute(THINGS.select().where(THINGS.c.id == key)).one()
    return Place(getattr(row, name), key)


def test_rows_that_come_before_a_place_move_nothing(few: None) -> None:
    of = things()
    first = of.page(of.asked({}), true())
    assert first.after
    db.session.execute(text("INSERT INTO things VALUES (8, 'A', 1, '2026-02-01')"))

    assert ids(of, {"after": place_word(first.after)}) == [1, 3]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "B"}, [1, 3]),
        ({"name": "%"}, [4]),
        ({"name": "_"}, []),
        ({"score": "2"}, [6, 7]),
        ({"seen_on_from": "2026-01-06"}, [6, 7]),
        ({"seen_on_from": "2026-01-02", "seen_on_to": "2026-01-03"}, [2, 3]),
        ({"invented": "x", "sort": "id; DROP TABLE things"}, [4, 2, 1, 3, 5, 6, 7]),
    ],
)
def test_filters_and_what_nobody_knows(
    few: None, query: dict[str, str], expected: list[int]
) -> None:
    assert ids(things(size=50), query) == expected


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"seen_on_from": "2026-02-30"}, "seen_on_from"),
        ({"seen_on_from": "2026-01-05", "seen_on_to": "2026-01-01"}, "seen_on_to"),
        ({"score": "many"}, "score"),
        ({"score": str(2**63)}, "score"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_a_filter_that_cannot_be_read_is_told_at_its_field(
    query: dict[str, str], wrong: str
) -> None:
    asked = things().asked(query)
    assert list(asked.errors) == [wrong]
    assert asked.typed[wrong] == query[wrong]


@pytest.mark.parametrize("word", ["", "x", "bm90IGpzb24", "W251bGwsICJ4Il0", "WzEsIDJd", "é" * 9])
def test_a_forged_place_begins_anew(word: str) -> None:
    assert read_place(word, Kind.TEXT, back=False) is None


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place("打金枝", 7)
    assert read_place(place_word(place), Kind.TEXT, back=False) == place


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u3000＝1"],
)
def test_what_a_spreadsheet_would_compute_is_forced_to_text(typed: str) -> None:
    assert as_text(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", "1+1", "张*华", "a=b", "'"])
def test_other_text_stays_as_it_is(typed: str) -> None:
    assert as_text(typed) == typed


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_a_page_of_a_million_rows_touches_a_page_of_rows(make: Factory, sort: str) -> None:
    db.session.execute(
        text(
            "CREATE TEMP TABLE things ON COMMIT DROP AS SELECT id, lpad((id % 1000)::text, 4, '0') AS name,"
            " id AS score, date '2026-01-01' AS seen_on FROM generate_series(1, :many) AS id"
        ),
        {"many": MANY},
    )
    db.session.execute(text("CREATE INDEX ON things (name, id)"))
    db.session.execute(text("ANALYZE things"))
    of = things(size=50)

    deep = place_word(Place("0500", MANY // 2))
    for query in ({}, {"after": deep}, {"before": deep}):
        assert touched(of.page_rows(of.asked({"sort": sort} | query), true())) <= of.size + 1
    assert touched(of.counted(of.asked({}), true())) == MOST_COUNTED + 1
    page = of.page(of.asked({"sort": sort, "after": deep}), true())
    assert (len(page.rows), page.is_counted) == (50, False)
