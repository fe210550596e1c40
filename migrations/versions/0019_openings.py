"""Openings by stage, grants that open kept seats, gaps and free choice as rows.

The public opening stays `performances.sale_opens_at`; a row lets a union or all members in before.
A grant names the key of the kept seats it opens, and how many may be taken by it.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0019", "0018"

FIGURES = (
    ("no_single_gap", sa.Boolean, "false"),
    ("house_release_hours", sa.BigInteger, "1"),
    ("technical_release_hours", sa.BigInteger, "2"),
    ("press_release_hours", sa.BigInteger, "4"),
    ("wheelchair_release_hours", sa.BigInteger, "24"),
    ("in_person_release_hours", sa.BigInteger, "2"),
)
HOURS = ", ".join(name for name, kind, _ in FIGURES if kind is sa.BigInteger)


def enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=20)


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("performance_id", sa.BigInteger, nullable=False),
        sa.Column("audience", enum("unit", "members"), nullable=False),
        sa.Column("unit_id", sa.BigInteger),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience IN ('unit', 'members')", name=op.f("ck_openings_audience")),
        sa.CheckConstraint(
            "(audience = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_openings_unit")
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"], ["performances.id"], name=op.f("fk_openings_performance_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_openings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
        sa.UniqueConstraint(
            "performance_id",
            "audience",
            "unit_id",
            name=op.f("uq_openings_performance_id_audience_unit_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_openings_unit_id", "openings", ["unit_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON openings TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")
    op.add_column("grants", sa.Column("opens", sa.Text))
    op.add_column("grants", sa.Column("seats", sa.BigInteger))
    op.create_check_constraint(op.f("ck_grants_seats"), "grants", "seats > 0")
    op.drop_constraint(op.f("ck_grants_kind"), "grants")
    op.create_check_constraint(
        op.f("ck_grants_kind"), "grants", "kind IN ('wheelchair', 'block', 'offer', 'code')"
    )
    no = {"server_default": sa.text("false"), "nullable": False}
    op.add_column("performances", sa.Column("no_single_gap", sa.Boolean, **no))
    op.add_column("performances", sa.Column("choice", enum("free", "assigned"), server_default="free", nullable=False))
    op.create_check_constraint(
        op.f("ck_performances_choice"), "performances", "choice IN ('free', 'assigned')"
    )
    op.add_column("claims", sa.Column("kept_why", sa.Text))
    op.create_index(
        "ix_claims_kept_for",
        "claims",
        ["kept_for", "performance_id"],
        postgresql_where=sa.text("kept_for IS NOT NULL"),
    )
    for name, kind, default in FIGURES:
        column = sa.Column(name, kind, server_default=sa.text(default), nullable=False)
        op.add_column("house_rules", column)
    op.create_check_constraint(op.f("ck_house_rules_kept"), "house_rules", f"least({HOURS}) >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_house_rules_kept"), "house_rules")
    for name, _, _ in FIGURES:
        op.drop_column("house_rules", name)
    op.drop_index("ix_claims_kept_for", "claims")
    op.drop_column("claims", "kept_why")
    op.drop_constraint(op.f("ck_performances_choice"), "performances")
    op.drop_column("performances", "choice")
    op.drop_column("performances", "no_single_gap")
    op.execute("DELETE FROM grants WHERE kind <> 'wheelchair'")
    op.drop_constraint(op.f("ck_grants_kind"), "grants")
    op.create_check_constraint(op.f("ck_grants_kind"), "grants", "kind IN ('wheelchair')")
    op.drop_constraint(op.f("ck_grants_seats"), "grants")
    op.drop_column("grants", "seats")
    op.drop_column("grants", "opens")
    op.drop_table("openings")
