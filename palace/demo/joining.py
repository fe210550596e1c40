"""Posters of the demonstration palace, and people who wait for their union's word."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from palace.db import db
from palace.joining.models import Application, Poster
from palace.members.models import Member, Unit
from palace.security import public_code

POSTERS = (("city", "市总大厅"), ("taxi", "北站出车口"), ("delivery", "柳巷站点墙上"))
WAITING = (
    ("何晓明", "19900000101", "taxi-first", 2),
    ("程海燕", "19900000102", "taxi-first", 1),
    ("", "19900000103", "delivery", 1),
)


def bring_in(now: datetime) -> None:
    """Hang up a few posters, and let three newcomers wait."""
    units = {unit.code: unit.id for unit in db.session.scalars(select(Unit))}
    db.session.add_all(
        Poster(code=public_code(), unit_id=units[code], place=place, made_by="system", made_at=now)
        for code, place in POSTERS
    )
    for name, phone, code, days in WAITING:
        asked_at = now - timedelta(days=days)
        member = Member(name=name, phone=phone, created_at=asked_at)
        db.session.add(member)
        db.session.flush()
        db.session.add(Application(member=member, unit_id=units[code], asked_at=asked_at))
    db.session.flush()
