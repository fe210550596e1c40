"""A seat is changed, a ticket is given, a show is moved or called off.

Who gave a ticket to whom stays in rows; a move is proposed by one and confirmed by another, and each
holder's news of it is a row, so that a killed worker goes on where it was. Money that has to go back
is owed in rows that the payments of later will settle.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0024", "0023"

INSTANT = sa.DateTime(timezone=True)
RULES = (
    ("exchange_before_minutes", "60"),
    ("gifts_per_ticket", "1"),
    ("gift_before_minutes", "60"),
    ("gift_hours", "24"),
    ("move_answer_days", "7"),
)
CHECK = (
    "least(exchange_before_minutes, gifts_per_ticket, gift_before_minutes) >= 0"
    " AND least(gift_hours, move_answer_days) > 0"
)
NEW = "gifts, moves, move_news, refunds_owed"


def upgrade() -> None:
    for name, default in RULES:
        column = sa.Column(name, sa.BigInteger, server_default=sa.text(default), nullable=False)
        op.add_column("house_rules", column)
    op.create_check_constraint(op.f("ck_house_rules_changing"), "house_rules", CHECK)
    op.add_column("performances", sa.Column("moved_at", INSTANT))
    op.add_column("performances", sa.Column("return_until", INSTANT))
    # unique by a partial index, which is no key: changing halls waits for nobody who books
    op.drop_constraint(op.f("uq_performances_occupancy_id"), "performances")
    op.create_index(
        op.f("ix_performances_occupancy_id"),
        "performances",
        ["occupancy_id"],
        unique=True,
        postgresql_where=sa.text("occupancy_id IS NOT NULL"),
    )
    _gifts()
    _moves()
    _refunds()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {NEW} TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def _gifts() -> None:
    op.create_table(
        "gifts",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("giver_id", sa.BigInteger, nullable=False),
        sa.Column("receiver_id", sa.BigInteger),
        sa.Column("number_end", sa.Text, nullable=False),
        sa.Column("state", _words("offered", "accepted", "declined", "withdrawn"), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("lapses_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_gifts_state"),
        ),
        sa.CheckConstraint("(state = 'offered') = (ended_at IS NULL)", name=op.f("ck_gifts_ended")),
        sa.CheckConstraint("receiver_id <> giver_id", name=op.f("ck_gifts_another")),
        sa.CheckConstraint(
            "state <> 'accepted' OR receiver_id IS NOT NULL", name=op.f("ck_gifts_accepted")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_gifts_{column}"))
            for column, table in (
                ("ticket_id", "tickets"),
                ("giver_id", "members"),
                ("receiver_id", "members"),
                ("order_id", "orders"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.UniqueConstraint("code", name=op.f("uq_gifts_code")),
    )
    op.create_index(
        "uq_gifts_offered",
        "gifts",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(op.f("ix_gifts_ticket_id"), "gifts", ["ticket_id"])
    op.create_index(op.f("ix_gifts_giver_id"), "gifts", ["giver_id"])
    op.create_index(op.f("ix_gifts_receiver_id"), "gifts", ["receiver_id"])


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("performance_id", sa.BigInteger, nullable=False),
        sa.Column("kind", _words("cancel", "move"), nullable=False),
        sa.Column("state", _words("proposed", "withdrawn", "running", "done"), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("space_id", sa.BigInteger, nullable=False),
        sa.Column("plan_id", sa.BigInteger),
        sa.Column("old_starts_at", INSTANT, nullable=False),
        sa.Column("old_space_id", sa.BigInteger, nullable=False),
        sa.Column("return_until", INSTANT),
        sa.Column("reason_zh", sa.Text, nullable=False),
        sa.Column("reason_en", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.Column("passed_on_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint("kind IN ('cancel', 'move')", name=op.f("ck_moves_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'withdrawn', 'running', 'done')", name=op.f("ck_moves_state")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND num_nonnulls(decided_at, decided_by) IN (0, 2)",
            name=op.f("ck_moves_decided"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'withdrawn') OR decided_by <> proposed_by",
            name=op.f("ck_moves_another"),
        ),
        sa.CheckConstraint(
            "kind = 'cancel' OR return_until IS NOT NULL", name=op.f("ck_moves_answer")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_moves_{column}"))
            for column, table in (
                ("performance_id", "performances"),
                ("space_id", "spaces"),
                ("plan_id", "seating_plans"),
                ("old_space_id", "spaces"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )
    op.create_index(
        "uq_moves_open",
        "moves",
        ["performance_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'running')"),
    )
    op.create_index(op.f("ix_moves_performance_id"), "moves", ["performance_id"])
    op.create_table(
        "move_news",
        sa.Column("move_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("told_at", INSTANT),
        sa.Column("kept_at", INSTANT),
        sa.Column("failure", sa.Text),
        sa.ForeignKeyConstraint(["move_id"], ["moves.id"], name=op.f("fk_move_news_move_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_move_news_member_id")),
        sa.PrimaryKeyConstraint("move_id", "member_id", name=op.f("pk_move_news")),
    )
    op.create_index(op.f("ix_move_news_member_id"), "move_news", ["member_id"])
    op.create_index(
        "ix_move_news_waiting",
        "move_news",
        ["move_id", "member_id"],
        postgresql_where=sa.text("told_at IS NULL AND failure IS NULL"),
    )


def _refunds() -> None:
    op.create_table(
        "refunds_owed",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", _words("cancelled", "moved"), nullable=False),
        sa.Column("owed_at", INSTANT, nullable=False),
        sa.Column("paid_at", INSTANT),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_owed_amount")),
        sa.CheckConstraint("reason IN ('cancelled', 'moved')", name=op.f("ck_refunds_owed_reason")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_refunds_owed_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds_owed")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_refunds_owed_ticket_id")),
    )


def _words(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=20)


def downgrade() -> None:
    for table in ("refunds_owed", "move_news", "moves", "gifts"):
        op.drop_table(table)
    op.drop_index(op.f("ix_performances_occupancy_id"), "performances")
    op.create_unique_constraint(
        op.f("uq_performances_occupancy_id"), "performances", ["occupancy_id"]
    )
    op.drop_column("performances", "return_until")
    op.drop_column("performances", "moved_at")
    op.drop_constraint(op.f("ck_house_rules_changing"), "house_rules")
    for name, _ in RULES:
        op.drop_column("house_rules", name)
