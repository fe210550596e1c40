"""Posters of the demonstration palace, and people who wait for their union's word."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from palace.db import db
from palace.joining.models import Application, Poster
from palace.members.models import Member, RosterEntry, Unit
from palace.security import public_code

POSTERS = (("city", "市总大厅"), ("taxi", "北站出车口"), ("delivery", "柳巷站点墙上"))
WAITING = (
    ("何晓明", "19900000101", "taxi-first", 2),
    ("程海燕", "19900000102", "taxi-first", 1),
    ("", "19900000103", "delivery", 1),
    ("", "19900000106", "taxi-first", 0),
)
NAMESAKE_PHONE, NAMESAKE_UNIT = "19900000105", "taxi-first"


def bring_in(now: datetime) -> None:
    """Hang up a few posters, and let newcomers wait: one without a name, one called as somebody listed."""
    units = {unit.code: unit.id for unit in db.session.scalars(select(Unit))}
    db.session.add_all(
        Poster(code=public_code(), unit_id=units[code], place=place, made_by="system", made_at=now)
        for code, place in POSTERS
    )
    namesake = (_listed_name(units[NAMESAKE_UNIT]), NAMESAKE_PHONE, NAMESAKE_UNIT, 0)
    for name, phone, code, days in (*WAITING, namesake):
        asked_at = now - timedelta(days=days)
        member = Member(name=name, phone=phone, created_at=asked_at)
        db.session.add(member)
        db.session.flush()
        db.session.add(Application(member=member, unit_id=units[code], asked_at=asked_at))
    db.session.flush()


def _listed_name(unit_id: int) -> str:
    """Return the name of the last person on a unit's roster who has no account."""
    claimed = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    wanted = select(RosterEntry.name).where(RosterEntry.unit_id == unit_id, ~claimed)
    return db.session.scalars(wanted.order_by(RosterEntry.id.desc()).limit(1)).one()
