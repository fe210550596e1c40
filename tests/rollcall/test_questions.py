"""How many questions a roll asks the database: no more for many people than for few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from palace.db import db
from tests.rollcall.conftest import Class


@pytest.fixture
def statements(group: Class) -> Iterator[list[str]]:
    """Return what is asked of the database from here on."""
    assert group
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        asked.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_roll_of_many_asks_no_more_than_one_of_few(group: Class, statements: list[str]) -> None:
    def asked(session: int) -> int:
        group.at(session, 5)
        statements.clear()
        group.call(session)
        return len(statements)

    asked(0)
    few = asked(1)
    for _ in range(9):
        group.people.append(group.teaching.enrolment(group.offering))
    assert asked(2) == few
