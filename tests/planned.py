"""How PostgreSQL would find what is asked, of tables as large as they grow to."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import NullPool, Select, create_engine, text


def planned(app: Flask, asked: Select[Any], *before: str) -> str:
    """Return the plan of a query after these statements, which are undone again.

    They are the tables' owner's, who alone may measure them: ANALYZE by anybody else passes them over
    with a warning, and the planner goes on believing what it believed when they were empty.
    """
    owner = create_engine(app.extensions["palace"].database_owner_url, poolclass=NullPool)
    with owner.connect() as connection:
        for statement in before:
            connection.execute(text(statement))
        told = asked.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        lines = connection.exec_driver_sql(f"EXPLAIN {told}".replace("%", "%%"))
        return "\n".join(lines.scalars())
