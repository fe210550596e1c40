"""A grandmother with a kept family, and a number that somebody gave up long ago."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from palace.companions import services
from palace.companions.rules import Relation
from palace.companions.services import Introduced
from palace.db import db
from palace.identities.rules import CHECK_DIGITS, Declared, Document, checks
from palace.members.models import Member

FAMILY = (
    ("郭永平", Relation.SPOUSE, "14010519550218301", None),
    ("郭子轩", Relation.OTHER, "14010520170604303", None),
    ("郭雨桐", Relation.OTHER, "", date(2019, 9, 12)),
)
IDLE = ("孙广源", "19900000010", "14010519610708221", timedelta(days=400))


def bring_in(now: datetime) -> None:
    """Keep the family of a member with an account, and let a number lie idle."""
    grandmother = db.session.scalars(select(Member).where(Member.phone == "19900000003")).one()
    for name, relation, body, born_on in FAMILY:
        _keep(grandmother, name, relation, body, now=now, born_on=born_on)
    name, phone, body, ago = IDLE
    idle = Member(name=name, phone=phone, created_at=now - ago, phone_proven_at=now - ago)
    db.session.add(idle)
    db.session.flush()
    _keep(idle, name, Relation.SELF, body, now=now - ago)


def _keep(
    member: Member,
    name: str,
    relation: Relation,
    body: str,
    *,
    now: datetime,
    born_on: date | None = None,
) -> None:
    number = next((body + last for last in CHECK_DIGITS if checks(body + last)), "") if body else ""
    declared = Declared(name=name, document=Document.ID_CARD, number=number) if body else None
    services.keep(
        member,
        Introduced(
            name=name, relation=relation, born_on=born_on, declared=declared, by_guardian=True
        ),
        now,
    )
