"""Codes of partners, sponsors and prizes, and the tiers a grant may open.

Of a code's text only a hash lies in the database; it is made anew from the batch's seed and a key of
the keys file. Every place a code opens is a grant, so that no other way of booking is needed.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0026", "0025"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("code_batches", "codes")


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
    set_qualifies("anyone", "member", "code")
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
    for table, column in (("code_batches", "performance_id"), ("codes", "member_id")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    op.drop_table("codes")
    op.drop_table("code_batches")
    op.drop_constraint(op.f("fk_grants_tier_id"), "grants")
    op.drop_column("grants", "tier_id")
    # A code's tier was for nobody who has none: as a member's it would be for more people.
    op.execute("DELETE FROM prices WHERE tier_id IN (SELECT id FROM tiers WHERE qualifies = 'code')")
    op.execute("UPDATE tiers SET qualifies = 'member' WHERE qualifies = 'code'")
    set_qualifies("anyone", "member")
