"""Packages of several shows: which shows, what a place costs at each, how many there are.

An order of a package is one order per show, bound together by `package_orders`: tickets, returns and
doors go on knowing one order of one show. A price is kept per show, so that the parts add up and what
goes back for one show is known.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0028", "0027"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "packages",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("seats", sa.BigInteger, nullable=False),
        sa.Column("seats_per_member", sa.BigInteger, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("members_open_at", INSTANT),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("singly", sa.Boolean, nullable=False),
        sa.Column("returns", sa.String(20), nullable=False),
        sa.Column("published_at", INSTANT),
        sa.CheckConstraint("seats > 0 AND seats_per_member > 0", name=op.f("ck_packages_seats")),
        sa.CheckConstraint(
            "opens_at < closes_at AND members_open_at < opens_at", name=op.f("ck_packages_sale")
        ),
        sa.CheckConstraint("returns IN ('each', 'whole')", name=op.f("ck_packages_returns")),
    )
    op.create_table(
        "package_shows",
        sa.Column("package_id", sa.BigInteger, sa.ForeignKey("packages.id"), primary_key=True),
        sa.Column(
            "performance_id", sa.BigInteger, sa.ForeignKey("performances.id"), primary_key=True
        ),
        sa.Column("zone", sa.Text),
    )
    op.create_index("ix_package_shows_performance_id", "package_shows", ["performance_id"])
    op.create_table(
        "package_prices",
        sa.Column("package_id", sa.BigInteger, primary_key=True),
        sa.Column("performance_id", sa.BigInteger, primary_key=True),
        sa.Column("tier_id", sa.BigInteger, sa.ForeignKey("tiers.id"), primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id", "performance_id"],
            ["package_shows.package_id", "package_shows.performance_id"],
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_package_prices_amount")),
    )
    op.create_table(
        "package_orders",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("package_id", sa.BigInteger, sa.ForeignKey("packages.id"), nullable=False),
        sa.Column("member_id", sa.BigInteger, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("seat_count", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("seat_count > 0", name=op.f("ck_package_orders_seat_count")),
    )
    op.create_index("ix_package_orders_package_id", "package_orders", ["package_id"])
    op.create_index("ix_package_orders_member_id", "package_orders", ["member_id"])
    op.add_column(
        "orders",
        sa.Column("package_order_id", sa.BigInteger, sa.ForeignKey("package_orders.id")),
    )
    op.create_index(
        "ix_orders_package_order_id",
        "orders",
        ["package_order_id"],
        postgresql_where="package_order_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_column("orders", "package_order_id")
    op.drop_table("package_orders")
    op.drop_table("package_prices")
    op.drop_table("package_shows")
    op.drop_table("packages")
