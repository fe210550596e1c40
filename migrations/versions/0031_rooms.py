"""Rooms and courts that are lent: policies, what is in them, reservations, occurrences, waiting.

A reservation is the wish, an occurrence one date of it with its own state, an occupancy the hours it
holds. Purposes and the figures of other houses come with the tables.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision, down_revision = "0031", "0030"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "room_policies", "purposes", "rooms", "noise_pairs", "equipment", "room_equipment",
    "reservations", "occurrences", "occurrence_equipment", "room_waits",
    "troupe_shows",
)
PURPOSES = (
    ("choir", "合唱", "Choir", True, False),
    ("vocal", "声乐", "Singing", True, False),
    ("instrumental", "器乐", "Instruments", True, False),
    ("dance", "舞蹈", "Dance", True, False),
    ("opera", "戏曲", "Opera", True, False),
    ("fashion", "模特", "Fashion show", False, False),
    ("fitness", "健身", "Fitness", True, False),
    ("course", "上课", "Class", False, True),
    ("contest", "比赛", "Contest", False, True),
    ("meeting", "开会", "Meeting", False, True),
    ("sport", "打球", "Ball games", False, False),
)
PRESETS: tuple[dict[str, Any], ...] = (
    {
        "code": "week_ahead", "position": 1, "takers": "troupe",
        "name_zh": "提前一周预约", "name_en": "A week ahead",
        "source_zh": "某市文化馆场地使用规定（2022年）：负责人实名预约，提前一周；到场、离场都要签到。",
        "source_en": "Room rules of a city culture house (2022): the leader books under a real name, a week"
        " ahead, and signs in and out.",
        "figures": {"opens": "rolling", "opens_days": 7, "sign_in": True},
    },
    {
        "code": "wednesday_to_friday", "position": 2, "takers": "troupe",
        "name_zh": "周三至周五约下一周", "name_en": "Wednesday to Friday for the next week",
        "source_zh": "深圳市南山区文化馆：每周三至周五开放下一周的预约。几点开始，它没有写，这里定为8:00。",
        "source_en": "Nanshan culture house, Shenzhen: each Wednesday to Friday the next week opens. It names"
        " no hour; 8:00 is ours.",
        "figures": {"opens": "weekly", "opens_weekday": 3, "opens_last_weekday": 5, "opens_at": "08:00"},
    },
    {
        "code": "month_ahead", "position": 3, "takers": "troupe",
        "name_zh": "提前一个月预约", "name_en": "A month ahead",
        "source_zh": "丰泽区文化馆：提前一个月内预约，先到先得。",
        "source_en": "Fengze culture house: within one month ahead, first come, first served.",
        "figures": {"opens": "rolling", "opens_days": 30},
    },
    {
        "code": "three_days_before", "position": 4, "takers": "troupe",
        "name_zh": "至少提前三天申请", "name_en": "Three days before at the latest",
        "source_zh": "长安大学学生活动用房：提前3天申请，先到先得。",
        "source_en": "Activity rooms of Chang'an University: apply three days ahead, first come, first served.",
        "figures": {"lead_minutes": 4320},
    },
    {
        "code": "hour_a_day", "position": 1, "takers": "member",
        "name_zh": "提前一天，每人每天一小时，每单位每天两场", "name_en": "The day before, an hour a day, two a unit",
        "source_zh": "九江市总工会体育馆：提前1天预约，每人每天1场、最多1小时，每个基层工会每天最多2场，"
        "开场前30分钟可以取消。几点放号，它没有写，这里定为8:00。",
        "source_en": "Sports hall of the Jiujiang General Trade Union: one day ahead, one court and one hour a"
        " day each, two courts a day per basic union, cancelled 30 minutes before. It names no hour of"
        " opening; 8:00 is ours.",
        "figures": {
            "opens": "rolling", "opens_days": 1, "opens_at": "08:00", "min_minutes": 60,
            "max_minutes": 60, "step_minutes": 60, "member_day_minutes": 60, "unit_day_count": 2,
            "cancel_minutes": 30, "approval": "never",
        },
    },
    {
        "code": "five_days_ahead", "position": 2, "takers": "member",
        "name_zh": "提前五天，零点放号", "name_en": "Five days ahead, from midnight",
        "source_zh": "广州大学羽毛球场（2023年12月）：提前5天，零点放号；迟到15分钟取消，改为现场使用。",
        "source_en": "Badminton courts of Guangzhou University (December 2023): five days ahead, from"
        " midnight; 15 minutes late and the court goes to who is there.",
        "figures": {"opens": "rolling", "opens_days": 5, "opens_at": "00:00", "grace_minutes": 15},
    },
)


def upgrade() -> None:
    _rooms()
    _reservations()
    _shows()
    _rows()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT SELECT ON room_policy_presets TO palace_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON room_policy_presets FROM palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def _rooms() -> None:
    op.create_table('purposes',
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('position', sa.BigInteger, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('loud', sa.Boolean, nullable=False),
    sa.Column('quiet', sa.Boolean, nullable=False),
    sa.CheckConstraint('NOT (loud AND quiet)', name=op.f('ck_purposes_noise')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_purposes'))
    )
    op.create_table('room_policy_presets',
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('position', sa.BigInteger, nullable=False),
    sa.Column('takers', sa.String(20), nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('source_zh', sa.Text, nullable=False),
    sa.Column('source_en', sa.Text, nullable=False),
    sa.Column('figures', JSONB, nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_room_policy_presets'))
    )
    op.create_table('equipment',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('stock', sa.BigInteger, server_default='0', nullable=False),
    sa.CheckConstraint('stock >= 0', name=op.f('ck_equipment_stock')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_equipment_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment')),
    sa.UniqueConstraint('site_id', 'code', name=op.f('uq_equipment_site_id_code'))
    )
    op.create_table('room_policies',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('takers', sa.String(20), nullable=False),
    sa.Column('opens', sa.String(20), server_default='rolling', nullable=False),
    sa.Column('opens_days', sa.BigInteger, server_default='14', nullable=False),
    sa.Column('opens_weekday', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('opens_last_weekday', sa.BigInteger, server_default='5', nullable=False),
    sa.Column('opens_at', sa.Time, server_default='08:00', nullable=False),
    sa.Column('series_weeks', sa.BigInteger, server_default='26', nullable=False),
    sa.Column('series_days', sa.BigInteger, server_default='200', nullable=False),
    sa.Column('step_minutes', sa.BigInteger, server_default='30', nullable=False),
    sa.Column('min_minutes', sa.BigInteger, server_default='60', nullable=False),
    sa.Column('max_minutes', sa.BigInteger, server_default='240', nullable=False),
    sa.Column('lead_minutes', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('cancel_minutes', sa.BigInteger, server_default='1440', nullable=False),
    sa.Column('late_cancel_strikes', sa.Boolean, server_default=sa.text('false'), nullable=False),
    sa.Column('sign_in', sa.Boolean, server_default=sa.text('true'), nullable=False),
    sa.Column('sign_in_early_minutes', sa.BigInteger, server_default='15', nullable=False),
    sa.Column('grace_minutes', sa.BigInteger, server_default='15', nullable=False),
    sa.Column('keep_minutes', sa.BigInteger, server_default='15', nullable=False),
    sa.Column('approval', sa.String(20), server_default='beyond_quota', nullable=False),
    sa.Column('decide_hours', sa.BigInteger, server_default='48', nullable=False),
    sa.Column('troupe_week_minutes', sa.BigInteger, server_default='360', nullable=False),
    sa.Column('troupe_month_minutes', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('member_day_minutes', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('unit_day_count', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('future_count', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('priority_days', sa.BigInteger, server_default='7', nullable=False),
    sa.Column('offer_minutes', sa.BigInteger, server_default='60', nullable=False),
    sa.Column('displaced_hours', sa.BigInteger, server_default='48', nullable=False),
    sa.CheckConstraint("approval IN ('never', 'beyond_quota', 'always')", name=op.f('ck_room_policies_approval')),
    sa.CheckConstraint("opens IN ('rolling', 'weekly')", name=op.f('ck_room_policies_opens')),
    sa.CheckConstraint("takers IN ('troupe', 'member')", name=op.f('ck_room_policies_takers')),
    sa.CheckConstraint('LEAST(series_weeks, series_days, lead_minutes, cancel_minutes, sign_in_early_minutes, keep_minutes, decide_hours, troupe_week_minutes, troupe_month_minutes, member_day_minutes, unit_day_count, future_count, priority_days) >= 0 AND LEAST(grace_minutes, offer_minutes, displaced_hours) > 0', name=op.f('ck_room_policies_figures')),
    sa.CheckConstraint('opens_days BETWEEN 0 AND 366 AND opens_weekday BETWEEN 1 AND 7 AND opens_last_weekday BETWEEN 1 AND 7', name=op.f('ck_room_policies_opens_figures')),
    sa.CheckConstraint('step_minutes BETWEEN 5 AND 240 AND min_minutes > 0 AND max_minutes >= min_minutes AND max_minutes <= 1440', name=op.f('ck_room_policies_length')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_room_policies_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room_policies')),
    sa.UniqueConstraint('site_id', 'code', name=op.f('uq_room_policies_site_id_code'))
    )
    op.create_table('rooms',
    sa.Column('space_id', sa.BigInteger, autoincrement=False, nullable=False),
    sa.Column('policy_id', sa.BigInteger, nullable=False),
    sa.Column('floor', sa.BigInteger, nullable=False),
    sa.Column('area_m2', sa.BigInteger, nullable=True),
    sa.Column('setup_minutes', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('teardown_minutes', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('min_people', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('approval', sa.Boolean, server_default=sa.text('false'), nullable=False),
    sa.Column('bookable', sa.Boolean, server_default=sa.text('true'), nullable=False),
    sa.Column('purposes', sa.ARRAY(sa.Text), server_default='{}', nullable=False),
    sa.Column('door_generation', sa.BigInteger, server_default='1', nullable=False),
    sa.CheckConstraint('door_generation > 0', name=op.f('ck_rooms_door_generation')),
    sa.CheckConstraint('min_people >= 0', name=op.f('ck_rooms_min_people')),
    sa.CheckConstraint('setup_minutes BETWEEN 0 AND 240 AND teardown_minutes BETWEEN 0 AND 240', name=op.f('ck_rooms_buffers')),
    sa.ForeignKeyConstraint(['policy_id'], ['room_policies.id'], name=op.f('fk_rooms_policy_id')),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_rooms_space_id')),
    sa.PrimaryKeyConstraint('space_id', name=op.f('pk_rooms'))
    )
    op.create_index(op.f('ix_rooms_policy_id'), 'rooms', ['policy_id'])
    op.create_table('noise_pairs',
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('other_id', sa.BigInteger, nullable=False),
    sa.CheckConstraint('space_id < other_id', name=op.f('ck_noise_pairs_order')),
    sa.ForeignKeyConstraint(['other_id'], ['rooms.space_id'], name=op.f('fk_noise_pairs_other_id')),
    sa.ForeignKeyConstraint(['space_id'], ['rooms.space_id'], name=op.f('fk_noise_pairs_space_id')),
    sa.PrimaryKeyConstraint('space_id', 'other_id', name=op.f('pk_noise_pairs'))
    )
    op.create_index(op.f('ix_noise_pairs_other_id'), 'noise_pairs', ['other_id'])
    op.create_table('room_equipment',
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('equipment_id', sa.BigInteger, nullable=False),
    sa.Column('count', sa.BigInteger, server_default='1', nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_room_equipment_count')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_room_equipment_equipment_id')),
    sa.ForeignKeyConstraint(['space_id'], ['rooms.space_id'], name=op.f('fk_room_equipment_space_id')),
    sa.PrimaryKeyConstraint('space_id', 'equipment_id', name=op.f('pk_room_equipment'))
    )
    op.create_index(op.f('ix_room_equipment_equipment_id'), 'room_equipment', ['equipment_id'])


def _reservations() -> None:
    op.create_table('reservations',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('troupe_id', sa.BigInteger, nullable=True),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('unit_id', sa.BigInteger, nullable=True),
    sa.Column('purpose', sa.Text, nullable=False),
    sa.Column('people', sa.BigInteger, nullable=False),
    sa.Column('first_on', sa.Date, nullable=False),
    sa.Column('begins', sa.Time, nullable=False),
    sa.Column('minutes', sa.BigInteger, nullable=False),
    sa.Column('weeks', sa.BigInteger, server_default='1', nullable=False),
    sa.Column('note', sa.Text, server_default='', nullable=False),
    sa.Column('follows_id', sa.BigInteger, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.CheckConstraint('people > 0 AND weeks > 0 AND minutes > 0', name=op.f('ck_reservations_figures')),
    sa.ForeignKeyConstraint(['follows_id'], ['reservations.id'], name=op.f('fk_reservations_follows_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_reservations_member_id')),
    sa.ForeignKeyConstraint(['purpose'], ['purposes.code'], name=op.f('fk_reservations_purpose')),
    sa.ForeignKeyConstraint(['space_id'], ['rooms.space_id'], name=op.f('fk_reservations_space_id')),
    sa.ForeignKeyConstraint(['troupe_id'], ['troupes.id'], name=op.f('fk_reservations_troupe_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_reservations_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations')),
    sa.UniqueConstraint('code', name=op.f('uq_reservations_code'))
    )
    op.create_index(op.f('ix_reservations_follows_id'), 'reservations', ['follows_id'], postgresql_where=sa.text('follows_id IS NOT NULL'))
    op.create_index(op.f('ix_reservations_member_id_id'), 'reservations', ['member_id', 'id'])
    op.create_index(op.f('ix_reservations_space_id'), 'reservations', ['space_id'])
    op.create_index(op.f('ix_reservations_troupe_id_id'), 'reservations', ['troupe_id', 'id'])
    op.create_table('occurrences',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('reservation_id', sa.BigInteger, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('troupe_id', sa.BigInteger, nullable=True),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('unit_id', sa.BigInteger, nullable=True),
    sa.Column('day', sa.Date, nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('occupancy_id', sa.BigInteger, nullable=True),
    sa.Column('decided_by', sa.Text, nullable=True),
    sa.Column('decided_at', INSTANT, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.Column('arrived_at', INSTANT, nullable=True),
    sa.Column('arrived_by', sa.Text, nullable=True),
    sa.Column('kept_at', INSTANT, nullable=True),
    sa.Column('left_at', INSTANT, nullable=True),
    sa.Column('ended_by', sa.Text, nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('instead_of', sa.BigInteger, nullable=True),
    sa.CheckConstraint("occupancy_id IS NULL OR state IN ('pending', 'offered', 'confirmed', 'missed')", name=op.f('ck_occurrences_holding')),
    sa.CheckConstraint("state IN ('pending', 'offered', 'confirmed', 'skipped', 'cancelled', 'refused', 'displaced', 'lapsed', 'missed')", name=op.f('ck_occurrences_state')),
    sa.CheckConstraint('left_at >= arrived_at', name=op.f('ck_occurrences_left')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_occurrences_span')),
    sa.ForeignKeyConstraint(['instead_of'], ['occurrences.id'], name=op.f('fk_occurrences_instead_of')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_occurrences_member_id')),
    sa.ForeignKeyConstraint(['occupancy_id'], ['occupancies.id'], name=op.f('fk_occurrences_occupancy_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_occurrences_reservation_id')),
    sa.ForeignKeyConstraint(['space_id'], ['rooms.space_id'], name=op.f('fk_occurrences_space_id')),
    sa.ForeignKeyConstraint(['troupe_id'], ['troupes.id'], name=op.f('fk_occurrences_troupe_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_occurrences_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occurrences')),
    sa.UniqueConstraint('occupancy_id', name=op.f('uq_occurrences_occupancy_id'))
    )
    op.create_index(op.f('ix_occurrences_ends_at'), 'occurrences', ['ends_at'], postgresql_where=sa.text("state IN ('pending', 'offered', 'confirmed')"))
    op.create_index(op.f('ix_occurrences_instead_of'), 'occurrences', ['instead_of'], postgresql_where=sa.text('instead_of IS NOT NULL'))
    op.create_index(op.f('ix_occurrences_member_id_day'), 'occurrences', ['member_id', 'day'])
    op.create_index(op.f('ix_occurrences_reservation_id_id'), 'occurrences', ['reservation_id', 'id'])
    op.create_index(op.f('ix_occurrences_space_id_day'), 'occurrences', ['space_id', 'day'])
    op.create_index(op.f('ix_occurrences_troupe_id_day'), 'occurrences', ['troupe_id', 'day'], postgresql_where=sa.text('troupe_id IS NOT NULL'))
    op.create_index(op.f('ix_occurrences_unit_id_day'), 'occurrences', ['unit_id', 'day'], postgresql_where=sa.text('unit_id IS NOT NULL'))
    op.create_index('uq_occurrences_reservation_id_day', 'occurrences', ['reservation_id', 'day'], unique=True, postgresql_where=sa.text("state IN ('pending', 'confirmed', 'skipped', 'missed')"))
    op.create_table('occurrence_equipment',
    sa.Column('occurrence_id', sa.BigInteger, nullable=False),
    sa.Column('equipment_id', sa.BigInteger, nullable=False),
    sa.Column('count', sa.BigInteger, nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_occurrence_equipment_count')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_occurrence_equipment_equipment_id')),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_occurrence_equipment_occurrence_id')),
    sa.PrimaryKeyConstraint('occurrence_id', 'equipment_id', name=op.f('pk_occurrence_equipment'))
    )
    op.create_index(op.f('ix_occurrence_equipment_equipment_id'), 'occurrence_equipment', ['equipment_id'])
    op.create_table('room_waits',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('troupe_id', sa.BigInteger, nullable=True),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('purpose', sa.Text, nullable=False),
    sa.Column('people', sa.BigInteger, nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('joined_at', INSTANT, nullable=False),
    sa.Column('occurrence_id', sa.BigInteger, nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('kind_id', sa.BigInteger, nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'offered', 'taken', 'left', 'lapsed', 'over')", name=op.f('ck_room_waits_state')),
    sa.CheckConstraint('starts_at < ends_at AND people > 0', name=op.f('ck_room_waits_wish')),
    sa.ForeignKeyConstraint(['kind_id'], ['room_policies.id'], name=op.f('fk_room_waits_kind_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_room_waits_member_id')),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrences.id'], name=op.f('fk_room_waits_occurrence_id')),
    sa.ForeignKeyConstraint(['purpose'], ['purposes.code'], name=op.f('fk_room_waits_purpose')),
    sa.ForeignKeyConstraint(['space_id'], ['rooms.space_id'], name=op.f('fk_room_waits_space_id')),
    sa.ForeignKeyConstraint(['troupe_id'], ['troupes.id'], name=op.f('fk_room_waits_troupe_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room_waits')),
    sa.UniqueConstraint('code', name=op.f('uq_room_waits_code'))
    )
    op.create_index(op.f('ix_room_waits_kind_id'), 'room_waits', ['kind_id'], postgresql_where=sa.text("state = 'waiting' AND kind_id IS NOT NULL"))
    op.create_index(op.f('ix_room_waits_member_id'), 'room_waits', ['member_id'])
    op.create_index(op.f('ix_room_waits_space_id_starts_at'), 'room_waits', ['space_id', 'starts_at'], postgresql_where=sa.text("state IN ('waiting', 'offered')"))
    op.create_index(op.f('ix_room_waits_occurrence_id'), 'room_waits', ['occurrence_id'], postgresql_where=sa.text('occurrence_id IS NOT NULL'))
    op.create_index(op.f('ix_room_waits_troupe_id'), 'room_waits', ['troupe_id'])


def _shows() -> None:
    op.create_table(
        "troupe_shows",
        sa.Column(
            "performance_id",
            sa.BigInteger,
            sa.ForeignKey("performances.id", name="fk_troupe_shows_performance_id"),
            primary_key=True,
        ),
        sa.Column(
            "troupe_id",
            sa.BigInteger,
            sa.ForeignKey("troupes.id", name="fk_troupe_shows_troupe_id"),
            primary_key=True,
        ),
    )
    op.create_index("ix_troupe_shows_troupe_id", "troupe_shows", ["troupe_id"])


def _rows() -> None:
    put = sa.text(
        "INSERT INTO purposes (code, position, name_zh, name_en, loud, quiet)"
        " VALUES (:code, :position, :zh, :en, :loud, :quiet)"
    )
    for position, (code, zh, en, loud, quiet) in enumerate(PURPOSES, 1):
        op.execute(
            put.bindparams(code=code, position=position, zh=zh, en=en, loud=loud, quiet=quiet)
        )
    put = sa.text(
        "INSERT INTO room_policy_presets"
        " (code, position, takers, name_zh, name_en, source_zh, source_en, figures)"
        " VALUES (:code, :position, :takers, :name_zh, :name_en, :source_zh, :source_en,"
        " CAST(:figures AS jsonb))"
    )
    for preset in PRESETS:
        op.execute(put.bindparams(**(preset | {"figures": json.dumps(preset["figures"])})))


def downgrade() -> None:
    for table in (*reversed(TABLES), "room_policy_presets"):
        op.drop_table(table)
