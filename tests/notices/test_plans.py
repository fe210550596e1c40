"""A plan is kept whatever is asked: what stands still is found by its index, not by reading every notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy import event

from palace import clock
from palace.care.queries import NOTICES
from palace.db import db
from palace.members.rules import SignedIn
from palace.notices import claims, queries
from palace.notices.rules import State
from tests.factory import Factory

UNSETTLED = NOTICES.scope(cast("SignedIn", None))
PARAMETER = re.compile(r"%\(\w+\)s")


def kept_plan(ask: Callable[[], object]) -> str:
    """Return the plan that PostgreSQL keeps for the last statement of a question."""
    asked: list[str] = []

    def noted(*told: Any) -> None:
        asked.append(told[2])

    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", noted)
    try:
        ask()
    finally:
        event.remove(connection, "before_cursor_execute", noted)
    numbers: dict[str, int] = {}
    statement = PARAMETER.sub(
        lambda name: f"${numbers.setdefault(name[0], len(numbers) + 1)}", asked[-1]
    )
    connection.exec_driver_sql(f"PREPARE asked AS {statement}")
    given = f"({', '.join(['NULL'] * len(numbers))})" if numbers else ""
    plan = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked{given}").scalars().all()
    connection.exec_driver_sql("DEALLOCATE asked")
    return "\n".join(plan)


@pytest.mark.parametrize(
    "ask",
    [
        queries.unsent_count,
        lambda: queries.troubles([State.DEAD, State.UNCERTAIN]),
        lambda: queries.is_waiting_for("budget"),
        lambda: db.session.execute(NOTICES.page_rows(NOTICES.asked({}), UNSETTLED)).all(),
        lambda: db.session.execute(NOTICES.counted(NOTICES.asked({}), UNSETTLED)).all(),
        lambda: claims.lock_due(["missed"], clock.now(), 5),
        lambda: claims.give_up_lost(clock.now()),
    ],
)
def test_what_is_unsettled_is_found_by_its_index(make: Factory, ask: Callable[[], object]) -> None:
    make.site()
    db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    assert "ix_notices_" in kept_plan(ask)
