"""What the demonstration palace shows of data: a second version of its word, who agreed, who left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from palace.consents import services as consents
from palace.consents.rules import FIRST, Purpose, Words
from palace.db import db
from palace.members.models import Member
from palace.members.rules import tidy_name
from palace.privacy import services

PUBLISHED = timedelta(days=20)
AGREED = timedelta(days=35)
STAYED = timedelta(days=90)
MORE = Words(
    "第2版只加了一条：培训班点名和场地签到也记在这里，学期结束后按期删。",
    "Version 2 adds one line: roll calls of classes and sign-ins to rooms are kept here too, and "
    "deleted in time after the term.",
)
LEFT = ("冯春梅", "19900000104")


def bring_in(now: datetime) -> None:
    """Publish a second version, have some who are here agree to the first, and let somebody go."""
    began = now - STAYED
    people = list(db.session.scalars(select(Member.id).order_by(Member.id)))
    consents.give_each(people, Purpose.PRIVACY, now - AGREED)
    first = FIRST[Purpose.PRIVACY]
    words = Words(f"{first.zh}\n{MORE.zh}", f"{first.en}\n{MORE.en}")
    consents.publish(Purpose.PRIVACY, words, after=1, actor="system", now=now - PUBLISHED)
    consents.give_each(people[::2], Purpose.PRIVACY, now - timedelta(days=3))
    name, phone = LEFT
    gone = Member(name=tidy_name(name), phone=phone, created_at=began)
    db.session.add(gone)
    db.session.flush()
    services.erase(gone.id, now, asked_by=f"member:{gone.id}")
