"""How many rows a statement has to read, told by PostgreSQL's plan: no clock is asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from palace.db import db


def touched(statement: Select[Any]) -> int:
    """Return the most rows any step of a statement's plan has read."""
    compiled = statement.compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        compile_kwargs={"literal_binds": True},
    )
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}")
    steps = [plan.scalar_one()[0]["Plan"]]
    for step in steps:
        steps.extend(step.get("Plans", []))
    return int(max(step["Actual Rows"] + step.get("Rows Removed by Filter", 0) for step in steps))
