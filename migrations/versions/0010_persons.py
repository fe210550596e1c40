"""Companions of a member, what the house says of them, and when a number was last proven.

A number that nobody has proven for long may be somebody else's by now: carriers give numbers again.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"

RULES = (
    ("companions_kept", "5"),
    ("people_per_order", "5"),
    ("minors_per_order", "3"),
    ("minor_age", "18"),
    ("number_idle_days", "180"),
)
CHECK = (
    "least(companions_kept, minors_per_order, minor_age) >= 0"
    " AND least(people_per_order, number_idle_days) > 0"
)
DOCUMENTS = "'id_card', 'hk_mo_permit', 'tw_permit', 'residence_card', 'passport'"
RELATIONS = "'self', 'spouse', 'child', 'parent', 'other'"


def upgrade() -> None:
    for name, default in RULES:
        op.add_column(
            "house_rules", sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        )
    op.create_check_constraint(op.f("ck_house_rules_people"), "house_rules", CHECK)
    op.add_column(
        "members",
        sa.Column("phone_proven_at", sa.DateTime(timezone=True), server_default=sa.text("now()")),
    )
    op.create_table(
        "companions",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("relation", sa.Enum("self", "spouse", "child", "parent", "other", native_enum=False, length=20), nullable=False),
        sa.Column("born_on", sa.Date),
        sa.Column("document", sa.Enum("id_card", "hk_mo_permit", "tw_permit", "residence_card", "passport", native_enum=False, length=20)),
        sa.Column("identity_hash", sa.LargeBinary),
        sa.Column("key_id", sa.Text),
        sa.Column("last_four", sa.Text),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by_guardian", sa.Boolean, nullable=False),
        sa.CheckConstraint(f"relation IN ({RELATIONS})", name=op.f("ck_companions_relation")),
        sa.CheckConstraint(f"document IN ({DOCUMENTS})", name=op.f("ck_companions_document")),
        sa.CheckConstraint(
            "num_nonnulls(document, identity_hash, key_id, last_four) IN (0, 4)",
            name=op.f("ck_companions_identity"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_companions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companions")),
        sa.UniqueConstraint("member_id", "identity_hash", name=op.f("uq_companions_member_id_identity_hash")),
    )
    op.create_index(
        "uq_companions_self",
        "companions",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("relation = 'self'"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON companions TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    op.drop_table("companions")
    op.drop_column("members", "phone_proven_at")
    op.drop_constraint(op.f("ck_house_rules_people"), "house_rules")
    for name, _ in RULES:
        op.drop_column("house_rules", name)
