"""What strikes lead to in other houses, to be taken over by a tap, each with where it was read.

The rows come with the tables: emptying a demonstration leaves them, and the web only reads them.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"

PRESETS = (
    {
        "code": "warning",
        "position": 1,
        "strikes": 0,
        "within_days": 60,
        "bar_days": 30,
        "source_zh": "刚开始先不罚，只记下来、提醒本人。毛主席纪念堂第一次也只警告，仍可预约。",
        "source_en": "Begin without a penalty: it is written down, and the person is told. The Chairman Mao"
        " Memorial Hall only warns after the first time, too, and goes on taking bookings.",
    },
    {
        "code": "three_in_sixty",
        "position": 2,
        "strikes": 3,
        "within_days": 60,
        "bar_days": 30,
        "source_zh": "中国国家博物馆《预约须知》（2023年7月）：累计3次未履约，限制预约30天。"
        "多久以内的一起算，它没有写，这里定为60天。",
        "source_en": "National Museum of China, notice on booking (July 2023): after 3 bookings not kept, none"
        " for 30 days. It names no window; 60 days are ours.",
    },
    {
        "code": "two_in_a_year",
        "position": 3,
        "strikes": 2,
        "within_days": 365,
        "bar_days": 365,
        "source_zh": "九江市总工会体育馆的规定：两次订了不来，停一年。"
        "多久以内的一起算，它没有写，这里定为一年。",
        "source_en": "Sports hall of the Jiujiang General Trade Union: two bookings not used, barred for a year."
        " It names no window; a year is ours.",
    },
)


def upgrade() -> None:
    presets = op.create_table(
        "strike_presets",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("strikes", sa.BigInteger, nullable=False),
        sa.Column("within_days", sa.BigInteger, nullable=False),
        sa.Column("bar_days", sa.BigInteger, nullable=False),
        sa.Column("source_zh", sa.Text, nullable=False),
        sa.Column("source_en", sa.Text, nullable=False),
        sa.CheckConstraint(
            "strikes >= 0 AND within_days BETWEEN 1 AND 3660 AND bar_days BETWEEN 1 AND 3660",
            name=op.f("ck_strike_presets_figures"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_strike_presets")),
        sa.UniqueConstraint("position", name=op.f("uq_strike_presets_position")),
    )
    op.bulk_insert(presets, list(PRESETS))
    op.execute("GRANT SELECT ON strike_presets TO palace_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON strike_presets FROM palace_app")


def downgrade() -> None:
    op.drop_table("strike_presets")
