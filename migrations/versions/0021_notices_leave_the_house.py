"""Notices leave the house: states and tries of each, templates, addresses, a day's spending, mass notices.

A row says `sending` before the network is touched, so what was cut off there is never sent blindly again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0021", "0020"
RULES = {
    "quiet_from": "2130",
    "quiet_until": "800",
    "message_price": "5",
    "message_budget_day": "100000",
    "broadcast_budget_day": "300000",
    "broadcast_per_minute": "600",
    "broadcast_confirm_above": "500",
}
STATES = "'owed', 'sending', 'sent', 'uncertain', 'dead', 'dropped', 'inbox'"


def upgrade() -> None:
    for name, default in RULES.items():
        op.add_column(
            "house_rules", sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        )
    op.create_check_constraint(
        op.f("ck_house_rules_messages"),
        "house_rules",
        "quiet_from BETWEEN 0 AND 2359 AND quiet_from % 100 < 60"
        " AND quiet_until BETWEEN 0 AND 2359 AND quiet_until % 100 < 60"
        " AND least(message_price, message_budget_day, broadcast_budget_day, broadcast_confirm_above) >= 0"
        " AND broadcast_per_minute > 0",
    )
    _notices()
    op.create_table(
        "contacts",
        sa.Column("member_id", sa.BigInteger, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("wanted_email", sa.Text),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.Text), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_contacts")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_contacts_language")),
        sa.CheckConstraint(
            "(wanted_email IS NULL) = (asked_at IS NULL) AND tries >= 0",
            name=op.f("ck_contacts_asked"),
        ),
    )
    op.create_table(
        "message_templates",
        sa.Column("gateway", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "kind", "language", name=op.f("pk_message_templates")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_message_templates_language")),
    )
    op.create_table(
        "message_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("pieces", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("amount", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "fund", name=op.f("pk_message_days")),
        sa.CheckConstraint("least(pieces, amount) >= 0", name=op.f("ck_message_days_not_negative")),
    )
    op.create_table(
        "message_gateways",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("left_pieces", sa.BigInteger),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("empty_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_message_gateways")),
    )
    _broadcasts()


def _notices() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    for column in (
        sa.Column(
            "state",
            sa.Enum(
                "owed",
                "sending",
                "sent",
                "uncertain",
                "dead",
                "dropped",
                "inbox",
                name="state",
                native_enum=False,
                create_constraint=False,
                length=20,
            ),
            server_default="owed",
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True)),
        sa.Column("amount", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("pieces", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("read_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("notices", column)
    op.execute("UPDATE notices SET state = 'sent', read_at = sent_at WHERE sent_at IS NOT NULL")
    op.execute("UPDATE notices SET due_at = created_at WHERE sent_at IS NULL")
    op.create_check_constraint(op.f("ck_notices_state"), "notices", f"state IN ({STATES})")
    op.create_check_constraint(
        op.f("ck_notices_sent"), "notices", "state <> 'sent' OR sent_at IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_notices_tried"),
        "notices",
        "least(attempts, amount, pieces) >= 0 AND (attempts = 0) = (attempted_at IS NULL)",
    )
    op.create_check_constraint(op.f("ck_notices_language"), "notices", "language IN ('zh', 'en')")
    op.drop_index("ix_notices_created_at", "notices", postgresql_where=sa.text("sent_at IS NULL"))
    op.create_index(
        "ix_notices_due_at",
        "notices",
        ["due_at"],
        postgresql_where=sa.text("state IN ('owed', 'uncertain')"),
    )
    op.create_index(
        "ix_notices_unsettled",
        "notices",
        ["state", "error", "kind", "created_at"],
        postgresql_where=sa.text("state NOT IN ('sent', 'inbox')"),
    )
    op.create_index(
        "ix_notices_unsettled_at",
        "notices",
        ["created_at", "id"],
        postgresql_where=sa.text("state NOT IN ('sent', 'inbox')"),
    )
    op.create_index("ix_notices_receiver_id", "notices", ["receiver", "id"])


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("body_zh", sa.Text, nullable=False),
        sa.Column("body_en", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("audience", sa.Enum("members", "unit", "performance", name="audience", native_enum=False, length=20), nullable=False),
        sa.Column("unit_id", sa.BigInteger, sa.ForeignKey("units.id")),
        sa.Column("performance_id", sa.BigInteger, sa.ForeignKey("performances.id")),
        sa.Column("outside", sa.Boolean, nullable=False),
        sa.Column("state", sa.Enum("draft", "running", "stopped", "done", name="stage", native_enum=False, length=20), server_default="draft", nullable=False),
        sa.Column("receivers", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("written_by", sa.BigInteger, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger, server_default="1", nullable=False),
        sa.Column("confirmed_by", sa.BigInteger, sa.ForeignKey("staff.id")),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("word", name=op.f("uq_broadcasts_word")),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'stopped', 'done')", name=op.f("ck_broadcasts_state")
        ),
        sa.CheckConstraint(
            "CASE audience WHEN 'unit' THEN unit_id IS NOT NULL AND performance_id IS NULL"
            " WHEN 'performance' THEN performance_id IS NOT NULL AND unit_id IS NULL"
            " WHEN 'members' THEN num_nonnulls(unit_id, performance_id) = 0 ELSE false END",
            name=op.f("ck_broadcasts_audience"),
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (started_at IS NULL) AND (confirmed_by IS NULL) = (confirmed_at IS NULL)"
            " AND confirmed_by <> written_by",
            name=op.f("ck_broadcasts_started"),
        ),
        sa.CheckConstraint(
            "least(receivers, revision) >= 0", name=op.f("ck_broadcasts_not_negative")
        ),
    )
    op.create_index(
        "ix_broadcasts_running", "broadcasts", ["id"], postgresql_where=sa.text("state = 'running'")
    )


def downgrade() -> None:
    op.drop_table("broadcasts")
    for table in ("message_gateways", "message_days", "message_templates", "contacts"):
        op.drop_table(table)
    op.drop_index("ix_notices_receiver_id", "notices")
    op.drop_index("ix_notices_unsettled_at", "notices")
    op.drop_index("ix_notices_unsettled", "notices")
    op.drop_index("ix_notices_due_at", "notices")
    op.create_index(
        "ix_notices_created_at",
        "notices",
        ["created_at"],
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    for name in ("language", "tried", "sent", "state"):
        op.drop_constraint(op.f(f"ck_notices_{name}"), "notices")
    for name in (
        "state",
        "due_at",
        "attempts",
        "attempted_at",
        "amount",
        "pieces",
        "error",
        "reference",
        "address",
        "language",
        "read_at",
    ):
        op.drop_column("notices", name)
    op.drop_constraint(op.f("ck_house_rules_messages"), "house_rules")
    for name in RULES:
        op.drop_column("house_rules", name)
