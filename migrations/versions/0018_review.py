"""What the public reads of productions passes a review: revisions, its steps, who decided; pictures.

What was there before was typed by the palace's own programme files, so it counts as reviewed. With it
come partners, permits, and the switch that greys a house or stops its bookings.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0018", "0017"

STEPS = (
    {"position": 1, "name_zh": "初审", "name_en": "First review"},
    {"position": 2, "name_zh": "终审", "name_en": "Final review"},
)
PERMITS = (
    {
        "space_kind": "square",
        "from_places": 1000,
        "name_zh": "大型群众性活动安全许可",
        "name_en": "Safety permit for large public gatherings",
    },
)
def of_productions() -> tuple[sa.Column, ...]:
    return (
    sa.Column("site_id", sa.BigInteger),
    sa.Column("picture", sa.Text),
    sa.Column("age_zh", sa.Text, server_default="", nullable=False),
    sa.Column("age_en", sa.Text, server_default="", nullable=False),
    sa.Column("late_entry", sa.String(20), server_default="any_time", nullable=False),
    sa.Column("late_minute", sa.BigInteger),
    sa.Column("entry_note_zh", sa.Text, server_default="", nullable=False),
    sa.Column("entry_note_en", sa.Text, server_default="", nullable=False),
    sa.Column("permit_number", sa.Text, server_default="", nullable=False),
    sa.Column("permit_authority", sa.Text, server_default="", nullable=False),
    sa.Column("permit_until", sa.Date),
    sa.Column("partner_id", sa.BigInteger),
)
def of_houses() -> tuple[sa.Column, ...]:
    return (
    sa.Column("mode", sa.String(20), server_default="normal", nullable=False),
    sa.Column("mode_reason_zh", sa.Text, server_default="", nullable=False),
    sa.Column("mode_reason_en", sa.Text, server_default="", nullable=False),
)
BEFORE = """
INSERT INTO revisions (subject, version, state, before, fields, steps, authors, proposed_at, closed_at)
SELECT 'production:' || id, 1, 'passed', '{}', jsonb_build_object(
    'kind', kind, 'title_zh', title_zh, 'title_en', title_en,
    'about_zh', about_zh, 'about_en', about_en, 'minutes', minutes
), '[]', '{system}', now(), now() FROM productions ORDER BY id
"""


def upgrade() -> None:
    _pictures_and_partners()
    _revisions()
    for column in of_productions():
        op.add_column("productions", column)
    for column, table, of in (
        ("site_id", "sites", "id"),
        ("picture", "pictures", "code"),
        ("partner_id", "partners", "id"),
    ):
        name = op.f(f"fk_productions_{column}")
        op.create_foreign_key(name, "productions", table, [column], [of])
    op.create_index(op.f("ix_productions_site_id"), "productions", ["site_id"])
    op.create_check_constraint(
        op.f("ck_productions_late_entry"),
        "productions",
        "late_entry IN ('any_time', 'interval', 'none')",
    )
    op.create_check_constraint(
        op.f("ck_productions_late_minute"),
        "productions",
        "(late_entry = 'interval') = (late_minute IS NOT NULL) AND late_minute > 0",
    )
    for column in of_houses():
        op.add_column("house_rules", column)
    op.create_check_constraint(
        op.f("ck_house_rules_mode"), "house_rules", "mode IN ('normal', 'grey', 'stopped')"
    )
    op.execute(BEFORE)


def _pictures_and_partners() -> None:
    op.create_table(
        "pictures",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("width", sa.BigInteger, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("large", sa.LargeBinary, nullable=False),
        sa.Column("small", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("least(width, height) > 0", name=op.f("ck_pictures_size")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_pictures")),
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("name_zh", name=op.f("uq_partners_name_zh")),
    )
    permits = op.create_table(
        "permit_rules",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("space_kind", sa.Text),
        sa.Column("from_places", sa.BigInteger, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.CheckConstraint("from_places >= 0", name=op.f("ck_permit_rules_from_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_rules")),
    )
    op.bulk_insert(permits, list(PERMITS))


def _revisions() -> None:
    steps = op.create_table(
        "review_steps",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("another_person", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_review_steps_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_steps")),
        sa.UniqueConstraint("position", name=op.f("uq_review_steps_position")),
    )
    op.bulk_insert(steps, list(STEPS))
    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("site_id", sa.BigInteger),
        sa.Column("version", sa.BigInteger, server_default="1", nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("before", postgresql.JSONB, nullable=False),
        sa.Column("fields", postgresql.JSONB, nullable=False),
        sa.Column("steps", postgresql.JSONB, nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent_back', 'passed', 'withdrawn')",
            name=op.f("ck_revisions_state"),
        ),
        sa.CheckConstraint(
            "version > 0 AND cardinality(authors) > 0", name=op.f("ck_revisions_version")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (state IN ('waiting', 'sent_back'))",
            name=op.f("ck_revisions_closed_at"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_revisions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_subject_id"), "revisions", ["subject", "id"])
    op.create_index(op.f("ix_revisions_proposed_at_id"), "revisions", ["proposed_at", "id"])
    op.create_index(
        "uq_revisions_open",
        "revisions",
        ["subject"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'sent_back')"),
    )
    _decisions()


def _decisions() -> None:
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("revision_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("another_person", sa.Boolean, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("passed OR reason <> ''", name=op.f("ck_review_decisions_reason")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_review_decisions_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
    )
    op.create_index(
        op.f("ix_review_decisions_revision_id"), "review_decisions", ["revision_id"]
    )
    op.create_index(
        "uq_review_decisions_passed",
        "review_decisions",
        ["revision_id", "version", "step"],
        unique=True,
        postgresql_where=sa.text("passed"),
    )
    op.create_index(
        "uq_review_decisions_another_person",
        "review_decisions",
        ["revision_id", "version", "decided_by"],
        unique=True,
        postgresql_where=sa.text("another_person"),
    )


def downgrade() -> None:
    for column in of_houses():
        op.drop_column("house_rules", column.name)
    for column in of_productions():
        op.drop_column("productions", column.name)
    for table in (
        "review_decisions",
        "revisions",
        "review_steps",
        "permit_rules",
        "partners",
        "pictures",
    ):
        op.drop_table(table)
