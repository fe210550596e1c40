"""A place that is promised, by an offer or in a unit's block, is counted in its tier's quota.

Whoever is promised a place can book it: nobody else uses the quota up meanwhile. A wheelchair place
that is offered remembers whom it was kept for. How often a ticket may be given on is a show's own
figure, from the house's. And a show knows which of its revisions members' calendars have.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    op.add_column("claims", sa.Column("kept_tier_id", sa.BigInteger))
    op.add_column("claims", sa.Column("kept_again", sa.Text))
    op.create_foreign_key(
        op.f("fk_claims_kept_tier_id"), "claims", "tiers", ["kept_tier_id"], ["id"]
    )
    op.execute(
        "UPDATE claims SET kept_tier_id = blocks.tier_id FROM blocks"
        " WHERE claims.kept_for = 'block:' || blocks.id"
        " AND claims.performance_id = blocks.performance_id"
    )
    op.create_check_constraint(
        op.f("ck_claims_promised"),
        "claims",
        "kept_for IS NOT NULL OR num_nonnulls(kept_tier_id, kept_again) = 0",
    )


    op.add_column(
        "performances",
        sa.Column("gifts_per_ticket", sa.BigInteger, nullable=False, server_default=sa.text("1")),
    )
    op.execute(
        "UPDATE performances SET gifts_per_ticket = house_rules.gifts_per_ticket"
        " FROM house_rules JOIN sites ON sites.id = house_rules.site_id AND sites.kind = 'head'"
    )
    op.add_column(
        "performances",
        sa.Column("agenda_revision", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    )
    op.create_check_constraint(
        op.f("ck_performances_gifts_per_ticket"), "performances", "gifts_per_ticket >= 0"
    )


def downgrade() -> None:
    op.drop_column("performances", "agenda_revision")
    op.drop_column("performances", "gifts_per_ticket")
    op.drop_column("claims", "kept_again")
    op.drop_column("claims", "kept_tier_id")
