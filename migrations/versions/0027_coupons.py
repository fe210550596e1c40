"""Coupons of partners: pools, and codes that are handed out once each.

A code is worth money, so it lies here sealed; its keyed mark alone says that it is here already.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0027", "0026"

INSTANT = sa.DateTime(timezone=True)


def key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to another table's id, named as the models name it."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def number() -> sa.Column:
    """Return the column of a row's own number."""
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def upgrade() -> None:
    op.add_column(
        "house_rules",
        sa.Column("coupons_per_month", sa.BigInteger, server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_house_rules_coupons"), "house_rules", "coupons_per_month >= 0"
    )
    op.create_table(
        "coupon_pools",
        number(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("site_id", sa.BigInteger),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("unit_id", sa.BigInteger),
        sa.Column("worth_zh", sa.Text, nullable=False),
        sa.Column("worth_en", sa.Text, nullable=False),
        sa.Column("how_zh", sa.Text, nullable=False),
        sa.Column("how_en", sa.Text, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("per_member", sa.BigInteger, nullable=False),
        sa.Column("stopped_at", INSTANT),
        sa.Column("revision", sa.BigInteger, server_default="1", nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint("per_member > 0", name=op.f("ck_coupon_pools_per_member")),
        key("coupon_pools", "site_id", "sites"),
        key("coupon_pools", "partner_id", "partners"),
        key("coupon_pools", "unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_pools")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_pools_code")),
    )
    op.create_table(
        "coupons",
        number(),
        sa.Column("pool_id", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("unit_id", sa.BigInteger),
        sa.Column("receipt", sa.Text),
        sa.Column("taken_at", INSTANT),
        sa.Column("used_at", INSTANT),
        sa.CheckConstraint(
            "num_nonnulls(member_id, receipt, taken_at) IN (0, 3)", name=op.f("ck_coupons_taken")
        ),
        sa.CheckConstraint(
            "taken_at IS NOT NULL OR num_nonnulls(unit_id, used_at) = 0",
            name=op.f("ck_coupons_used"),
        ),
        key("coupons", "pool_id", "coupon_pools"),
        key("coupons", "member_id", "members"),
        key("coupons", "unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("mark", name=op.f("uq_coupons_mark")),
        sa.UniqueConstraint("receipt", name=op.f("uq_coupons_receipt")),
    )
    for column in ("site_id", "partner_id", "unit_id"):
        op.create_index(op.f(f"ix_coupon_pools_{column}"), "coupon_pools", [column])
    op.create_index(
        "ix_coupons_free",
        "coupons",
        ["pool_id", "id"],
        postgresql_where=sa.text("member_id IS NULL"),
    )
    op.create_index(op.f("ix_coupons_member_id_pool_id"), "coupons", ["member_id", "pool_id"])
    op.create_index(op.f("ix_coupons_pool_id_unit_id"), "coupons", ["pool_id", "unit_id"])
    op.create_index(op.f("ix_coupons_unit_id"), "coupons", ["unit_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON coupon_pools, coupons TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    op.drop_table("coupons")
    op.drop_table("coupon_pools")
    op.drop_constraint(op.f("ck_house_rules_coupons"), "house_rules")
    op.drop_column("house_rules", "coupons_per_month")
