"""Units as a tree without circles, rosters with leavers and retirees, and their import.

A card number is unique within a unit only: were it unique in the whole palace, an import would tell
one unit whom another lists. Whether a status makes a member is the house's rule, so a function
says it, to sign-ins and to pages alike.
"""

import sqlalchemy as sa
from alembic import op
from pypinyin import Style, lazy_pinyin
from sqlalchemy.dialects import postgresql

revision, down_revision = "0007", "0006"

RULES = (
    "retired_are_members",
    "roster_file_mb",
    "roster_leave_percent",
    "roster_keep_days",
    "roster_confirmed_days",
)
COUNTS = """
CREATE FUNCTION palace_entry_counts(status text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE status WHEN 'active' THEN true WHEN 'left' THEN false
           ELSE (SELECT coalesce(bool_and(retired_are_members), true) FROM house_rules) END
$$
"""
CONFIRMED = """
UPDATE roster_entries AS entry SET confirmed_at = one.decided_at
FROM applications AS one WHERE one.verdict = 'confirmed' AND one.unit_id = entry.unit_id
AND entry.card_number = 'A' || one.id
"""
PARENT = (
    "num_nonnulls(parent_id, parent_kind) IN (0, 2) AND (parent_id IS NULL"
    " OR (kind = 'district' AND parent_kind IN ('federation'))"
    " OR (kind = 'industry' AND parent_kind IN ('federation'))"
    " OR (kind = 'trade' AND parent_kind IN ('federation', 'district', 'industry'))"
    " OR (kind = 'basic' AND parent_kind IN ('federation', 'district', 'industry', 'trade')))"
)


def upgrade() -> None:
    _units()
    _imports()
    _entries()
    op.add_column("house_rules", sa.Column(RULES[0], sa.Boolean(), server_default="true", nullable=False))
    for name, default in zip(RULES[1:], ("100", "20", "1", "60"), strict=True):
        op.add_column("house_rules", sa.Column(name, sa.BigInteger(), server_default=default, nullable=False))
    op.create_check_constraint(
        op.f("ck_house_rules_roster"),
        "house_rules",
        "least(roster_file_mb, roster_keep_days) > 0 AND roster_confirmed_days >= 0"
        " AND roster_leave_percent BETWEEN 0 AND 100",
    )
    op.execute(COUNTS)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON roster_imports, roster_chunks, roster_errors, roster_questions TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def _units() -> None:
    kind = sa.Enum("federation", "district", "industry", "trade", "basic", name="unitkind", native_enum=False, length=20)
    op.alter_column("units", "kind", type_=kind, existing_type=sa.Text())
    op.add_column("units", sa.Column("parent_kind", kind, nullable=True))
    op.add_column("units", sa.Column("nicknames", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("units", sa.Column("pinyin", sa.Text(), server_default="", nullable=False))
    op.add_column("units", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE units SET parent_kind = above.kind FROM units AS above WHERE above.id = units.parent_id")
    for number, name in op.get_bind().execute(sa.text("SELECT id, name_zh FROM units")).all():
        said = " ".join("".join(lazy_pinyin(name, style=style)).lower() for style in (Style.NORMAL, Style.FIRST_LETTER))
        op.execute(sa.text("UPDATE units SET pinyin = :said WHERE id = :id").bindparams(said=said, id=number))
    op.create_check_constraint(
        op.f("ck_units_kind"), "units", "kind IN ('federation', 'district', 'industry', 'trade', 'basic')"
    )
    op.create_check_constraint(op.f("ck_units_parent"), "units", PARENT)
    op.create_unique_constraint(op.f("uq_units_id_kind"), "units", ["id", "kind"])
    op.drop_constraint(op.f("fk_units_parent_id"), "units", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_units_parent_id_parent_kind"), "units", "units", ["parent_id", "parent_kind"], ["id", "kind"]
    )


def _imports() -> None:
    state = sa.Enum("waiting", "checked", "applying", "applied", "refused", name="importstate", native_enum=False, length=20)
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("read_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("kept", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'checked', 'applying', 'applied', 'refused')", name=op.f("ck_roster_imports_state")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_roster_imports_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_index("ix_roster_imports_created_at", "roster_imports", ["created_at"])
    op.create_index("ix_roster_imports_unit_id", "roster_imports", ["unit_id"])
    op.create_index(
        "uq_roster_imports_at_work",
        "roster_imports",
        ["file_hash", sa.text("coalesce(unit_id, 0)")],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'applying')"),
    )
    op.create_table(
        "roster_chunks",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_chunks_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_roster_chunks")),
    )
    op.create_index("ix_roster_chunks_created_at", "roster_chunks", ["created_at"])
    op.create_table(
        "roster_errors",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_errors_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_roster_errors")),
    )
    op.create_table(
        "roster_questions",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_roster_questions_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_roster_questions")),
    )


def _entries() -> None:
    status = sa.Enum("active", "retired", "left", name="rosterstatus", native_enum=False, length=20)
    for column in (
        sa.Column("status", status, server_default="active", nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=True),
        sa.Column("identity_key", sa.Text(), nullable=True),
        sa.Column("identity_last4", sa.Text(), nullable=True),
        sa.Column("listed_by", sa.BigInteger(), nullable=True),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("roster_entries", column)
    op.drop_constraint(op.f("uq_roster_entries_card_number"), "roster_entries", type_="unique")
    op.create_unique_constraint(
        op.f("uq_roster_entries_unit_id_card_number"), "roster_entries", ["unit_id", "card_number"]
    )
    op.create_check_constraint(
        op.f("ck_roster_entries_status"), "roster_entries", "status IN ('active', 'retired', 'left')"
    )
    op.create_check_constraint(
        op.f("ck_roster_entries_left_on"), "roster_entries", "left_on IS NULL OR status <> 'active'"
    )
    op.create_foreign_key(
        op.f("fk_roster_entries_listed_by"), "roster_entries", "roster_imports", ["listed_by"], ["id"]
    )
    op.execute(CONFIRMED)
    for name in ("card_number", "identity_hash", "listed_by"):
        op.create_index(f"ix_roster_entries_{name}", "roster_entries", [name])


def downgrade() -> None:
    op.execute("DROP FUNCTION palace_entry_counts(text)")
    op.drop_constraint(op.f("ck_house_rules_roster"), "house_rules", type_="check")
    for name in RULES:
        op.drop_column("house_rules", name)
    op.drop_constraint(op.f("uq_roster_entries_unit_id_card_number"), "roster_entries", type_="unique")
    for name in ("confirmed_at", "vouched_at", "listed_by", "identity_last4", "identity_key", "identity_hash", "left_on", "status"):
        op.drop_column("roster_entries", name)
    op.drop_index("ix_roster_entries_card_number", "roster_entries")
    op.create_unique_constraint(op.f("uq_roster_entries_card_number"), "roster_entries", ["card_number"])
    for table in ("roster_questions", "roster_errors", "roster_chunks", "roster_imports"):
        op.drop_table(table)
    op.drop_constraint(op.f("fk_units_parent_id_parent_kind"), "units", type_="foreignkey")
    op.drop_constraint(op.f("uq_units_id_kind"), "units", type_="unique")
    for name in ("parent", "kind"):
        op.drop_constraint(op.f(f"ck_units_{name}"), "units", type_="check")
    for name in ("closed_at", "pinyin", "nicknames", "parent_kind"):
        op.drop_column("units", name)
    op.alter_column("units", "kind", type_=sa.Text(), existing_type=sa.String(20))
    op.create_foreign_key(op.f("fk_units_parent_id"), "units", "units", ["parent_id"], ["id"])
