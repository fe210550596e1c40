"""Alembic's environment: one migration at a time, short locks, as the owner role."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

from palace.db import Base
from palace.schema import take_turn

settings = current_app.extensions["palace"]


def include_object(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Leave out what other libraries keep in the database."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run() -> None:
    """Upgrade or downgrade inside one transaction under one lock."""
    engine = create_engine(settings.database_owner_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '5s'"))
        take_turn(connection)
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
