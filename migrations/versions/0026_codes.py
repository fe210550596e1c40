"""Codes of partners, sponsors and prizes, the tiers a grant may open, and complimentary tickets.

Of a code's text only a hash lies in the database; it is made anew from the batch's seed and a key of
the keys file. Every place a code opens is a grant, so that no other way of booking is needed. A
complimentary ticket is an order in a tier nobody chooses; what is kept here is why and by whom.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision, down_revision = "0026", "0025"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("code_batches", "codes", "complimentaries", "complimentary_people")


def key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to another table's id, named as the models name it."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def number() -> sa.Column:
    """Return the column of a row's own number."""
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def set_qualifies(*whom: str) -> None:
    """Let tiers be for these."""
    op.drop_constraint(op.f("ck_tiers_qualifies"), "tiers")
    words = ", ".join(f"'{one}'" for one in whom)
    op.create_check_constraint(op.f("ck_tiers_qualifies"), "tiers", f"qualifies IN ({words})")


def upgrade() -> None:
    set_qualifies("anyone", "member", "code", "house")
    op.add_column("grants", sa.Column("tier_id", sa.BigInteger))
    op.create_foreign_key(op.f("fk_grants_tier_id"), "grants", "tiers", ["tier_id"], ["id"])
    op.create_table(
        "code_batches",
        number(),
        sa.Column("performance_id", sa.BigInteger, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("each", sa.BigInteger, nullable=False),
        sa.Column("keeps", sa.Boolean, nullable=False),
        sa.Column("tier_id", sa.BigInteger),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("stopped_at", INSTANT),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('partner', 'sponsor', 'prize', 'other')", name=op.f("ck_code_batches_reason")
        ),
        sa.CheckConstraint("each > 0", name=op.f("ck_code_batches_each")),
        sa.CheckConstraint("keeps OR tier_id IS NOT NULL", name=op.f("ck_code_batches_opens")),
        key("code_batches", "performance_id", "performances"),
        key("code_batches", "tier_id", "tiers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_batches")),
    )
    op.create_table(
        "codes",
        number(),
        sa.Column("batch_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("used_at", INSTANT),
        sa.CheckConstraint("member_id IS NULL OR used_at IS NOT NULL", name=op.f("ck_codes_used")),
        key("codes", "batch_id", "code_batches"),
        key("codes", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_codes_batch_id_number")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_codes_code_hash")),
    )
    op.add_column(
        "house_rules",
        sa.Column("complimentary_per_show", sa.BigInteger, server_default="20", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_house_rules_complimentary"), "house_rules", "complimentary_per_show >= 0"
    )
    create_complimentaries()
    for table, column in (
        ("code_batches", "performance_id"),
        ("codes", "member_id"),
        ("complimentaries", "performance_id"),
        ("complimentary_people", "member_id"),
        ("complimentary_people", "order_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def create_complimentaries() -> None:
    """Make the tables of what was given, and to whom."""
    op.create_table(
        "complimentaries",
        number(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("performance_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("each", sa.BigInteger, nullable=False),
        sa.Column("seats", ARRAY(sa.Text), nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.CheckConstraint(
            "reason IN ('guest', 'media', 'cast', 'honoured', 'amends', 'other')",
            name=op.f("ck_complimentaries_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('given', 'proposed', 'withdrawn')", name=op.f("ck_complimentaries_state")
        ),
        sa.CheckConstraint("each > 0", name=op.f("ck_complimentaries_each")),
        sa.CheckConstraint(
            "num_nonnulls(decided_at, decided_by) IN (0, 2)", name=op.f("ck_complimentaries_decided")
        ),
        sa.CheckConstraint(
            "state = 'given' OR (state = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_complimentaries_open"),
        ),
        sa.CheckConstraint(
            "state <> 'given' OR decided_by <> asked_by", name=op.f("ck_complimentaries_another")
        ),
        key("complimentaries", "performance_id", "performances"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complimentaries")),
        sa.UniqueConstraint("code", name=op.f("uq_complimentaries_code")),
    )
    op.create_table(
        "complimentary_people",
        number(),
        sa.Column("complimentary_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.BigInteger),
        key("complimentary_people", "complimentary_id", "complimentaries"),
        key("complimentary_people", "member_id", "members"),
        key("complimentary_people", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complimentary_people")),
        sa.UniqueConstraint(
            "complimentary_id",
            "member_id",
            name=op.f("uq_complimentary_people_complimentary_id_member_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("complimentary_people")
    op.drop_table("complimentaries")
    op.drop_constraint(op.f("ck_house_rules_complimentary"), "house_rules")
    op.drop_column("house_rules", "complimentary_per_show")
    op.drop_table("codes")
    op.drop_table("code_batches")
    op.drop_constraint(op.f("fk_grants_tier_id"), "grants")
    op.drop_column("grants", "tier_id")
    # Such a tier was for nobody by itself: as a member's it would be for more people.
    others = "qualifies IN ('code', 'house')"
    op.execute(f"DELETE FROM prices WHERE tier_id IN (SELECT id FROM tiers WHERE {others})")
    op.execute(f"UPDATE tiers SET qualifies = 'member' WHERE {others}")
    set_qualifies("anyone", "member")
