"""Shows that people of the demonstration booked last week and did not come to."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.strikes.models import Appeal, Strike
from palace.strikes.rules import StrikeKind

MISSED = (
    (5, "performance:last-week", "晋剧《打金枝》", "Jin opera: The Golden Branch"),
    (19, "performance:last-month", "职工合唱音乐会", "Workers' choir concert"),
)
ABSENT = 3


def bring_in(now: datetime) -> None:
    """Write what some of the people who have an account missed; one asks to have it looked at again."""
    first = select(Member).order_by(Member.id).limit(ABSENT)
    for number, member in enumerate(db.session.scalars(first), 1):
        for days, subject, title_zh, title_en in MISSED[: 1 + number % len(MISSED)]:
            day = clock.palace_day(now) - timedelta(days=days)
            started = clock.at(day, time(19, 30))
            db.session.add(
                Strike(
                    member_id=member.id,
                    kind=StrikeKind.TICKET,
                    subject=subject,
                    title_zh=title_zh,
                    title_en=title_en,
                    happened_at=started,
                    written_at=started + timedelta(hours=4),
                    written_by="system",
                )
            )
    db.session.flush()
    newest = select(Strike).order_by(Strike.member_id.desc(), Strike.happened_at.desc())
    asked = db.session.scalars(newest.limit(1)).one()
    db.session.add(
        Appeal(
            strike_id=asked.id,
            words="那天我到了，手机没电，门口登记了名字就进去了。",
            asked_at=now - timedelta(hours=3),
        )
    )
    db.session.flush()
