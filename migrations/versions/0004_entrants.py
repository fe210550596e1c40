"""Who comes in, where a performance asks: a name, a keyed hash, four digits; never a whole number.

One document has one live claim of a performance that says so, whichever window or phone sells: only
the database sees them all.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"

DOCUMENTS = "'id_card', 'hk_mo_permit', 'tw_permit', 'residence_card', 'passport'"


def upgrade() -> None:
    op.add_column("performances", sa.Column("identity_policy", sa.String(20), server_default="none", nullable=False))
    op.add_column("performances", sa.Column("one_per_identity", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(op.f("ck_performances_identity_policy"), "performances", "identity_policy IN ('none', 'buyer', 'every_entrant')")
    op.create_check_constraint(op.f("ck_performances_one_per_identity"), "performances", "identity_policy <> 'none' OR NOT one_per_identity")
    op.add_column("house_rules", sa.Column("entrant_keep_days", sa.BigInteger(), server_default="30", nullable=False))
    op.create_check_constraint(op.f("ck_house_rules_entrants"), "house_rules", "entrant_keep_days >= 0")
    op.create_table(
        "entrants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("performance_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"document IN ({DOCUMENTS})", name=op.f("ck_entrants_document")),
        sa.ForeignKeyConstraint(["performance_id"], ["performances.id"], name=op.f("fk_entrants_performance_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_entrants_order_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_entrants_claim_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrants")),
        sa.UniqueConstraint("order_id", "claim_id", name=op.f("uq_entrants_order_id_claim_id")),
    )
    op.create_index("ix_entrants_performance_id", "entrants", ["performance_id"])
    op.create_index("ix_entrants_claim_id", "entrants", ["claim_id"])
    op.create_index(
        "uq_entrants_identity",
        "entrants",
        ["performance_id", "identity_hash"],
        unique=True,
        postgresql_where=sa.text("exclusive"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON entrants TO palace_app")


def downgrade() -> None:
    op.drop_table("entrants")
    op.drop_constraint(op.f("ck_house_rules_entrants"), "house_rules")
    op.drop_column("house_rules", "entrant_keep_days")
    op.drop_constraint(op.f("ck_performances_one_per_identity"), "performances")
    op.drop_constraint(op.f("ck_performances_identity_policy"), "performances")
    op.drop_column("performances", "one_per_identity")
    op.drop_column("performances", "identity_policy")
