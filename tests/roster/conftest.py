"""A palace with a small tree of units, and rosters as files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from palace.db import db, transaction
from palace.members.models import Member, RosterEntry, Unit
from palace.roster import queries, services
from palace.roster.models import RosterImport
from palace.roster.tree import UnitLine, import_units
from palace.upkeep import read_roster
from tests.factory import Factory

HEADER = "姓名,手机号,会员卡号,单位,有效期至,状态,离职日期"
TREE = (
    UnitLine(code="city", kind="federation", name="太原市总工会"),
    UnitLine(code="taxi", kind="trade", name="出租汽车行业工会", parent="city"),
    UnitLine(
        code="first",
        kind="basic",
        name="第一出租汽车公司工会",
        parent="taxi",
        nicknames=("一出租",),
    ),
    UnitLine(code="second", kind="basic", name="第二出租汽车公司工会", parent="taxi"),
    UnitLine(code="steel", kind="basic", name="钢铁厂工会", parent="city"),
)
Import = Callable[..., RosterImport]


def listed(*lines: str, header: str = HEADER) -> bytes:
    """Return a CSV."""
    return "\n".join((header, *lines, "")).encode()


@pytest.fixture
def house(live: Factory) -> Factory:
    """Return a palace with the tree."""
    live.site()
    import_units(TREE)
    live.commit()
    return live


def unit_id(code: str) -> int:
    """Return a unit's number."""
    return db.session.query(Unit).filter_by(code=code).one().id


def upload(content: bytes, unit: str | None = None, *, complete: bool = False, **more: Any) -> int:
    """Upload a file; return its import's number."""
    with transaction():
        row = services.upload(
            io.BytesIO(content),
            more.get("name", "roster.csv"),
            unit_id=unit_id(unit) if unit else None,
            complete=complete,
            actor="staff:1",
        )
    return row.id


def applied(content: bytes, unit: str | None = None, **more: Any) -> RosterImport:
    """Upload a file, have it read, confirmed and applied; return its import."""
    number = upload(content, unit, complete=more.pop("complete", False))
    read_roster(number)
    if now(number).state == "checked":
        with transaction():
            services.apply(number, confirmed=more.pop("confirmed", False))
        read_roster(number)
    return now(number)


def now(number: int) -> RosterImport:
    """Return an import as it stands."""
    db.session.rollback()
    db.session.expire_all()
    row = queries.get_import(number)
    db.session.expunge(row)
    db.session.rollback()
    return row


def people(*codes: str) -> list[tuple[str, str, str]]:
    """Return who stands on units' rosters: card, name, status."""
    db.session.rollback()
    db.session.expire_all()
    wanted = select(RosterEntry).join(Unit).order_by(Unit.code, RosterEntry.card_number)
    if codes:
        wanted = wanted.where(Unit.code.in_(codes))
    found = db.session.scalars(wanted)
    told = [(entry.card_number, entry.name, entry.status.value) for entry in found]
    db.session.rollback()
    return told


def member(name: str, phone: str) -> Member:
    """Return a member who waits for a roster."""
    row = Member(name=name, phone=phone)
    db.session.add(row)
    db.session.commit()
    return row
