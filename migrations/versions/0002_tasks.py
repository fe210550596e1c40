"""Procrastinate's own tables: periodic work in the same database, so nothing else has to run.

The schema is the installed library's, at the version requirements.txt pins. A test holds its hash:
when the pin moves and the schema with it, a new revision brings databases of before up to it.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision, down_revision = "0002", "0001"

DROP_FUNCTIONS = """
DO $$
DECLARE one regprocedure;
BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', one); END LOOP;
END $$
"""
TABLES = "procrastinate_periodic_defers, procrastinate_events, procrastinate_jobs, procrastinate_workers"


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO palace_app")
    connection.exec_driver_sql("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(DROP_FUNCTIONS.replace("%", "%%"))
    connection.exec_driver_sql(f"DROP TABLE {TABLES}")
    types = connection.exec_driver_sql(
        "SELECT typname FROM pg_type WHERE typname ~ '^procrastinate_' AND typtype IN ('e', 'c')"
    )
    for (name,) in types.fetchall():
        connection.exec_driver_sql(f"DROP TYPE {name} CASCADE")
