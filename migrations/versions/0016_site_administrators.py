"""Administrators of one site: they look after its people, and of the whole palace nothing.

On the way back who had only such a post has an ended one of the door instead: older versions have no word for it.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"

STAFF = "'counter', 'door', 'teacher', 'programme', 'reviewer', 'finance'"
MEMBERS = "'leader', 'deputy', 'teacher', 'unit', 'partner'"
SITES = "'counter', 'door', 'teacher', 'programme', 'reviewer', 'partner'"


def upgrade() -> None:
    _limit(f"{STAFF}, 'site_admin', 'admin'", f"{SITES}, 'site_admin'")
    op.create_check_constraint(
        op.f("ck_posts_site_admin"), "posts", "site_id IS NOT NULL OR role <> 'site_admin'"
    )
    op.alter_column(
        "house_rules", "second_factor_roles", server_default="{admin,site_admin,finance}"
    )
    op.execute(
        "UPDATE house_rules SET second_factor_roles = second_factor_roles || '{site_admin}'"
        " WHERE 'admin' = ANY (second_factor_roles)"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE house_rules SET second_factor_roles = array_remove(second_factor_roles, 'site_admin')"
    )
    op.alter_column("house_rules", "second_factor_roles", server_default="{admin,finance}")
    op.drop_constraint(op.f("ck_posts_site_admin"), "posts", type_="check")
    op.execute(
        "UPDATE sign_ins SET ended_at = now() WHERE ended_at IS NULL AND staff_id IN"
        " (SELECT staff_id FROM posts WHERE role = 'site_admin' AND ended_at IS NULL)"
    )
    op.execute(
        "UPDATE posts SET role = 'door', ended_at = coalesce(ended_at, now())"
        " WHERE role = 'site_admin'"
    )
    _limit(f"{STAFF}, 'admin'", SITES)


def _limit(of_staff: str, at_sites: str) -> None:
    """Say which roles are whose, and which may be a site's."""
    op.drop_constraint(op.f("ck_posts_role"), "posts", type_="check")
    op.drop_constraint(op.f("ck_posts_site"), "posts", type_="check")
    op.create_check_constraint(
        op.f("ck_posts_role"),
        "posts",
        f"CASE WHEN staff_id IS NULL THEN role IN ({MEMBERS}) ELSE role IN ({of_staff}) END",
    )
    op.create_check_constraint(
        op.f("ck_posts_site"), "posts", f"site_id IS NULL OR role IN ({at_sites})"
    )
