"""Alembic's environment: one migration at a time, short locks, as the owner role."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

from palace.db import Base

MIGRATION_LOCK = 7_215_001

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
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
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
