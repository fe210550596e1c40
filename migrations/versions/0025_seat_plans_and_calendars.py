"""Seat plans are worked on as drafts, and a performance says when what the public reads of it changed.

The revision rises in the database, wherever a change comes from: a move, a review, a renamed hall.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0025", "0024"

LABEL = (
    '{"label": {"zh": "{section}{row}排{number}座", "en": "{section} row {row} seat {number}"}}'
)
OF_PERFORMANCE = (
    "production_id, space_id, doors_at, starts_at, ends_at, published_at, cancelled_at"
)
TOUCH = """
CREATE FUNCTION palace_touch_performance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ({new}) IS DISTINCT FROM ({old}) THEN
    NEW.revision := OLD.revision + 1;
    NEW.changed_at := palace_clock();
  END IF;
  RETURN NEW;
END $$
"""
TOUCH_OF = """
CREATE FUNCTION palace_touch_performances_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ({new}) IS DISTINCT FROM ({old}) THEN
    UPDATE performances SET revision = revision + 1, changed_at = palace_clock()
    WHERE {of};
  END IF;
  RETURN NULL;
END $$
"""
SHOWN_OF = {
    "productions": ("production_id = NEW.id", "title_zh, title_en"),
    "spaces": ("space_id = NEW.id", "name_zh, name_en"),
    "sites": (
        "space_id IN (SELECT id FROM spaces WHERE site_id = NEW.id)",
        "name_zh, name_en, address_zh, address_en",
    ),
}


def _of(row: str, columns: str) -> str:
    return ", ".join(f"{row}.{column}" for column in columns.split(", "))


def upgrade() -> None:
    op.create_table(
        "plan_drafts",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("space_id", sa.BigInteger, nullable=False),
        sa.Column("plan_id", sa.BigInteger),
        sa.Column("document", postgresql.JSONB, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_drafts")),
        sa.ForeignKeyConstraint(
            ["space_id"], ["spaces.id"], name=op.f("fk_plan_drafts_space_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["seating_plans.id"], name=op.f("fk_plan_drafts_plan_id")
        ),
    )
    op.add_column("seating_plans", sa.Column("retired_at", sa.DateTime(timezone=True)))
    op.execute(
        sa.text("UPDATE seating_plans SET drawing = drawing || CAST(:label AS jsonb)"
                " WHERE NOT drawing ? 'label'").bindparams(label=LABEL)
    )
    op.add_column(
        "performances",
        sa.Column("revision", sa.BigInteger, server_default="0", nullable=False),
    )
    op.add_column(
        "performances",
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("palace_clock()"),
            nullable=False,
        ),
    )
    op.add_column(
        "performances",
        sa.Column("uid", sa.Uuid, server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    _watch()


def _watch() -> None:
    op.execute(
        TOUCH.format(new=_of("NEW", OF_PERFORMANCE), old=_of("OLD", OF_PERFORMANCE))
    )
    op.execute(
        "CREATE TRIGGER touch BEFORE UPDATE ON performances"
        " FOR EACH ROW EXECUTE FUNCTION palace_touch_performance()"
    )
    for table, (of, columns) in SHOWN_OF.items():
        op.execute(
            TOUCH_OF.format(table=table, of=of, new=_of("NEW", columns), old=_of("OLD", columns))
        )
        op.execute(
            f"CREATE TRIGGER touch AFTER UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION palace_touch_performances_of_{table}()"
        )


def downgrade() -> None:
    for table in SHOWN_OF:
        op.execute(f"DROP TRIGGER touch ON {table}")
        op.execute(f"DROP FUNCTION palace_touch_performances_of_{table}()")
    op.execute("DROP TRIGGER touch ON performances")
    op.execute("DROP FUNCTION palace_touch_performance()")
    for column in ("uid", "changed_at", "revision"):
        op.drop_column("performances", column)
    op.execute("DELETE FROM plan_drafts")
    op.drop_column("seating_plans", "retired_at")
    op.drop_table("plan_drafts")
