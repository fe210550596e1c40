"""Opening hours, holidays and closures; troupes, their people, seasons and safety letters.

An occupancy knows its palace day, so that a series asks an index for its dates; it is a day long at
most. Posts of leaders name their troupe, an agenda entry may be a troupe's, and a house knows the
addresses of its own network. Leaders' posts without a troupe led nobody and go; on the way
back those with one do.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0030", "0029"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "opening_hours", "special_days", "closures", "troupes", "seasons", "safety_letters",
    "certifications", "troupe_members",
)
HELD = ["staff_id", "member_id", "role", "site_id", "unit_id"]


def upgrade() -> None:
    _occupancies()
    op.add_column("sites", sa.Column("networks", sa.ARRAY(sa.Text), server_default="{}", nullable=False))
    _hours()
    _troupes()
    _season_reminder()
    _posts()
    _agenda()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def _occupancies() -> None:
    op.add_column(
        "occupancies",
        sa.Column(
            "day",
            sa.Date,
            sa.Computed("(timezone('Asia/Shanghai', lower(during)))::date", persisted=True),
            nullable=False,
        ),
    )
    op.create_check_constraint(
        op.f("ck_occupancies_a_day_at_most"),
        "occupancies",
        "upper(during) - lower(during) <= interval '24 hours'",
    )
    op.create_index(
        "ix_occupancies_day_space_id",
        "occupancies",
        ["day", "space_id"],
        postgresql_include=["during", "use", "lapses_at"],
    )
    op.create_index(
        "ix_occupancies_over_midnight",
        "occupancies",
        ["day"],
        postgresql_include=["space_id", "during", "use", "lapses_at"],
        postgresql_where=sa.text("(timezone('Asia/Shanghai', upper(during)))::date > day"),
    )


def _hours() -> None:
    op.create_table('special_days',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=True),
    sa.Column('day', sa.Date, nullable=False),
    sa.Column('counts_as', sa.SmallInteger, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.CheckConstraint('counts_as BETWEEN 0 AND 7', name=op.f('ck_special_days_counts_as')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_special_days_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_special_days')),
    sa.UniqueConstraint('site_id', 'day', name=op.f('uq_special_days_site_id_day'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_special_days_day'), 'special_days', ['day'])
    op.create_table('opening_hours',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=True),
    sa.Column('weekday', sa.SmallInteger, nullable=False),
    sa.Column('opens', sa.Time, nullable=False),
    sa.Column('closes', sa.Time, nullable=False),
    sa.CheckConstraint("opens < closes OR closes = '00:00'", name=op.f('ck_opening_hours_span')),
    sa.CheckConstraint('weekday BETWEEN 1 AND 7', name=op.f('ck_opening_hours_weekday')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_opening_hours_site_id')),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_opening_hours_space_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_hours')),
    sa.UniqueConstraint('site_id', 'space_id', 'weekday', 'opens', name=op.f('uq_opening_hours_site_id_space_id_weekday_opens'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_opening_hours_space_id'), 'opening_hours', ['space_id'])
    op.create_table('closures',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('batch', sa.Text, nullable=False),
    sa.Column('space_id', sa.BigInteger, nullable=False),
    sa.Column('occupancy_id', sa.BigInteger, nullable=True),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('reason_zh', sa.Text, nullable=False),
    sa.Column('reason_en', sa.Text, nullable=False),
    sa.Column('made_by', sa.Text, nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_closures_span')),
    sa.ForeignKeyConstraint(['occupancy_id'], ['occupancies.id'], name=op.f('fk_closures_occupancy_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['spaces.id'], name=op.f('fk_closures_space_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closures')),
    sa.UniqueConstraint('occupancy_id', name=op.f('uq_closures_occupancy_id'))
    )
    op.create_index(op.f('ix_closures_batch'), 'closures', ['batch'])
    op.create_index(op.f('ix_closures_space_id_starts_at'), 'closures', ['space_id', 'starts_at'])


def _troupes() -> None:
    op.create_table('seasons',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('starts_on', sa.Date, nullable=False),
    sa.Column('ends_on', sa.Date, nullable=False),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_seasons_span')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seasons'))
    )
    op.create_table('safety_letters',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('season_id', sa.BigInteger, nullable=False),
    sa.Column('version', sa.BigInteger, nullable=False),
    sa.Column('text_zh', sa.Text, nullable=False),
    sa.Column('text_en', sa.Text, nullable=False),
    sa.Column('published_by', sa.Text, nullable=False),
    sa.Column('published_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_safety_letters_season_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_letters')),
    sa.UniqueConstraint('season_id', 'version', name=op.f('uq_safety_letters_season_id_version'))
    )
    op.create_table('troupes',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('code', sa.Text, nullable=False),
    sa.Column('kind', sa.String(20), nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('size', sa.BigInteger, nullable=False),
    sa.Column('week_minutes', sa.BigInteger, nullable=True),
    sa.Column('month_minutes', sa.BigInteger, nullable=True),
    sa.Column('calendar_generation', sa.BigInteger, server_default='1', nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint("kind IN ('choir', 'instrumental', 'vocal', 'dance', 'fashion', 'opera', 'fitness')", name=op.f('ck_troupes_kind')),
    sa.CheckConstraint('size > 0', name=op.f('ck_troupes_size')),
    sa.CheckConstraint('calendar_generation > 0', name=op.f('ck_troupes_calendar_generation')),
    sa.CheckConstraint('week_minutes >= 0 AND month_minutes >= 0', name=op.f('ck_troupes_minutes')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_troupes_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_troupes')),
    sa.UniqueConstraint('site_id', 'code', name=op.f('uq_troupes_site_id_code'))
    )
    op.create_table('certifications',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('troupe_id', sa.BigInteger, nullable=False),
    sa.Column('season_id', sa.BigInteger, nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('letter_id', sa.BigInteger, nullable=False),
    sa.Column('signed_by', sa.BigInteger, nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('decided_by', sa.Text, nullable=True),
    sa.Column('decided_at', INSTANT, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint("num_nonnulls(decided_by, decided_at) = CASE state WHEN 'asked' THEN 0 ELSE 2 END", name=op.f('ck_certifications_decided')),
    sa.CheckConstraint("state IN ('asked', 'certified', 'refused')", name=op.f('ck_certifications_state')),
    sa.ForeignKeyConstraint(['letter_id'], ['safety_letters.id'], name=op.f('fk_certifications_letter_id')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_certifications_season_id')),
    sa.ForeignKeyConstraint(['signed_by'], ['members.id'], name=op.f('fk_certifications_signed_by')),
    sa.ForeignKeyConstraint(['troupe_id'], ['troupes.id'], name=op.f('fk_certifications_troupe_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certifications')),
    sa.UniqueConstraint('troupe_id', 'season_id', name=op.f('uq_certifications_troupe_id_season_id'))
    )
    op.create_table('troupe_members',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('troupe_id', sa.BigInteger, nullable=False),
    sa.Column('member_id', sa.BigInteger, nullable=True),
    sa.Column('name', sa.Text, nullable=False),
    sa.Column('phone', sa.Text, nullable=True),
    sa.Column('joined_on', sa.Date, nullable=False),
    sa.Column('left_on', sa.Date, nullable=True),
    sa.CheckConstraint('joined_on <= left_on', name=op.f('ck_troupe_members_span')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_troupe_members_member_id')),
    sa.ForeignKeyConstraint(['troupe_id'], ['troupes.id'], name=op.f('fk_troupe_members_troupe_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_troupe_members'))
    )
    op.create_index(op.f('ix_troupes_name_zh_id'), 'troupes', ['name_zh', 'id'])
    op.create_index(op.f('ix_troupe_members_member_id'), 'troupe_members', ['member_id'], postgresql_where=sa.text('left_on IS NULL'))
    op.create_index(op.f('ix_troupe_members_troupe_id_id'), 'troupe_members', ['troupe_id', 'id'])
    op.create_index('uq_troupe_members_held', 'troupe_members', ['troupe_id', 'member_id'], unique=True, postgresql_where=sa.text('left_on IS NULL AND member_id IS NOT NULL'))


def _season_reminder() -> None:
    op.add_column(
        "house_rules", sa.Column("season_remind_days", sa.BigInteger, server_default="30", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_house_rules_seasons"), "house_rules", "season_remind_days >= 0"
    )


def _posts() -> None:
    op.execute(
        "DELETE FROM posts WHERE role IN ('leader', 'deputy')"
    )
    op.add_column("posts", sa.Column("troupe_id", sa.BigInteger, sa.ForeignKey("troupes.id", name="fk_posts_troupe_id")))
    op.create_check_constraint(
        op.f("ck_posts_troupe"), "posts", "(troupe_id IS NOT NULL) = (role IN ('leader', 'deputy'))"
    )
    op.create_index("ix_posts_troupe_id", "posts", ["troupe_id"], postgresql_where="troupe_id IS NOT NULL")
    _held([*HELD, "troupe_id"])


def _held(columns: list[str]) -> None:
    """Say what makes two posts the same."""
    op.drop_index("uq_posts_held", "posts")
    op.create_index(
        "uq_posts_held",
        "posts",
        columns,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where="ended_at IS NULL",
    )


def _agenda() -> None:
    op.alter_column("agenda_entries", "member_id", nullable=True)
    op.add_column(
        "agenda_entries",
        sa.Column("troupe_id", sa.BigInteger, sa.ForeignKey("troupes.id", name="fk_agenda_entries_troupe_id")),
    )
    op.add_column(
        "agenda_entries",
        sa.Column("space_id", sa.BigInteger, sa.ForeignKey("spaces.id", name="fk_agenda_entries_space_id")),
    )
    op.create_check_constraint(
        op.f("ck_agenda_entries_one_owner"), "agenda_entries", "num_nonnulls(member_id, troupe_id) = 1"
    )
    op.create_unique_constraint(
        op.f("uq_agenda_entries_troupe_id_subject"), "agenda_entries", ["troupe_id", "subject"]
    )
    for owner in ("troupe_id", "space_id"):
        op.create_index(
            f"ix_agenda_entries_{owner}_ends_at",
            "agenda_entries",
            [owner, "ends_at"],
            postgresql_where=f"{owner} IS NOT NULL",
        )


def downgrade() -> None:
    op.execute("DELETE FROM agenda_entries WHERE member_id IS NULL")
    op.drop_column("agenda_entries", "space_id")
    op.drop_column("agenda_entries", "troupe_id")
    op.alter_column("agenda_entries", "member_id", nullable=False)
    op.execute("DELETE FROM posts WHERE troupe_id IS NOT NULL")
    op.drop_column("house_rules", "season_remind_days")
    op.drop_column("posts", "troupe_id")
    op.create_index(
        "uq_posts_held",
        "posts",
        HELD,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where="ended_at IS NULL",
    )
    for table in (
        "troupe_members", "certifications", "safety_letters", "seasons", "troupes",
        "closures", "special_days", "opening_hours",
    ):
        op.drop_table(table)
    op.drop_column("sites", "networks")
    op.drop_index("ix_occupancies_over_midnight", "occupancies")
    op.drop_index("ix_occupancies_day_space_id", "occupancies")
    op.drop_constraint(op.f("ck_occupancies_a_day_at_most"), "occupancies", type_="check")
    op.drop_column("occupancies", "day")
