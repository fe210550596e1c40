"""A second factor is a row once its first code fitted: before, its secret is the beginning browser's.

Secrets that were begun and never proven go; who began sets another up.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0017", "0016"


def upgrade() -> None:
    op.execute("DELETE FROM second_factors WHERE confirmed_at IS NULL")
    op.alter_column(
        "second_factors", "confirmed_at", existing_type=sa.DateTime(timezone=True), nullable=False
    )


def downgrade() -> None:
    op.alter_column(
        "second_factors", "confirmed_at", existing_type=sa.DateTime(timezone=True), nullable=True
    )
