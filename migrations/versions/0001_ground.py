"""The ground: members, spaces, programme, claims, orders, tickets, agenda, notices, audit.

What must never happen is refused here: a seat sold twice (claims), a hall used twice
(occupancies), a ticket admitted twice (admissions), an audit line changed (grants to the app role).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

CLOCK = """
CREATE FUNCTION palace_clock() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('palace.clock', true), '')::timestamptz, clock_timestamp()) $$
"""

TABLES = (
    "audit_lines",
    "challenges",
    "command_keys",
    "demonstrations",
    "notices",
    "payments",
    "productions",
    "sites",
    "staff",
    "throttle",
    "tiers",
    "units",
    "house_rules",
    "roster_entries",
    "spaces",
    "members",
    "occupancies",
    "seating_plans",
    "agenda_entries",
    "performances",
    "seats",
    "sign_ins",
    "grants",
    "orders",
    "prices",
    "quotas",
    "claims",
    "tickets",
    "admissions",
)


def upgrade() -> None:
    op.execute(CLOCK)
    op.create_table('audit_lines',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('before', postgresql.JSONB(), nullable=True),
    sa.Column('after', postgresql.JSONB(), nullable=True),
    sa.Column('why', sa.Text(), nullable=True),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_lines'))
    )
    op.create_index('ix_audit_lines_at', 'audit_lines', ['at'], unique=False)
    op.create_index('ix_audit_lines_subject', 'audit_lines', ['subject'], unique=False)
    op.create_table('challenges',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('browser_hash', sa.LargeBinary(), nullable=False),
    sa.Column('address_hash', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('known', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('tries >= 0', name=op.f('ck_challenges_tries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenges'))
    )
    op.create_index('ix_challenges_address_hash_created_at', 'challenges', ['address_hash', 'created_at'], unique=False)
    op.create_index('ix_challenges_browser_hash', 'challenges', ['browser_hash'], unique=False)
    op.create_index('ix_challenges_created_at', 'challenges', ['created_at'], unique=False)
    op.create_index('ix_challenges_phone_created_at', 'challenges', ['phone', 'created_at'], unique=False)
    op.create_table('command_keys',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('command', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.LargeBinary(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_command_keys')),
    sa.UniqueConstraint('actor', 'command', 'key', name=op.f('uq_command_keys_actor_command_key'))
    )
    op.create_index('ix_command_keys_created_at', 'command_keys', ['created_at'], unique=False)
    op.create_table('demonstrations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demonstrations'))
    )
    op.create_table('notices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('receiver', sa.Text(), nullable=False),
    sa.Column('values', postgresql.JSONB(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('gateway', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('kind', 'subject', 'receiver', name=op.f('uq_notices_kind_subject_receiver'))
    )
    op.create_index('ix_notices_kind_created_at', 'notices', ['kind', 'created_at'], unique=False)
    op.create_index('ix_notices_created_at', 'notices', ['created_at'], unique=False, postgresql_where=sa.text('sent_at IS NULL'))
    op.create_table('payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('pay_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('backend', sa.Text(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("refund_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_payments_amount')),
    sa.CheckConstraint('num_nonnulls(paid_at, backend, reference) IN (0, 3)', name=op.f('ck_payments_paid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('backend', 'reference', name=op.f('uq_payments_backend_reference')),
    sa.UniqueConstraint('part', 'subject_id', name=op.f('uq_payments_part_subject_id'))
    )
    op.create_table('productions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title_zh', sa.Text(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('about_zh', sa.Text(), nullable=False),
    sa.Column('about_en', sa.Text(), nullable=False),
    sa.Column('minutes', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_productions')),
    sa.UniqueConstraint('code', name=op.f('uq_productions_code'))
    )
    op.create_table('sites',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('seal', sa.Text(), nullable=False),
    sa.Column("address_zh", sa.Text(), server_default="", nullable=False),
    sa.Column("address_en", sa.Text(), server_default="", nullable=False),
    sa.Column("phone", sa.Text(), server_default="", nullable=False),
    sa.Column("counter_zh", sa.Text(), server_default="", nullable=False),
    sa.Column("counter_en", sa.Text(), server_default="", nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sites')),
    sa.UniqueConstraint('code', name=op.f('uq_sites_code'))
    )
    op.create_table('staff',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Enum('member', 'admin', 'counter', 'door', name='role', native_enum=False, length=20), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('admin', 'counter', 'door')", name=op.f('ck_staff_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('login', name=op.f('uq_staff_login'))
    )
    op.create_table('throttle',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('hits', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_throttle'))
    )
    op.create_index('ix_throttle_ends_at', 'throttle', ['ends_at'], unique=False)
    op.create_table('tiers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('qualifies', sa.Enum('anyone', 'member', name='qualifies', native_enum=False, length=20), nullable=False),
    sa.Column('cap', sa.BigInteger(), nullable=True),
    sa.Column('monthly', sa.Boolean(), nullable=False),
    sa.Column('proof_zh', sa.Text(), nullable=False),
    sa.Column('proof_en', sa.Text(), nullable=False),
    sa.Column('fund', sa.Text(), nullable=True),
    sa.CheckConstraint("qualifies IN ('anyone', 'member')", name=op.f('ck_tiers_qualifies')),
    sa.CheckConstraint('cap > 0', name=op.f('ck_tiers_cap')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tiers')),
    sa.UniqueConstraint('code', name=op.f('uq_tiers_code'))
    )
    op.create_table('units',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('sector', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['units.id'], name=op.f('fk_units_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units')),
    sa.UniqueConstraint('code', name=op.f('uq_units_code'))
    )
    op.create_index('ix_units_parent_id', 'units', ['parent_id'], unique=False)
    op.create_table('house_rules',
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('seats_per_member', sa.BigInteger(), server_default='4', nullable=False),
    sa.Column('free_per_month', sa.BigInteger(), server_default='4', nullable=False),
    sa.Column('hold_minutes', sa.BigInteger(), server_default='15', nullable=False),
    sa.Column('hold_minutes_large_text', sa.BigInteger(), server_default='20', nullable=False),
    sa.Column('extension_minutes', sa.BigInteger(), server_default='10', nullable=False),
    sa.Column('pay_before_minutes', sa.BigInteger(), server_default='30', nullable=False),
    sa.Column('return_before_minutes', sa.BigInteger(), server_default='60', nullable=False),
    sa.Column('few_left_percent', sa.BigInteger(), server_default='15', nullable=False),
    sa.Column('code_per_phone_minute', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('code_per_phone_hour', sa.BigInteger(), server_default='5', nullable=False),
    sa.Column('code_per_phone_day', sa.BigInteger(), server_default='10', nullable=False),
    sa.Column('code_per_address_hour', sa.BigInteger(), server_default='60', nullable=False),
    sa.Column('code_per_day', sa.BigInteger(), server_default='5000', nullable=False),
    sa.Column('code_per_day_for_known', sa.BigInteger(), server_default='3000', nullable=False),
    sa.Column('challenge_keep_days', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('command_key_keep_days', sa.BigInteger(), server_default='14', nullable=False),
    sa.Column('notice_keep_days', sa.BigInteger(), server_default='180', nullable=False),
    sa.CheckConstraint('least(hold_minutes, hold_minutes_large_text, challenge_keep_days, notice_keep_days) > 0', name=op.f('ck_house_rules_positive')),
    sa.CheckConstraint('least(code_per_phone_minute, code_per_phone_hour, code_per_phone_day, code_per_address_hour) > 0 AND code_per_day_for_known BETWEEN 0 AND code_per_day', name=op.f('ck_house_rules_codes')),
    sa.CheckConstraint('least(seats_per_member, free_per_month, extension_minutes, pay_before_minutes, few_left_percent, return_before_minutes, command_key_keep_days) >= 0', name=op.f('ck_house_rules_not_negative')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_house_rules_site_id')),
    sa.PrimaryKeyConstraint('site_id', name=op.f('pk_house_rules'))
    )
    op.create_table('roster_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('card_number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_roster_entries_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_entries')),
    sa.UniqueConstraint('card_number', name=op.f('uq_roster_entries_card_number'))
    )
    op.create_index('ix_roster_entries_phone', 'roster_entries', ['phone'], unique=False)
    op.create_index('ix_roster_entries_unit_id', 'roster_entries', ['unit_id'], unique=False)
    op.create_table('spaces',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('capacity', sa.BigInteger(), nullable=False),
    sa.Column('atoms', postgresql.INT4MULTIRANGE(), nullable=False),
    sa.CheckConstraint('NOT isempty(atoms)', name=op.f('ck_spaces_has_atoms')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_spaces_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spaces')),
    sa.UniqueConstraint('id', 'atoms', name=op.f('uq_spaces_id_atoms')),
    sa.UniqueConstraint('site_id', 'code', name=op.f('uq_spaces_site_id_code'))
    )
    op.create_table('members',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('roster_entry_id', sa.BigInteger(), nullable=True),
    sa.Column('calendar_generation', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('calendar_generation > 0', name=op.f('ck_members_calendar_generation')),
    sa.ForeignKeyConstraint(['roster_entry_id'], ['roster_entries.id'], name=op.f('fk_members_roster_entry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_members')),
    sa.UniqueConstraint('roster_entry_id', name=op.f('uq_members_roster_entry_id'))
    )
    op.create_index('ix_members_phone', 'members', ['phone'], unique=False)
    op.create_table('occupancies',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('space_id', sa.BigInteger(), nullable=False),
    sa.Column('atoms', postgresql.INT4MULTIRANGE(), nullable=False),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('use', sa.Enum('performance', 'class_session', 'rehearsal', 'closure', name='use', native_enum=False, length=20), nullable=False),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=True),
    postgresql.ExcludeConstraint((sa.column('atoms'), '&&'), (sa.column('during'), '&&'), using='gist', name=op.f('ex_occupancies_atoms_during')),
    sa.CheckConstraint("use IN ('performance', 'class_session', 'rehearsal', 'closure')", name=op.f('ck_occupancies_use')),
    sa.CheckConstraint('NOT isempty(during)', name=op.f('ck_occupancies_during')),
    sa.ForeignKeyConstraint(['space_id', 'atoms'], ['spaces.id', 'spaces.atoms'], name=op.f('fk_occupancies_space_id_atoms'), onupdate='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occupancies'))
    )
    op.create_index('ix_occupancies_space_id', 'occupancies', ['space_id'], unique=False)
    op.create_table('seating_plans',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('space_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('drawing', postgresql.JSONB(), nullable=False),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_seating_plans_space_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seating_plans')),
    sa.UniqueConstraint('space_id', 'code', 'version', name=op.f('uq_seating_plans_space_id_code_version'))
    )
    op.create_table('agenda_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('confirmed', 'cancelled', name='entrystatus', native_enum=False, length=20), nullable=False),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('title_zh', sa.Text(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('place_zh', sa.Text(), nullable=False),
    sa.Column('place_en', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('block', sa.Text(), nullable=False),
    sa.CheckConstraint("status IN ('confirmed', 'cancelled')", name=op.f('ck_agenda_entries_status')),
    sa.CheckConstraint('revision >= 0', name=op.f('ck_agenda_entries_revision')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_agenda_entries_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_entries')),
    sa.UniqueConstraint('member_id', 'subject', name=op.f('uq_agenda_entries_member_id_subject')),
    sa.UniqueConstraint('uid', name=op.f('uq_agenda_entries_uid'))
    )
    op.create_index('ix_agenda_entries_member_id_ends_at', 'agenda_entries', ['member_id', 'ends_at'], unique=False)
    op.create_table('performances',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('production_id', sa.BigInteger(), nullable=False),
    sa.Column('space_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=True),
    sa.Column('occupancy_id', sa.BigInteger(), nullable=True),
    sa.Column('seating', sa.Enum('seated', 'places', 'open', name='seating', native_enum=False, length=20), nullable=False),
    sa.Column('capacity', sa.BigInteger(), nullable=False),
    sa.Column('seats_per_member', sa.BigInteger(), nullable=False),
    sa.Column('doors_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sale_opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sale_closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(seating = 'seated') = (plan_id IS NOT NULL)", name=op.f('ck_performances_plan')),
    sa.CheckConstraint("seating IN ('seated', 'places', 'open')", name=op.f('ck_performances_seating')),
    sa.CheckConstraint('capacity >= 0 AND seats_per_member > 0', name=op.f('ck_performances_capacity')),
    sa.CheckConstraint('sale_opens_at < sale_closes_at', name=op.f('ck_performances_sale')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_performances_span')),
    sa.ForeignKeyConstraint(['occupancy_id'], ['occupancies.id'], name=op.f('fk_performances_occupancy_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['seating_plans.id'], name=op.f('fk_performances_plan_id')),
    sa.ForeignKeyConstraint(['production_id'], ['productions.id'], name=op.f('fk_performances_production_id')),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_performances_space_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_performances')),
    sa.UniqueConstraint('occupancy_id', name=op.f('uq_performances_occupancy_id'))
    )
    op.create_index('ix_performances_production_id', 'performances', ['production_id'], unique=False)
    op.create_index('ix_performances_space_id', 'performances', ['space_id'], unique=False)
    op.create_index('ix_performances_starts_at_id', 'performances', ['starts_at', 'id'], unique=False)
    op.create_table('seats',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('ordinal', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('section', sa.Text(), nullable=False),
    sa.Column('row', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('block', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('x', sa.Double(), nullable=False),
    sa.Column('y', sa.Double(), nullable=False),
    sa.Column('angle', sa.Double(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('type', sa.Enum('seat', 'wheelchair', 'companion', name='seattype', native_enum=False, length=20), nullable=False),
    sa.Column('restricted', sa.Boolean(), nullable=False),
    sa.Column('entrance', sa.Text(), nullable=False),
    sa.Column('score', sa.BigInteger(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('door_zh', sa.Text(), nullable=False),
    sa.Column('door_en', sa.Text(), nullable=False),
    sa.CheckConstraint("type IN ('seat', 'wheelchair', 'companion')", name=op.f('ck_seats_type')),
    sa.ForeignKeyConstraint(['plan_id'], ['seating_plans.id'], name=op.f('fk_seats_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seats')),
    sa.UniqueConstraint('plan_id', 'code', name=op.f('uq_seats_plan_id_code')),
    sa.UniqueConstraint('plan_id', 'ordinal', name=op.f('uq_seats_plan_id_ordinal')),
    sa.UniqueConstraint('plan_id', 'section', 'row', 'number', name=op.f('uq_seats_plan_id_section_row_number'))
    )
    op.create_table('sign_ins',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nonnulls(member_id, staff_id) = 1', name=op.f('ck_sign_ins_one_person')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_sign_ins_member_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_ins_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_ins_token_hash'))
    )
    op.create_index('ix_sign_ins_expires_at', 'sign_ins', ['expires_at'], unique=False)
    op.create_index('ix_sign_ins_member_id', 'sign_ins', ['member_id'], unique=False)
    op.create_index('ix_sign_ins_staff_id', 'sign_ins', ['staff_id'], unique=False)
    op.create_table('grants',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('performance_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Enum('wheelchair', name='grantkind', native_enum=False, length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('wheelchair')", name=op.f('ck_grants_kind')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_grants_member_id')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_grants_performance_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grants'))
    )
    op.create_index('ix_grants_member_id', 'grants', ['member_id'], unique=False)
    op.create_index('ix_grants_performance_id', 'grants', ['performance_id'], unique=False)
    op.create_table('orders',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('performance_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('held', 'awaiting_payment', 'settled', 'cancelled', name='orderstate', native_enum=False, length=20), nullable=False),
    sa.Column('seat_count', sa.BigInteger(), nullable=False),
    sa.Column('hold_ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('extended', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('pay_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('held', 'awaiting_payment', 'settled', 'cancelled')", name=op.f('ck_orders_state')),
    sa.CheckConstraint('seat_count > 0', name=op.f('ck_orders_seat_count')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_orders_member_id')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_orders_performance_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_orders_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('code', name=op.f('uq_orders_code'))
    )
    op.create_index('ix_orders_member_id', 'orders', ['member_id'], unique=False)
    op.create_index('ix_orders_performance_id', 'orders', ['performance_id'], unique=False)
    op.create_table('prices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('performance_id', sa.BigInteger(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('tier_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_prices_amount')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_prices_performance_id')),
    sa.ForeignKeyConstraint(['tier_id'], ['tiers.id'], name=op.f('fk_prices_tier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prices')),
    sa.UniqueConstraint('performance_id', 'zone', 'tier_id', name=op.f('uq_prices_performance_id_zone_tier_id'))
    )
    op.create_table('quotas',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('performance_id', sa.BigInteger(), nullable=False),
    sa.Column('scope', sa.Enum('house', 'tier', 'zone', name='scope', native_enum=False, length=20), nullable=False),
    sa.Column('tier_id', sa.BigInteger(), nullable=True),
    sa.Column('zone', sa.Text(), nullable=True),
    sa.Column('seats', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(scope = 'tier') = (tier_id IS NOT NULL)", name=op.f('ck_quotas_tier')),
    sa.CheckConstraint("(scope = 'zone') = (zone IS NOT NULL)", name=op.f('ck_quotas_zone')),
    sa.CheckConstraint("scope IN ('house', 'tier', 'zone')", name=op.f('ck_quotas_scope')),
    sa.CheckConstraint('seats >= 0', name=op.f('ck_quotas_seats')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_quotas_performance_id')),
    sa.ForeignKeyConstraint(['tier_id'], ['tiers.id'], name=op.f('fk_quotas_tier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotas')),
    sa.UniqueConstraint('performance_id', 'scope', 'tier_id', 'zone', name=op.f('uq_quotas_performance_id_scope_tier_id_zone'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('claims',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('performance_id', sa.BigInteger(), nullable=False),
    sa.Column('seat_id', sa.BigInteger(), nullable=True),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('tier_id', sa.BigInteger(), nullable=True),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('face_price', sa.BigInteger(), nullable=False),
    sa.Column('fund', sa.Text(), nullable=True),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept_for', sa.Text(), nullable=True),
    sa.Column('kept_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nonnulls(kept_for, kept_until) IN (0, 2)', name=op.f('ck_claims_kept')),
    sa.CheckConstraint('num_nonnulls(order_id, member_id, tier_id) IN (0, 3)', name=op.f('ck_claims_bought')),
    sa.CheckConstraint('order_id IS NOT NULL OR held_until IS NOT NULL', name=op.f('ck_claims_sold_to_somebody')),
    sa.CheckConstraint('price >= 0 AND face_price >= price', name=op.f('ck_claims_price')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_claims_member_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_claims_order_id')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_claims_performance_id')),
    sa.ForeignKeyConstraint(['seat_id'], ['seats.id'], name=op.f('fk_claims_seat_id')),
    sa.ForeignKeyConstraint(['tier_id'], ['tiers.id'], name=op.f('fk_claims_tier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claims')),
    sa.UniqueConstraint('performance_id', 'seat_id', name=op.f('uq_claims_performance_id_seat_id'))
    )
    op.create_index('ix_claims_member_id_performance_id', 'claims', ['member_id', 'performance_id'], unique=False)
    op.create_index('ix_claims_order_id', 'claims', ['order_id'], unique=False)
    op.create_table('tickets',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('claim_id', sa.BigInteger(), nullable=False),
    sa.Column('performance_id', sa.BigInteger(), nullable=False),
    sa.Column('seat_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('tier_id', sa.BigInteger(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('collection_code', sa.Text(), nullable=False),
    sa.Column('issue', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('state', sa.Enum('valid', 'returned', name='ticketstate', native_enum=False, length=20), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("collection_code ~ '^[0-9]{8}$'", name=op.f('ck_tickets_collection_code')),
    sa.CheckConstraint("state IN ('valid', 'returned')", name=op.f('ck_tickets_state')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_tickets_claim_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_tickets_member_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_tickets_order_id')),
    sa.ForeignKeyConstraint(['performance_id'], ['performances.id'], name=op.f('fk_tickets_performance_id')),
    sa.ForeignKeyConstraint(['seat_id'], ['seats.id'], name=op.f('fk_tickets_seat_id')),
    sa.ForeignKeyConstraint(['tier_id'], ['tiers.id'], name=op.f('fk_tickets_tier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('code', name=op.f('uq_tickets_code')),
    sa.UniqueConstraint('performance_id', 'collection_code', name=op.f('uq_tickets_performance_id_collection_code'))
    )
    op.create_index('ix_tickets_claim_id', 'tickets', ['claim_id'], unique=False)
    op.create_index('ix_tickets_member_id', 'tickets', ['member_id'], unique=False)
    op.create_index('ix_tickets_order_id', 'tickets', ['order_id'], unique=False)
    op.create_index('uq_tickets_valid_seat', 'tickets', ['performance_id', 'seat_id'], unique=True, postgresql_where=sa.text("state = 'valid'"))
    op.create_table('admissions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('entry', sa.SmallInteger(), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('admitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('gate', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_admissions_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_admissions'))
    )
    op.create_index('uq_admissions_entry', 'admissions', ['ticket_id', 'entry'], unique=True, postgresql_where=sa.text('counts'))
    op.execute("ALTER TABLE throttle SET UNLOGGED")
    op.execute("GRANT USAGE ON SCHEMA public TO palace_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO palace_app")
    op.execute("REVOKE UPDATE, DELETE ON audit_lines FROM palace_app")
    op.execute("REVOKE UPDATE, DELETE ON demonstrations FROM palace_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION palace_clock()")
