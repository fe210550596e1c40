"""Consents in versions, people who were erased, and how long what is left of visits is kept.

An erased member is a row without a name, a phone or a place on a roster: the table refuses anything
else, so no late command can bring a name back.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

RULES = (
    ("agenda_keep_days", "1095", False),
    ("application_keep_days", "365", False),
    ("downloads_per_day", "5", False),
    ("idle_keep_months", None, True),
)
CHECK = (
    "least(agenda_keep_days, application_keep_days) > 0 AND downloads_per_day >= 0"
    " AND (idle_keep_months IS NULL OR idle_keep_months >= 12)"
)
ERASED = "erased_at IS NULL OR (phone IS NULL AND name = '' AND roster_entry_id IS NULL)"
PURPOSES = ("privacy", "identity", "guardian")


def upgrade() -> None:
    for name, default, nullable in RULES:
        op.add_column(
            "house_rules",
            sa.Column(name, sa.BigInteger, server_default=default, nullable=nullable),
        )
    op.create_check_constraint(op.f("ck_house_rules_privacy"), "house_rules", CHECK)
    op.add_column("members", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(op.f("ck_members_erased"), "members", ERASED)
    op.create_table(
        "consent_texts",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("purpose", sa.Enum(*PURPOSES, native_enum=False, length=20), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body_zh", sa.Text, nullable=False),
        sa.Column("body_en", sa.Text, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('privacy', 'identity', 'guardian')", name=op.f("ck_consent_texts_purpose")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_consent_texts_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_texts")),
        sa.UniqueConstraint("purpose", "version", name=op.f("uq_consent_texts_purpose_version")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("text_id", sa.BigInteger, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("withdrawn_at >= given_at", name=op.f("ck_consents_withdrawn")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_consents_member_id")),
        sa.ForeignKeyConstraint(
            ["text_id"], ["consent_texts.id"], name=op.f("fk_consents_text_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        "uq_consents_given",
        "consents",
        ["member_id", "text_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_consents_text_id", "consents", ["text_id"])
    op.create_table(
        "erasures",
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_erasures")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON consents TO palace_app")
    op.execute("GRANT SELECT, INSERT ON consent_texts, erasures TO palace_app")
    op.execute("REVOKE UPDATE, DELETE ON consent_texts, erasures FROM palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    for table in ("erasures", "consents", "consent_texts"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_members_erased"), "members")
    op.drop_column("members", "erased_at")
    op.drop_constraint(op.f("ck_house_rules_privacy"), "house_rules")
    for name, _, _ in RULES:
        op.drop_column("house_rules", name)
