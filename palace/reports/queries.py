"""Exports somebody asked for, and who asked; reads only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import Staff
from palace.members.queries import posts_of
from palace.members.rules import HeldPost, SignedIn, SignedInStaff
from palace.reports.models import Export

MOST_SHOWN = 50


def lock_staff(staff_id: int) -> None:
    """Lock somebody until the transaction ends: the count of their exports is true from here on."""
    wanted = select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True)
    db.session.execute(wanted)


def asked_today(staff_id: int, now: datetime) -> int:
    """Return how many exports somebody asked for on this palace day."""
    start, _ = clock.day_span(clock.palace_day(now))
    wanted = select(func.count()).where(Export.staff_id == staff_id, Export.asked_at >= start)
    return db.session.scalar(wanted) or 0


def exports_of(staff_id: int) -> list[Export]:
    """Return somebody's newest exports."""
    wanted = select(Export).where(Export.staff_id == staff_id).order_by(Export.id.desc())
    return list(db.session.scalars(wanted.limit(MOST_SHOWN)))


def find_export(code: str, staff_id: int) -> Export | None:
    """Return an export by its code if it is this person's."""
    wanted = select(Export).where(Export.code == code, Export.staff_id == staff_id)
    return db.session.scalars(wanted).first()


def who(staff_id: int) -> SignedIn | None:
    """Return staff as a sign-in would bring them along, or None: they have left."""
    staff = db.session.get(Staff, staff_id)
    if staff is None or staff.left_at is not None:
        return None
    known = SignedInStaff(id=staff.id, name=staff.name)
    held = tuple(HeldPost(post.role, post.site_id, post.unit_id) for post in posts_of(staff))
    return SignedIn(id=0, token="", staff=known, posts=held)
