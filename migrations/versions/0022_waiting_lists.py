"""Waiting lists: who waits for a full show, in which order, and what was offered to whom.

`waitlists` is the lock of a show's list and the instant at which its free places were last offered to
who waits: what came free later is not on open sale before it was. The house rules get the minutes of
an offer, the rest of a returned seat, and when people are reminded of a show.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0022", "0021"

STATES = "'waiting', 'offered', 'accepted', 'declined', 'lapsed', 'left', 'over'"
FIGURES = {
    "offer_minutes": 120,
    "offer_near_hours": 24,
    "offer_near_minutes": 30,
    "offer_last_hours": 2,
    "offer_last_minutes": 10,
    "return_rest_min_minutes": 2,
    "return_rest_max_minutes": 15,
    "remind_day_hours": 24,
    "remind_hours": 2,
}
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "waitlists",
        sa.Column(
            "performance_id", sa.BigInteger, sa.ForeignKey("performances.id"), primary_key=True
        ),
        sa.Column("looked_at", INSTANT, nullable=False),
        sa.Column("waiting", sa.BigInteger, nullable=False, server_default="0"),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_waitlists_waiting")),
    )
    op.create_table(
        "waitlist_entries",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column(
            "performance_id", sa.BigInteger, sa.ForeignKey("performances.id"), nullable=False
        ),
        sa.Column("member_id", sa.BigInteger, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("together", sa.Boolean, nullable=False),
        sa.Column("fewer", sa.Boolean, nullable=False),
        sa.Column("zone", sa.Text),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("passed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("passed_why", sa.String(20)),
        sa.Column("offered_at", INSTANT),
        sa.Column("offered_count", sa.BigInteger),
        sa.Column("offered", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("lapses_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_waitlist_entries_state")),
        sa.CheckConstraint(
            "passed_why IN ('not_enough', 'not_together', 'rules')", name=op.f("ck_waitlist_entries_passed_why")
        ),
        sa.CheckConstraint("count BETWEEN 1 AND 20", name=op.f("ck_waitlist_entries_count")),
        sa.CheckConstraint("passed >= 0", name=op.f("ck_waitlist_entries_passed")),
        sa.CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_waitlist_entries_ended")),
        sa.CheckConstraint(
            "num_nonnulls(offered_at, offered_count, lapses_at) IN (0, 3)"
            " AND (offered_at IS NOT NULL) = (state IN ('offered', 'accepted', 'declined', 'lapsed'))",
            name=op.f("ck_waitlist_entries_offered"),
        ),
        sa.CheckConstraint("(order_id IS NOT NULL) = (state = 'accepted')", name=op.f("ck_waitlist_entries_accepted")),
    )
    op.create_index(
        "ix_waitlist_entries_performance_id_state_id",
        "waitlist_entries", ["performance_id", "state", "id"]
    )
    op.create_index("ix_waitlist_entries_member_id", "waitlist_entries", ["member_id"])
    op.create_index("ix_waitlist_entries_order_id", "waitlist_entries", ["order_id"])
    op.create_index(
        "uq_waitlist_entries_live",
        "waitlist_entries",
        ["performance_id", "member_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
    for name, default in FIGURES.items():
        op.add_column(
            "house_rules",
            sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default)),
        )
    op.create_check_constraint(
        op.f("ck_house_rules_waiting"),
        "house_rules",
        "least(offer_minutes, offer_near_minutes, offer_last_minutes) > 0"
        " AND least(offer_near_hours, offer_last_hours, remind_day_hours, remind_hours) >= 0"
        " AND least(return_rest_min_minutes, return_rest_max_minutes) >= 0",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_house_rules_waiting"), "house_rules")
    for name in FIGURES:
        op.drop_column("house_rules", name)
    op.drop_table("waitlist_entries")
    op.drop_table("waitlists")
