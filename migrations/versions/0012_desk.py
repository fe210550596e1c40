"""The desk of a unit: members with a post export too, and a unit does only so much a day.

The roster is read by name and by the day it ends, a page at a time.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"

RULES = (
    ("unit_exports_per_day", "5"),
    ("unit_uploads_per_day", "10"),
    ("unit_confirmations_per_day", "200"),
)
CHECK = "least(unit_exports_per_day, unit_uploads_per_day, unit_confirmations_per_day) >= 0"


def upgrade() -> None:
    for name, default in RULES:
        op.add_column(
            "house_rules", sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        )
    op.create_check_constraint(op.f("ck_house_rules_desk"), "house_rules", CHECK)
    op.add_column("exports", sa.Column("member_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_exports_member_id"), "exports", "members", ["member_id"], ["id"]
    )
    op.alter_column("exports", "staff_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_exports_one_person"), "exports", "num_nonnulls(staff_id, member_id) = 1"
    )
    op.create_index("ix_exports_member_id_asked_at", "exports", ["member_id", "asked_at"])
    op.create_index("ix_roster_entries_name_id", "roster_entries", ["name", "id"])
    op.create_index("ix_roster_entries_valid_until_id", "roster_entries", ["valid_until", "id"])


def downgrade() -> None:
    op.drop_index("ix_roster_entries_valid_until_id", "roster_entries")
    op.drop_index("ix_roster_entries_name_id", "roster_entries")
    op.execute("DELETE FROM exports WHERE staff_id IS NULL")
    op.drop_index("ix_exports_member_id_asked_at", "exports")
    op.drop_constraint(op.f("ck_exports_one_person"), "exports")
    op.alter_column("exports", "staff_id", nullable=False)
    op.drop_constraint(op.f("fk_exports_member_id"), "exports")
    op.drop_column("exports", "member_id")
    op.drop_constraint(op.f("ck_house_rules_desk"), "house_rules")
    for name, _default in reversed(RULES):
        op.drop_column("house_rules", name)
