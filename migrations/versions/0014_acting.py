"""Staff act for a member who stands before them.

A sign-in of staff says for whom, until when. Rosters never brought identity numbers in, and need not:
who wants to be found by their card lets the palace keep its hash. The empty columns go.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"
ACTING = "num_nonnulls(acting_for, acting_until) IN (0, 2) AND (acting_for IS NULL OR staff_id IS NOT NULL)"
EMPTY = ("identity_hash", "identity_key", "identity_last4")


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("acting_for", sa.BigInteger))
    op.add_column("sign_ins", sa.Column("acting_until", sa.DateTime(timezone=True)))
    op.create_check_constraint(op.f("ck_sign_ins_acting"), "sign_ins", ACTING)
    op.create_foreign_key(op.f("fk_sign_ins_acting_for"), "sign_ins", "members", ["acting_for"], ["id"])
    op.create_index("ix_sign_ins_acting_for", "sign_ins", ["acting_for"])
    op.add_column(
        "house_rules", sa.Column("acting_minutes", sa.BigInteger, server_default="20", nullable=False)
    )
    op.create_check_constraint(op.f("ck_house_rules_acting"), "house_rules", "acting_minutes > 0")
    op.create_index(
        "ix_audit_lines_acted_for",
        "audit_lines",
        [sa.text("(after ->> 'acted_for')")],
        postgresql_where=sa.text("after ? 'acted_for'"),
    )
    for name in EMPTY:
        op.drop_column("roster_entries", name)


def downgrade() -> None:
    op.add_column("roster_entries", sa.Column("identity_hash", sa.LargeBinary))
    op.add_column("roster_entries", sa.Column("identity_key", sa.Text))
    op.add_column("roster_entries", sa.Column("identity_last4", sa.Text))
    op.create_index("ix_roster_entries_identity_hash", "roster_entries", ["identity_hash"])
    op.drop_index("ix_audit_lines_acted_for", "audit_lines")
    op.drop_constraint(op.f("ck_house_rules_acting"), "house_rules", type_="check")
    op.drop_column("house_rules", "acting_minutes")
    op.drop_constraint(op.f("ck_sign_ins_acting"), "sign_ins", type_="check")
    op.drop_column("sign_ins", "acting_until")
    op.drop_column("sign_ins", "acting_for")
