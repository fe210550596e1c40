"""Members ask to have a strike looked at again, once; the words of both sides stand in this table only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    _appeals()


def _appeals() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "appeals",
        sa.Column("strike_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("decided_at", instant),
        sa.Column("decided_by", sa.Text),
        sa.Column("verdict", sa.Enum("forgiven", "kept", native_enum=False, length=20)),
        sa.Column("why", sa.Text),
        sa.CheckConstraint("verdict IN ('forgiven', 'kept')", name=op.f("ck_appeals_verdict")),
        sa.CheckConstraint(
            "num_nonnulls(decided_at, decided_by, verdict, why) IN (0, 4)",
            name=op.f("ck_appeals_decided"),
        ),
        sa.ForeignKeyConstraint(["strike_id"], ["strikes.id"], name=op.f("fk_appeals_strike_id")),
        sa.PrimaryKeyConstraint("strike_id", name=op.f("pk_appeals")),
    )
    op.create_index(
        "ix_appeals_asked_at",
        "appeals",
        ["asked_at"],
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON appeals TO palace_app")


def downgrade() -> None:
    op.drop_table("appeals")
