"""The ledger of shows that were booked and stayed empty, and the figures of what follows.

One strike per member and subject, however often the task looks. The default only warns.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"

RULES = (
    ("strikes_to_bar", sa.BigInteger, "0"),
    ("strike_within_days", sa.BigInteger, "60"),
    ("bar_days", sa.BigInteger, "30"),
    ("strike_free_only", sa.Boolean, "true"),
    ("strike_after_minutes", sa.BigInteger, "120"),
)
CHECK = (
    "least(strikes_to_bar, strike_after_minutes) >= 0"
    " AND strike_within_days BETWEEN 1 AND 3660 AND bar_days BETWEEN 1 AND 3660"
)


def upgrade() -> None:
    for name, kind, default in RULES:
        column = sa.Column(name, kind, server_default=sa.text(default), nullable=False)
        op.add_column("house_rules", column)
    op.create_check_constraint(op.f("ck_house_rules_strikes"), "house_rules", CHECK)
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "strikes",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("ticket", "room", "class", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("happened_at", instant, nullable=False),
        sa.Column("written_at", instant, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("forgiven_at", instant),
        sa.Column("forgiven_by", sa.Text),
        sa.Column("why", sa.Text),
        sa.CheckConstraint("kind IN ('ticket', 'room', 'class')", name=op.f("ck_strikes_kind")),
        sa.CheckConstraint(
            "num_nonnulls(forgiven_at, forgiven_by, why) IN (0, 3)",
            name=op.f("ck_strikes_forgiven"),
        ),
        sa.CheckConstraint(
            "forgiven_by NOT IN ('member:' || member_id, written_by) OR forgiven_by = 'system'",
            name=op.f("ck_strikes_forgiven_by_another"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_strikes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
        sa.UniqueConstraint("member_id", "subject", name=op.f("uq_strikes_member_id_subject")),
    )
    op.create_index("ix_strikes_happened_at_id", "strikes", ["happened_at", "id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON strikes TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    op.drop_table("strikes")
    op.drop_constraint(op.f("ck_house_rules_strikes"), "house_rules")
    for name, _, _ in RULES:
        op.drop_column("house_rules", name)
