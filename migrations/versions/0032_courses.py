"""Courses: terms, classes with every session, teachers, enrolments, roll calls, menus, certificates.

A session of a class holds its room by an occupancy and its teacher by an exclusion constraint. An agenda
entry may be a class's, for all who are enrolled in it. Of what was paid a part may be due back.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0032", "0031"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "terms",
    "courses",
    "class_rules",
    "teachers",
    "teacher_skills",
    "teacher_times",
    "hours_sheets",
    "offerings",
    "class_sessions",
    "enrolments",
    "class_waits",
    "attendance_marks",
    "leaves",
    "teaching_invitations",
    "surveys",
    "survey_lines",
    "survey_votes",
    "class_scores",
    "certificates",
    "class_messages",
    "recordings",
    "recording_views",
)
SUBJECTS = (
    ("calligraphy", "书法", "Calligraphy"),
    ("painting", "绘画", "Painting"),
    ("vocal", "声乐", "Singing"),
    ("instrument", "器乐", "Instruments"),
    ("dance", "舞蹈", "Dance"),
    ("fitness", "健身", "Fitness"),
    ("photography", "摄影", "Photography"),
    ("go", "棋类", "Board games"),
    ("opera", "戏曲", "Opera"),
    ("handicraft", "手工", "Handicraft"),
    ("language", "语言", "Languages"),
    ("computer", "手机和电脑", "Phones and computers"),
    ("health", "健康", "Health"),
    ("talk", "讲座", "Talks"),
    ("other", "其他", "Others"),
)


def upgrade() -> None:
    _courses()
    _teachers()
    _classes()
    _places()
    _roll()
    _beside()
    _agenda()
    op.add_column("payments", sa.Column("refund", sa.BigInteger))
    op.create_check_constraint(
        op.f("ck_payments_refund"), "payments", "refund IS NULL OR (refund_due AND refund BETWEEN 1 AND amount)"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT SELECT ON subjects TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")
    put = sa.text("INSERT INTO subjects (code, position, name_zh, name_en) VALUES (:code, :position, :zh, :en)")
    for position, (code, zh, en) in enumerate(SUBJECTS, 1):
        op.execute(put.bindparams(code=code, position=position, zh=zh, en=en))


def _courses() -> None:
    op.create_table('subjects',
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('position', sa.BigInteger, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_subjects'))
    )
    
    op.create_table('terms',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('first_on', sa.Date, nullable=False),
    sa.Column('last_on', sa.Date, nullable=False),
    sa.Column('shown_at', INSTANT, nullable=False),
    sa.Column('opens_at', INSTANT, nullable=False),
    sa.Column('public_opens_at', INSTANT, nullable=False),
    sa.Column('closes_at', INSTANT, nullable=False),
    sa.Column('per_person', sa.BigInteger, nullable=False),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_terms_days')),
    sa.CheckConstraint('per_person > 0', name=op.f('ck_terms_per_person')),
    sa.CheckConstraint('shown_at <= opens_at AND opens_at <= public_opens_at AND public_opens_at < closes_at', name=op.f('ck_terms_phases')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_terms_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms')),
    sa.UniqueConstraint('site_id', 'name_zh', name=op.f('uq_terms_site_id_name_zh'))
    )
    
    op.create_table('courses',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=True),
    sa.Column('subject', sa.Text, nullable=True),
    sa.Column('title_zh', sa.Text, server_default='', nullable=False),
    sa.Column('title_en', sa.Text, server_default='', nullable=False),
    sa.Column('about_zh', sa.Text, server_default='', nullable=False),
    sa.Column('about_en', sa.Text, server_default='', nullable=False),
    sa.Column('bring_zh', sa.Text, server_default='', nullable=False),
    sa.Column('bring_en', sa.Text, server_default='', nullable=False),
    sa.Column('level', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('min_age', sa.BigInteger, nullable=True),
    sa.Column('max_age', sa.BigInteger, nullable=True),
    sa.Column('prerequisite_id', sa.BigInteger, nullable=True),
    sa.Column('picture', sa.Text, nullable=True),
    sa.CheckConstraint('level BETWEEN 0 AND 5', name=op.f('ck_courses_level')),
    sa.CheckConstraint('min_age >= 0 AND max_age >= min_age', name=op.f('ck_courses_ages')),
    sa.CheckConstraint('prerequisite_id <> id', name=op.f('ck_courses_prerequisite')),
    sa.ForeignKeyConstraint(['picture'], ['pictures.code'], name=op.f('fk_courses_picture')),
    sa.ForeignKeyConstraint(['prerequisite_id'], ['courses.id'], name=op.f('fk_courses_prerequisite_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_courses_site_id')),
    sa.ForeignKeyConstraint(['subject'], ['subjects.code'], name=op.f('fk_courses_subject')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courses')),
    sa.UniqueConstraint('code', name=op.f('uq_courses_code'))
    )
    op.create_index(op.f('ix_courses_site_id'), 'courses', ['site_id'])
    op.create_index(op.f('ix_courses_subject_id'), 'courses', ['subject', 'id'])
    
    op.create_table('class_rules',
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('per_term', sa.BigInteger, server_default='2', nullable=False),
    sa.Column('minimum', sa.BigInteger, server_default='8', nullable=False),
    sa.Column('decide_days', sa.BigInteger, server_default='5', nullable=False),
    sa.Column('in_person', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('in_person_hours', sa.BigInteger, server_default='72', nullable=False),
    sa.Column('trial_sessions', sa.BigInteger, server_default='1', nullable=False),
    sa.Column('late_sessions', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('pay_hours', sa.BigInteger, server_default='72', nullable=False),
    sa.Column('offer_hours', sa.BigInteger, server_default='24', nullable=False),
    sa.Column('offer_last_hours', sa.BigInteger, server_default='2', nullable=False),
    sa.Column('offer_sessions', sa.BigInteger, server_default='2', nullable=False),
    sa.Column('withdraw_days', sa.BigInteger, server_default='7', nullable=False),
    sa.Column('leave_minutes', sa.BigInteger, server_default='60', nullable=False),
    sa.Column('absences', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('certificate_percent', sa.BigInteger, server_default='70', nullable=False),
    sa.Column('lesson_minutes', sa.BigInteger, server_default='45', nullable=False),
    sa.Column('sign_in_minutes', sa.BigInteger, server_default='20', nullable=False),
    sa.Column('daily_messages', sa.BigInteger, server_default='10', nullable=False),
    sa.Column('usual_sessions', sa.BigInteger, server_default='12', nullable=False),
    sa.Column('usual_minutes', sa.BigInteger, server_default='90', nullable=False),
    sa.Column('usual_places', sa.BigInteger, server_default='30', nullable=False),
    sa.CheckConstraint('least(minimum, decide_days, in_person, in_person_hours, trial_sessions, late_sessions, offer_sessions, withdraw_days, leave_minutes, absences, sign_in_minutes) >= 0 AND least(per_term, pay_hours, offer_hours, offer_last_hours, lesson_minutes, daily_messages, usual_sessions, usual_minutes, usual_places) > 0 AND certificate_percent BETWEEN 1 AND 100', name=op.f('ck_class_rules_figures')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_class_rules_site_id')),
    sa.PrimaryKeyConstraint('site_id', name=op.f('pk_class_rules'))
    )
    


def _teachers() -> None:
    op.create_table('teachers',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=True),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, server_default='', nullable=False),
    sa.Column('about_zh', sa.Text, server_default='', nullable=False),
    sa.Column('about_en', sa.Text, server_default='', nullable=False),
    sa.Column('fee', sa.BigInteger, nullable=True),
    sa.Column('left_at', INSTANT, nullable=True),
    sa.CheckConstraint('fee >= 0', name=op.f('ck_teachers_fee')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_teachers_member_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_teachers_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teachers'))
    )
    op.create_index(op.f('ix_teachers_site_id_name_zh'), 'teachers', ['site_id', 'name_zh'])
    op.create_index('uq_teachers_member_id', 'teachers', ['member_id'], unique=True, postgresql_where=sa.text('left_at IS NULL AND member_id IS NOT NULL'))
    
    op.create_table('teacher_skills',
    sa.Column('teacher_id', sa.BigInteger, nullable=False),
    sa.Column('subject', sa.Text, nullable=False),
    sa.Column('level', sa.BigInteger, server_default='0', nullable=False),
    sa.CheckConstraint('level BETWEEN 0 AND 5', name=op.f('ck_teacher_skills_level')),
    sa.ForeignKeyConstraint(['subject'], ['subjects.code'], name=op.f('fk_teacher_skills_subject')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_teacher_skills_teacher_id')),
    sa.PrimaryKeyConstraint('teacher_id', 'subject', name=op.f('pk_teacher_skills'))
    )
    op.create_index(op.f('ix_teacher_skills_subject'), 'teacher_skills', ['subject'])
    
    op.create_table('teacher_times',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('teacher_id', sa.BigInteger, nullable=False),
    sa.Column('weekday', sa.SmallInteger, nullable=False),
    sa.Column('begins', sa.Time, nullable=False),
    sa.Column('ends', sa.Time, nullable=False),
    sa.CheckConstraint('begins < ends', name=op.f('ck_teacher_times_span')),
    sa.CheckConstraint('weekday BETWEEN 1 AND 7', name=op.f('ck_teacher_times_weekday')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_teacher_times_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teacher_times')),
    sa.UniqueConstraint('teacher_id', 'weekday', 'begins', name=op.f('uq_teacher_times_teacher_id_weekday_begins'))
    )
    
    op.create_table('hours_sheets',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('teacher_id', sa.BigInteger, nullable=False),
    sa.Column('month', sa.Date, nullable=False),
    sa.Column('sessions', sa.BigInteger, nullable=False),
    sa.Column('minutes', sa.BigInteger, nullable=False),
    sa.Column('signed_at', INSTANT, nullable=False),
    sa.Column('checked_at', INSTANT, nullable=True),
    sa.Column('checked_by', sa.Text, nullable=True),
    sa.CheckConstraint('least(sessions, minutes) >= 0', name=op.f('ck_hours_sheets_figures')),
    sa.CheckConstraint('num_nonnulls(checked_at, checked_by) IN (0, 2)', name=op.f('ck_hours_sheets_checked')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_hours_sheets_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_sheets'))
    )
    op.create_index(op.f('ix_hours_sheets_month_id'), 'hours_sheets', ['month', 'id'], unique=False)
    op.create_index(op.f('ix_hours_sheets_teacher_id_month'), 'hours_sheets', ['teacher_id', 'month'])
    


def _classes() -> None:
    op.create_table('offerings',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('term_id', sa.BigInteger, nullable=False),
    sa.Column('course_id', sa.BigInteger, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('teacher_id', sa.BigInteger, nullable=True),
    sa.Column('name_zh', sa.Text, server_default='', nullable=False),
    sa.Column('name_en', sa.Text, server_default='', nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('places', sa.BigInteger, nullable=False),
    sa.Column('in_person', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('in_person_until', INSTANT, nullable=True),
    sa.Column('opens_at', INSTANT, nullable=True),
    sa.Column('member_fee', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('public_fee', sa.BigInteger, nullable=True),
    sa.Column('material_fee', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('materials_bought_at', INSTANT, nullable=True),
    sa.Column('minimum', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('decides_on', sa.Date, nullable=True),
    sa.Column('confirmed_at', INSTANT, nullable=True),
    sa.Column('trial_sessions', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('late_sessions', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('offer_sessions', sa.BigInteger, server_default='2', nullable=False),
    sa.Column('absences', sa.BigInteger, server_default='3', nullable=False),
    sa.Column('chat_picture', sa.Text, nullable=True),
    sa.Column('revision', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('calendar_generation', sa.BigInteger, server_default='1', nullable=False),
    sa.Column('published_at', INSTANT, nullable=True),
    sa.Column('cancelled_at', INSTANT, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f('ck_offerings_cancelled')),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f('ck_offerings_published')),
    sa.CheckConstraint("state IN ('draft', 'published', 'cancelled')", name=op.f('ck_offerings_state')),
    sa.CheckConstraint('least(member_fee, public_fee, material_fee) >= 0', name=op.f('ck_offerings_fees')),
    sa.CheckConstraint('least(trial_sessions, late_sessions, offer_sessions, absences) >= 0', name=op.f('ck_offerings_figures')),
    sa.CheckConstraint('minimum BETWEEN 0 AND places', name=op.f('ck_offerings_minimum')),
    sa.CheckConstraint('places > 0 AND in_person BETWEEN 0 AND places', name=op.f('ck_offerings_places')),
    sa.ForeignKeyConstraint(['chat_picture'], ['pictures.code'], name=op.f('fk_offerings_chat_picture')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_offerings_course_id')),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_offerings_space_id')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_offerings_teacher_id')),
    sa.ForeignKeyConstraint(['term_id'], ['terms.id'], name=op.f('fk_offerings_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offerings'))
    )
    op.create_index(op.f('ix_offerings_course_id'), 'offerings', ['course_id'])
    op.create_index(op.f('ix_offerings_space_id'), 'offerings', ['space_id'])
    op.create_index(op.f('ix_offerings_teacher_id'), 'offerings', ['teacher_id'])
    op.create_index(op.f('ix_offerings_term_id_course_id'), 'offerings', ['term_id', 'course_id'])
    
    op.create_table('class_sessions',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('offering_id', sa.BigInteger, nullable=False),
    sa.Column('number', sa.BigInteger, nullable=False),
    sa.Column('day', sa.Date, nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('teacher_id', sa.BigInteger, nullable=True),
    sa.Column('occupancy_id', sa.BigInteger, nullable=True),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('instead_of', sa.BigInteger, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    postgresql.ExcludeConstraint((sa.text("int8range(teacher_id, teacher_id, '[]')"), '&&'), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("state = 'planned' AND teacher_id IS NOT NULL"), using='gist', name='ex_class_sessions_teacher_id_during'),
    sa.CheckConstraint("occupancy_id IS NULL OR state = 'planned'", name=op.f('ck_class_sessions_holding')),
    sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f('ck_class_sessions_state')),
    sa.CheckConstraint('number > 0', name=op.f('ck_class_sessions_number')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_class_sessions_span')),
    sa.ForeignKeyConstraint(['instead_of'], ['class_sessions.id'], name=op.f('fk_class_sessions_instead_of')),
    sa.ForeignKeyConstraint(['occupancy_id'], ['occupancies.id'], name=op.f('fk_class_sessions_occupancy_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_class_sessions_offering_id')),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_class_sessions_space_id')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_class_sessions_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_sessions')),
    sa.UniqueConstraint('occupancy_id', name=op.f('uq_class_sessions_occupancy_id')),
    sa.UniqueConstraint('offering_id', 'number', name=op.f('uq_class_sessions_offering_id_number'))
    )
    op.create_index(op.f('ix_class_sessions_ends_at'), 'class_sessions', ['ends_at'])
    op.create_index(op.f('ix_class_sessions_instead_of'), 'class_sessions', ['instead_of'], postgresql_where=sa.text('instead_of IS NOT NULL'))
    op.create_index(op.f('ix_class_sessions_space_id_day'), 'class_sessions', ['space_id', 'day'])
    op.create_index(op.f('ix_class_sessions_teacher_id_day'), 'class_sessions', ['teacher_id', 'day'])
    


def _places() -> None:
    op.create_table('enrolments',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('offering_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('companion_id', sa.BigInteger, nullable=True),
    sa.Column('person', sa.BigInteger, nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('channel', sa.String(20), nullable=False),
    sa.Column('fee', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('material_fee', sa.BigInteger, server_default='0', nullable=False),
    sa.Column('held_until', INSTANT, nullable=True),
    sa.Column('enrolled_at', INSTANT, nullable=False),
    sa.Column('excused_by', sa.Text, nullable=True),
    sa.Column('excused_why', sa.Text, nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('ended_by', sa.Text, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint("(state = 'unpaid') = (held_until IS NOT NULL)", name=op.f('ck_enrolments_held_until')),
    sa.CheckConstraint("(state IN ('unpaid', 'confirmed')) = (ended_at IS NULL)", name=op.f('ck_enrolments_ended')),
    sa.CheckConstraint("channel IN ('online', 'counter')", name=op.f('ck_enrolments_channel')),
    sa.CheckConstraint("state IN ('unpaid', 'confirmed', 'withdrawn', 'lapsed', 'removed', 'absent', 'moved', 'cancelled')", name=op.f('ck_enrolments_state')),
    sa.CheckConstraint('least(fee, material_fee) >= 0', name=op.f('ck_enrolments_fees')),
    sa.CheckConstraint('num_nonnulls(excused_by, excused_why) IN (0, 2)', name=op.f('ck_enrolments_excused')),
    sa.ForeignKeyConstraint(['companion_id'], ['companions.id'], name=op.f('fk_enrolments_companion_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_enrolments_member_id')),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_enrolments_offering_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments')),
    sa.UniqueConstraint('code', name=op.f('uq_enrolments_code'))
    )
    op.create_index(op.f('ix_enrolments_companion_id'), 'enrolments', ['companion_id'], postgresql_where=sa.text('companion_id IS NOT NULL'))
    op.create_index(op.f('ix_enrolments_held_until'), 'enrolments', ['held_until'], postgresql_where=sa.text("state = 'unpaid'"))
    op.create_index(op.f('ix_enrolments_member_id_id'), 'enrolments', ['member_id', 'id'])
    op.create_index('uq_enrolments_live', 'enrolments', ['offering_id', 'member_id', 'person'], unique=True, postgresql_where=sa.text("state IN ('unpaid', 'confirmed')"))
    
    op.create_table('class_waits',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('offering_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('companion_id', sa.BigInteger, nullable=True),
    sa.Column('person', sa.BigInteger, nullable=False),
    sa.Column('channel', sa.String(20), nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('joined_at', INSTANT, nullable=False),
    sa.Column('offered_at', INSTANT, nullable=True),
    sa.Column('lapses_at', INSTANT, nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('enrolment_id', sa.BigInteger, nullable=True),
    sa.CheckConstraint("(enrolment_id IS NOT NULL) = (state = 'taken')", name=op.f('ck_class_waits_taken')),
    sa.CheckConstraint("(state = 'waiting') <= (offered_at IS NULL) AND num_nonnulls(offered_at, lapses_at) IN (0, 2)", name=op.f('ck_class_waits_offered')),
    sa.CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f('ck_class_waits_ended')),
    sa.CheckConstraint("state IN ('waiting', 'offered', 'taken', 'left', 'lapsed', 'over')", name=op.f('ck_class_waits_state')),
    sa.ForeignKeyConstraint(['companion_id'], ['companions.id'], name=op.f('fk_class_waits_companion_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_class_waits_enrolment_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_class_waits_member_id')),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_class_waits_offering_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_waits')),
    sa.UniqueConstraint('code', name=op.f('uq_class_waits_code'))
    )
    op.create_index(op.f('ix_class_waits_enrolment_id'), 'class_waits', ['enrolment_id'], postgresql_where=sa.text('enrolment_id IS NOT NULL'))
    op.create_index(op.f('ix_class_waits_member_id'), 'class_waits', ['member_id'])
    op.create_index(op.f('ix_class_waits_offering_id_state_id'), 'class_waits', ['offering_id', 'state', 'id'])
    op.create_index('uq_class_waits_live', 'class_waits', ['offering_id', 'member_id', 'person'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    


def _roll() -> None:
    op.create_table('attendance_marks',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('class_session_id', sa.BigInteger, nullable=False),
    sa.Column('enrolment_id', sa.BigInteger, nullable=False),
    sa.Column('mark', sa.String(20), nullable=False),
    sa.Column('device', sa.Text, nullable=False),
    sa.Column('sequence', sa.BigInteger, nullable=False),
    sa.Column('marked_at', INSTANT, nullable=False),
    sa.Column('received_at', INSTANT, nullable=False),
    sa.Column('marked_by', sa.Text, nullable=False),
    sa.CheckConstraint("mark IN ('present', 'late', 'absent')", name=op.f('ck_attendance_marks_mark')),
    sa.CheckConstraint('marked_at <= received_at', name=op.f('ck_attendance_marks_marked_at')),
    sa.ForeignKeyConstraint(['class_session_id'], ['class_sessions.id'], name=op.f('fk_attendance_marks_class_session_id')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_attendance_marks_enrolment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_marks')),
    sa.UniqueConstraint('device', 'sequence', 'enrolment_id', name=op.f('uq_attendance_marks_device_sequence_enrolment_id'))
    )
    op.create_index(op.f('ix_attendance_marks_class_session_id_enrolment_id_marked_at'), 'attendance_marks', ['class_session_id', 'enrolment_id', 'marked_at'])
    op.create_index(op.f('ix_attendance_marks_enrolment_id'), 'attendance_marks', ['enrolment_id'])
    
    op.create_table('leaves',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('class_session_id', sa.BigInteger, nullable=False),
    sa.Column('enrolment_id', sa.BigInteger, nullable=False),
    sa.Column('words', sa.Text, server_default='', nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('asked_by', sa.Text, nullable=False),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['class_session_id'], ['class_sessions.id'], name=op.f('fk_leaves_class_session_id')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_leaves_enrolment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leaves'))
    )
    op.create_index(op.f('ix_leaves_enrolment_id'), 'leaves', ['enrolment_id'])
    op.create_index('uq_leaves_asked', 'leaves', ['class_session_id', 'enrolment_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    
    op.create_table('teaching_invitations',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('offering_id', sa.BigInteger, nullable=False),
    sa.Column('teacher_id', sa.BigInteger, nullable=False),
    sa.Column('class_session_id', sa.BigInteger, nullable=True),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('asked_by', sa.Text, nullable=False),
    sa.Column('answer', sa.String(20), nullable=True),
    sa.Column('answered_at', INSTANT, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.CheckConstraint("answer IN ('accepted', 'declined')", name=op.f('ck_teaching_invitations_answer')),
    sa.CheckConstraint('num_nonnulls(answered_at, answer) IN (0, 2)', name=op.f('ck_teaching_invitations_answered')),
    sa.ForeignKeyConstraint(['class_session_id'], ['class_sessions.id'], name=op.f('fk_teaching_invitations_class_session_id')),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_teaching_invitations_offering_id')),
    sa.ForeignKeyConstraint(['teacher_id'], ['teachers.id'], name=op.f('fk_teaching_invitations_teacher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teaching_invitations'))
    )
    op.create_index(op.f('ix_teaching_invitations_class_session_id'), 'teaching_invitations', ['class_session_id'], postgresql_where=sa.text('class_session_id IS NOT NULL'))
    op.create_index(op.f('ix_teaching_invitations_teacher_id'), 'teaching_invitations', ['teacher_id'])
    op.create_index('uq_teaching_invitations_open', 'teaching_invitations', ['offering_id', 'teacher_id', 'class_session_id'], unique=True, postgresql_where=sa.text('answered_at IS NULL AND withdrawn_at IS NULL'), postgresql_nulls_not_distinct=True)
    


def _beside() -> None:
    op.create_table('surveys',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('title_zh', sa.Text, nullable=False),
    sa.Column('title_en', sa.Text, nullable=False),
    sa.Column('choices', sa.BigInteger, nullable=False),
    sa.Column('opens_at', INSTANT, nullable=False),
    sa.Column('closes_at', INSTANT, nullable=False),
    sa.CheckConstraint('choices > 0', name=op.f('ck_surveys_choices')),
    sa.CheckConstraint('opens_at < closes_at', name=op.f('ck_surveys_span')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_surveys_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys'))
    )
    op.create_index(op.f('ix_surveys_site_id_closes_at'), 'surveys', ['site_id', 'closes_at'])
    
    op.create_table('survey_lines',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('survey_id', sa.BigInteger, nullable=False),
    sa.Column('position', sa.BigInteger, nullable=False),
    sa.Column('subject', sa.Text, nullable=False),
    sa.Column('title_zh', sa.Text, nullable=False),
    sa.Column('title_en', sa.Text, nullable=False),
    sa.Column('about_zh', sa.Text, server_default='', nullable=False),
    sa.Column('about_en', sa.Text, server_default='', nullable=False),
    sa.Column('course_id', sa.BigInteger, nullable=True),
    sa.Column('offering_id', sa.BigInteger, nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_survey_lines_course_id')),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_survey_lines_offering_id')),
    sa.ForeignKeyConstraint(['subject'], ['subjects.code'], name=op.f('fk_survey_lines_subject')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_lines_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_lines')),
    sa.UniqueConstraint('survey_id', 'position', name=op.f('uq_survey_lines_survey_id_position'), deferrable=True)
    )
    op.create_index(op.f('ix_survey_lines_offering_id'), 'survey_lines', ['offering_id'])
    
    op.create_table('survey_votes',
    sa.Column('line_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('voted_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['survey_lines.id'], name=op.f('fk_survey_votes_line_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_survey_votes_member_id')),
    sa.PrimaryKeyConstraint('line_id', 'member_id', name=op.f('pk_survey_votes'))
    )
    op.create_index(op.f('ix_survey_votes_member_id'), 'survey_votes', ['member_id'])
    
    op.create_table('class_scores',
    sa.Column('enrolment_id', sa.BigInteger, nullable=False),
    sa.Column('stars', sa.SmallInteger, nullable=False),
    sa.Column('words', sa.Text, server_default='', nullable=False),
    sa.Column('given_at', INSTANT, nullable=False),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_class_scores_stars')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_class_scores_enrolment_id')),
    sa.PrimaryKeyConstraint('enrolment_id', name=op.f('pk_class_scores'))
    )
    
    op.create_table('certificates',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('year', sa.BigInteger, nullable=False),
    sa.Column('serial', sa.BigInteger, nullable=False),
    sa.Column('number', sa.Text, nullable=False),
    sa.Column('enrolment_id', sa.BigInteger, nullable=False),
    sa.Column('name', sa.Text, nullable=False),
    sa.Column('title_zh', sa.Text, nullable=False),
    sa.Column('title_en', sa.Text, nullable=False),
    sa.Column('attended', sa.BigInteger, nullable=False),
    sa.Column('held', sa.BigInteger, nullable=False),
    sa.Column('minutes', sa.BigInteger, nullable=False),
    sa.Column('issued_at', INSTANT, nullable=False),
    sa.Column('issued_by', sa.Text, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.Column('revoked_by', sa.Text, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint('attended BETWEEN 0 AND held', name=op.f('ck_certificates_attended')),
    sa.CheckConstraint('num_nonnulls(revoked_at, revoked_by, why) IN (0, 3)', name=op.f('ck_certificates_revoked')),
    sa.CheckConstraint('serial > 0', name=op.f('ck_certificates_serial')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_certificates_enrolment_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_certificates_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates')),
    sa.UniqueConstraint('code', name=op.f('uq_certificates_code')),
    sa.UniqueConstraint('number', name=op.f('uq_certificates_number')),
    sa.UniqueConstraint('site_id', 'year', 'serial', name=op.f('uq_certificates_site_id_year_serial'))
    )
    op.create_index(op.f('ix_certificates_enrolment_id'), 'certificates', ['enrolment_id'])
    op.create_index('uq_certificates_valid', 'certificates', ['enrolment_id'], unique=True, postgresql_where=sa.text('revoked_at IS NULL'))
    
    op.create_table('class_messages',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('offering_id', sa.BigInteger, nullable=False),
    sa.Column('words', sa.Text, nullable=False),
    sa.Column('sent_by', sa.Text, nullable=False),
    sa.Column('sent_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['offering_id'], ['offerings.id'], name=op.f('fk_class_messages_offering_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_messages'))
    )
    op.create_index(op.f('ix_class_messages_offering_id_id'), 'class_messages', ['offering_id', 'id'])
    
    op.create_table('recordings',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('course_id', sa.BigInteger, nullable=False),
    sa.Column('title_zh', sa.Text, nullable=False),
    sa.Column('title_en', sa.Text, server_default='', nullable=False),
    sa.Column('minutes', sa.BigInteger, nullable=True),
    sa.Column('address', sa.Text, nullable=False),
    sa.Column('added_by', sa.Text, nullable=False),
    sa.Column('added_at', INSTANT, nullable=False),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.CheckConstraint('minutes > 0', name=op.f('ck_recordings_minutes')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_recordings_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recordings'))
    )
    op.create_index(op.f('ix_recordings_course_id_id'), 'recordings', ['course_id', 'id'])
    
    op.create_table('recording_views',
    sa.Column('recording_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=False),
    sa.Column('day', sa.Date, nullable=False),
    sa.Column('times', sa.BigInteger, server_default='1', nullable=False),
    sa.CheckConstraint('times > 0', name=op.f('ck_recording_views_times')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_recording_views_member_id')),
    sa.ForeignKeyConstraint(['recording_id'], ['recordings.id'], name=op.f('fk_recording_views_recording_id')),
    sa.PrimaryKeyConstraint('recording_id', 'member_id', 'day', name=op.f('pk_recording_views'))
    )
    op.create_index(op.f('ix_recording_views_member_id'), 'recording_views', ['member_id'])
    


def _agenda() -> None:
    op.add_column(
        "agenda_entries",
        sa.Column("offering_id", sa.BigInteger, sa.ForeignKey("offerings.id", name="fk_agenda_entries_offering_id")),
    )
    op.drop_constraint(op.f("ck_agenda_entries_one_owner"), "agenda_entries")
    op.create_check_constraint(
        op.f("ck_agenda_entries_one_owner"), "agenda_entries", "num_nonnulls(member_id, troupe_id, offering_id) = 1"
    )
    op.create_unique_constraint(
        op.f("uq_agenda_entries_offering_id_subject"), "agenda_entries", ["offering_id", "subject"]
    )
    op.create_index(
        "ix_agenda_entries_offering_id_ends_at",
        "agenda_entries",
        ["offering_id", "ends_at"],
        postgresql_where="offering_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_column("payments", "refund")
    op.execute("DELETE FROM agenda_entries WHERE offering_id IS NOT NULL")
    op.drop_constraint(op.f("ck_agenda_entries_one_owner"), "agenda_entries")
    op.drop_column("agenda_entries", "offering_id")
    op.create_check_constraint(
        op.f("ck_agenda_entries_one_owner"), "agenda_entries", "num_nonnulls(member_id, troupe_id) = 1"
    )
    for table in (*reversed(TABLES), "subjects"):
        op.drop_table(table)
