"""Posters that lead to a unit, and applications of people no roster names yet.

Whether somebody is a member is the union's word: an application is only theirs, kept apart from the
roster until the unit has looked at it.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_table(
        "posters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posters")),
        sa.UniqueConstraint("code", name=op.f("uq_posters_code")),
    )
    op.create_index("ix_posters_unit_id", "posters", ["unit_id"])
    op.create_table(
        "applications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("poster_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(20), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict IN ('confirmed', 'refused')", name=op.f("ck_applications_verdict")),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name=op.f("ck_applications_decided")),
        sa.CheckConstraint("num_nonnulls(decided_at, withdrawn_at) <= 1", name=op.f("ck_applications_closed_once")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_applications_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_applications_unit_id")),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_applications_poster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(
        "ix_applications_member_id",
        "applications",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("ix_applications_unit_id", "applications", ["unit_id"])
    op.create_index("ix_applications_poster_id", "applications", ["poster_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON posters, applications TO palace_app")


def downgrade() -> None:
    op.drop_table("applications")
    op.drop_table("posters")
