"""Exports of lists, values of a person that end with the person's key, and seals over the audit.

The web's role may add seals and audit lines, never change one; old sealed lines go only by
forget_audit(), which reads the house rules by itself.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006", "0005"

FORGET = """
CREATE FUNCTION forget_audit() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    keep bigint;
    seal record;
    gone bigint;
    total bigint := 0;
BEGIN
    SELECT CASE WHEN bool_and(audit_keep_days IS NOT NULL) THEN max(audit_keep_days) END
      INTO keep FROM house_rules;
    IF keep IS NULL THEN RETURN 0; END IF;
    FOR seal IN SELECT id, ids FROM audit_seals WHERE forgotten_at IS NULL
                 AND sealed_at < now() - make_interval(days => keep::int) ORDER BY id
    LOOP
        DELETE FROM audit_lines
         WHERE id BETWEEN lower(seal.ids) AND upper(seal.ids) AND id <@ seal.ids;
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
        UPDATE audit_seals SET forgotten_at = now() WHERE id = seal.id;
    END LOOP;
    RETURN total;
END $$
"""
RULES = (
    ("exports_per_day", "20", False),
    ("export_keep_days", "7", False),
    ("audit_keep_days", None, True),
)
CHECK = (
    "exports_per_day >= 0 AND export_keep_days > 0"
    " AND (audit_keep_days IS NULL OR audit_keep_days >= 183)"
)


def upgrade() -> None:
    for name, default, nullable in RULES:
        op.add_column(
            "house_rules",
            sa.Column(name, sa.BigInteger, server_default=default, nullable=nullable),
        )
    op.create_check_constraint(op.f("ck_house_rules_lists"), "house_rules", CHECK)
    op.add_column("audit_lines", sa.Column("personal", sa.LargeBinary))
    op.add_column("audit_lines", sa.Column("personal_of", sa.BigInteger))
    op.create_index("ix_audit_lines_actor_at", "audit_lines", ["actor", "at"])
    op.create_index("ix_audit_lines_act_at", "audit_lines", ["act", "at"])
    op.create_table(
        "personal_keys",
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("destroyed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_personal_keys_destroyed")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_personal_keys")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ids", postgresql.INT8MULTIRANGE, nullable=False),
        sa.Column("line_count", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("day", name=op.f("uq_audit_seals_day")),
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("staff_id", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("address_values", postgresql.JSONB(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("format", sa.Enum("csv", "xlsx", native_enum=False, length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "writing", "ready", "sent", "refused", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("row_count", sa.BigInteger, server_default="0", nullable=False),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name=op.f("ck_exports_format")),
        sa.CheckConstraint(
            "state IN ('waiting', 'writing', 'ready', 'sent', 'refused')",
            name=op.f("ck_exports_state"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_exports_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("code", name=op.f("uq_exports_code")),
    )
    op.create_index("ix_exports_staff_id_asked_at", "exports", ["staff_id", "asked_at"])
    op.create_index("ix_exports_asked_at", "exports", ["asked_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON exports, personal_keys TO palace_app")
    op.execute("GRANT SELECT, INSERT ON audit_seals TO palace_app")
    op.execute("REVOKE UPDATE, DELETE ON audit_seals FROM palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_audit() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_audit() TO palace_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_audit()")
    for table in ("exports", "audit_seals", "personal_keys"):
        op.drop_table(table)
    op.drop_index("ix_audit_lines_act_at", "audit_lines")
    op.drop_index("ix_audit_lines_actor_at", "audit_lines")
    op.drop_column("audit_lines", "personal_of")
    op.drop_column("audit_lines", "personal")
    op.drop_constraint(op.f("ck_house_rules_lists"), "house_rules")
    for name, _, _ in RULES:
        op.drop_column("house_rules", name)
