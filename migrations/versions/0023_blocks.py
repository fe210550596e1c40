"""Blocks of seats for units, handed out by link, by names or on paper.

Which places a block has, the claims say that are kept for it. A union that takes tickets on paper
holds them itself: its account stands for no person, so nobody's limits or strikes are touched.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0023", "0022"

OUTCOMES = (
    "outcome IN ('found', 'namesake', 'has', 'over', 'unknown', 'repeated', 'given', 'refused',"
    " 'no_seat')"
)
INSTANT = sa.DateTime(timezone=True)
NEW = ("blocks", "block_sign_ups", "block_lists", "block_names")


def key(table: str, column: str, to: str, **how: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to another table's id, named as the models name it."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), **how)


def number() -> sa.Column:
    """Return the column of a row's own number."""
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def upgrade() -> None:
    op.add_column("members", sa.Column("for_unit_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_members_for_unit_id"), "members", "units", ["for_unit_id"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_members_for_unit_id"), "members", ["for_unit_id"])
    for name, default in (("block_release_hours", "48"), ("block_remind_hours", "24")):
        column = sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        op.add_column("house_rules", column)
    op.create_check_constraint(
        op.f("ck_house_rules_blocks"),
        "house_rules",
        "least(block_release_hours, block_remind_hours) >= 0",
    )
    op.create_table(
        "blocks",
        number(),
        sa.Column("performance_id", sa.BigInteger, nullable=False),
        sa.Column("unit_id", sa.BigInteger, nullable=False),
        sa.Column("tier_id", sa.BigInteger, nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("per_member", sa.BigInteger, server_default="1", nullable=False),
        sa.Column("releases_at", INSTANT, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("turn_at", INSTANT),
        sa.Column("turned_at", INSTANT),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("way IN ('any', 'link', 'names', 'paper')", name=op.f("ck_blocks_way")),
        sa.CheckConstraint("per_member > 0", name=op.f("ck_blocks_per_member")),
        sa.CheckConstraint("turn_at < releases_at", name=op.f("ck_blocks_turn")),
        key("blocks", "performance_id", "performances"),
        key("blocks", "unit_id", "units"),
        key("blocks", "tier_id", "tiers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("code", name=op.f("uq_blocks_code")),
    )
    op.create_table(
        "block_sign_ups",
        number(),
        sa.Column("block_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("refusal", sa.Text),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_block_sign_ups_outcome")),
        key("block_sign_ups", "block_id", "blocks"),
        key("block_sign_ups", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_sign_ups")),
        sa.UniqueConstraint(
            "block_id", "member_id", name=op.f("uq_block_sign_ups_block_id_member_id")
        ),
    )
    op.create_table(
        "block_lists",
        number(),
        sa.Column("block_id", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("given_at", INSTANT),
        key("block_lists", "block_id", "blocks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_lists")),
    )
    op.create_table(
        "block_names",
        number(),
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("roster_entry_id", sa.BigInteger),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("refusal", sa.Text),
        sa.Column("seat", sa.Text),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_block_names_outcome")),
        key("block_names", "list_id", "block_lists"),
        key("block_names", "roster_entry_id", "roster_entries", ondelete="SET NULL"),
        key("block_names", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_names")),
        sa.UniqueConstraint("list_id", "line", name=op.f("uq_block_names_list_id_line")),
    )
    op.create_table(
        "block_papers",
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("block_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, server_default="", nullable=False),
        key("block_papers", "ticket_id", "tickets"),
        key("block_papers", "block_id", "blocks"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_block_papers")),
    )
    for table, column in (
        ("blocks", "performance_id"),
        ("blocks", "unit_id"),
        ("blocks", "releases_at"),
        ("block_sign_ups", "member_id"),
        ("block_lists", "block_id"),
        ("block_names", "roster_entry_id"),
        ("block_names", "member_id"),
        ("block_papers", "block_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(NEW)}, block_papers TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    for table in ("block_papers", "block_names", "block_lists", "block_sign_ups", "blocks"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_house_rules_blocks"), "house_rules")
    op.drop_column("house_rules", "block_remind_hours")
    op.drop_column("house_rules", "block_release_hours")
    op.drop_constraint(op.f("uq_members_for_unit_id"), "members")
    op.drop_constraint(op.f("fk_members_for_unit_id"), "members")
    op.drop_column("members", "for_unit_id")
