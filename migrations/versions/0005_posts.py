"""Posts instead of one role per staff, and a second factor beside the password.

One person may have several posts, limited to a site or a unit, and members have posts too; `staff.role`
could say neither. On the way back the strongest of somebody's old roles is kept: posts that older
versions have no word for are lost, and whoever has only such posts has left.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0005", "0004"

ROLE = sa.Enum(
    'member', 'counter', 'door', 'leader', 'deputy', 'teacher', 'programme', 'reviewer', 'unit', 'partner', 'finance', 'admin',
    name='role', native_enum=False, length=20,
)
OLD_ROLE = sa.Enum('member', 'admin', 'counter', 'door', name='role', native_enum=False, length=20)
LIVE = sa.text("ended_at IS NULL")
KEEP_STRONGEST = """
UPDATE staff SET role = coalesce(
    (SELECT role FROM posts WHERE staff_id = staff.id AND role IN ('admin', 'counter', 'door')
     ORDER BY ended_at IS NOT NULL, array_position(ARRAY['admin', 'counter', 'door'], role::text) LIMIT 1),
    'door'),
    left_at = CASE WHEN EXISTS (SELECT FROM posts WHERE staff_id = staff.id AND ended_at IS NULL
                                AND role IN ('admin', 'counter', 'door')) THEN left_at
                   ELSE coalesce(left_at, now()) END
"""


def upgrade() -> None:
    op.create_table(
        'posts',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('staff_id', sa.BigInteger(), nullable=True),
        sa.Column('member_id', sa.BigInteger(), nullable=True),
        sa.Column('role', ROLE, nullable=False),
        sa.Column('site_id', sa.BigInteger(), nullable=True),
        sa.Column('unit_id', sa.BigInteger(), nullable=True),
        sa.Column('granted_by', sa.Text(), nullable=False),
        sa.Column('granted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('num_nonnulls(member_id, staff_id) = 1', name=op.f('ck_posts_one_person')),
        sa.CheckConstraint(
            "CASE WHEN staff_id IS NULL THEN role IN ('leader', 'deputy', 'teacher', 'unit', 'partner')"
            " ELSE role IN ('counter', 'door', 'teacher', 'programme', 'reviewer', 'finance', 'admin') END",
            name=op.f('ck_posts_role'),
        ),
        sa.CheckConstraint(
            "site_id IS NULL OR role IN ('counter', 'door', 'teacher', 'programme', 'reviewer', 'partner')",
            name=op.f('ck_posts_site'),
        ),
        sa.CheckConstraint("(unit_id IS NOT NULL) = (role = 'unit')", name=op.f('ck_posts_unit')),
        sa.CheckConstraint('ended_at >= granted_at', name=op.f('ck_posts_ended')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_posts_staff_id')),
        sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_posts_member_id')),
        sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_posts_site_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_posts_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_posts')),
    )
    op.create_index(
        'uq_posts_held', 'posts', ['staff_id', 'member_id', 'role', 'site_id', 'unit_id'],
        unique=True, postgresql_nulls_not_distinct=True, postgresql_where=LIVE,
    )
    op.create_index('ix_posts_member_id', 'posts', ['member_id'], unique=False, postgresql_where=LIVE)
    op.execute(
        "INSERT INTO posts (staff_id, role, granted_by, granted_at, ended_at)"
        " SELECT id, role, 'system', least(now(), left_at), left_at FROM staff"
    )
    op.drop_constraint(op.f('ck_staff_role'), 'staff', type_='check')
    op.drop_column('staff', 'role')
    op.create_table(
        'second_factors',
        sa.Column('staff_id', sa.BigInteger(), nullable=False),
        sa.Column('key_id', sa.Text(), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('last_step', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_second_factors_staff_id')),
        sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_second_factors')),
    )
    op.create_table(
        'recovery_codes',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('staff_id', sa.BigInteger(), nullable=False),
        sa.Column('code_hash', sa.LargeBinary(), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_codes_staff_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
        sa.UniqueConstraint('staff_id', 'code_hash', name=op.f('uq_recovery_codes_staff_id_code_hash')),
    )
    op.add_column('sign_ins', sa.Column('proven_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.execute("UPDATE sign_ins SET proven_at = created_at")
    op.add_column('house_rules', sa.Column('second_factor_roles', postgresql.ARRAY(sa.Text()), server_default='{admin,finance}', nullable=False))
    op.add_column('house_rules', sa.Column('proof_minutes', sa.BigInteger(), server_default='10', nullable=False))
    op.create_check_constraint(op.f('ck_house_rules_proof'), 'house_rules', 'proof_minutes > 0')
    op.execute(
        "UPDATE sign_ins SET ended_at = now() WHERE ended_at IS NULL AND staff_id IN"
        " (SELECT staff_id FROM posts WHERE role = 'admin' AND ended_at IS NULL)"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON posts, second_factors, recovery_codes TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    op.drop_constraint(op.f('ck_house_rules_proof'), 'house_rules', type_='check')
    op.drop_column('house_rules', 'proof_minutes')
    op.drop_column('house_rules', 'second_factor_roles')
    op.drop_column('sign_ins', 'proven_at')
    op.drop_table('recovery_codes')
    op.drop_table('second_factors')
    op.add_column('staff', sa.Column('role', OLD_ROLE, nullable=True))
    op.execute(KEEP_STRONGEST)
    op.alter_column('staff', 'role', nullable=False)
    op.create_check_constraint(op.f('ck_staff_role'), 'staff', "role IN ('admin', 'counter', 'door')")
    op.drop_table('posts')
