"""forget_audit() believes no seal about its lines' age: the web's role may add one that claims to be old."""

from alembic import op

revision, down_revision = "0008", "0007"

GUARD = """
        CONTINUE WHEN EXISTS (SELECT FROM audit_lines
                               WHERE id BETWEEN lower(seal.ids) AND upper(seal.ids)
                                 AND id <@ seal.ids AND at >= until);
"""
FORGET = """
CREATE OR REPLACE FUNCTION forget_audit() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    keep bigint;
    until timestamptz;
    seal record;
    gone bigint;
    total bigint := 0;
BEGIN
    SELECT CASE WHEN bool_and(audit_keep_days IS NOT NULL) THEN max(audit_keep_days) END
      INTO keep FROM house_rules;
    IF keep IS NULL THEN RETURN 0; END IF;
    until := now() - make_interval(days => keep::int);
    FOR seal IN SELECT id, ids FROM audit_seals WHERE forgotten_at IS NULL
                 AND sealed_at < until ORDER BY id
    LOOP
{guard}        DELETE FROM audit_lines
         WHERE id BETWEEN lower(seal.ids) AND upper(seal.ids) AND id <@ seal.ids;
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
        UPDATE audit_seals SET forgotten_at = now() WHERE id = seal.id;
    END LOOP;
    RETURN total;
END $$
"""


def upgrade() -> None:
    op.execute(FORGET.format(guard=GUARD))


def downgrade() -> None:
    op.execute(FORGET.format(guard=""))
