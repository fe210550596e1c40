"""Performances are put on by the palace's own people: what a new one begins with, tiers taken off sale.

A tier somebody bought is never deleted, so one that is sold no more says since when.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0020", "0019"

DEFAULTS = {
    "get_in_minutes": "120",
    "get_out_minutes": "60",
    "doors_minutes": "30",
    "sale_opens_days": "14",
    "sale_opens_hour": "10",
}


def upgrade() -> None:
    op.add_column("tiers", sa.Column("ended_at", sa.DateTime(timezone=True)))
    for name, default in DEFAULTS.items():
        op.add_column(
            "house_rules", sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        )
    op.create_check_constraint(
        op.f("ck_house_rules_programme"),
        "house_rules",
        "least(get_in_minutes, get_out_minutes, doors_minutes, sale_opens_days) >= 0"
        " AND sale_opens_hour BETWEEN 0 AND 23",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_house_rules_programme"), "house_rules", type_="check")
    for name in reversed(DEFAULTS):
        op.drop_column("house_rules", name)
    op.drop_column("tiers", "ended_at")
