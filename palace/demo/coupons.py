"""Two pools of film coupons: one that is handed out, and one that opens tomorrow at ten for a union."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select

from palace.clock import at, palace_day
from palace.coupons import services
from palace.coupons.services import PoolValues
from palace.db import db
from palace.demo.people import PERSONAS
from palace.members.models import Member, RosterEntry, Unit

TAXI = "taxi-first"
CODES, TAKEN = 40, 9
BY, KEY = "system", "demonstration"


def bring_in(now: datetime) -> None:
    """Make the pools, and let some who are no visitors take one."""
    cinema = _pool(
        PoolValues(
            worth_zh="10元看电影",
            worth_en="A film for 10 yuan",
            how_zh="在新华影城（示例）的手机应用里选好座位，付款时输入券码。2D、3D都能用，节假日除外。",
            how_en="Choose seats in the app of Xinhua Cinema (example) and type the code when paying. "
            "2D and 3D, not on public holidays.",
            opens_at=now - timedelta(days=1),
            valid_until=palace_day(now) + timedelta(days=60),
            per_member=2,
            unit_id=None,
        ),
        ("新华影城（示例）", "Xinhua Cinema (example)"),
        prefix="XH",
    )
    tomorrow = palace_day(now) + timedelta(days=1)
    _pool(
        PoolValues(
            worth_zh="爆米花一份",
            worth_en="A bucket of popcorn",
            how_zh="在星光影院（示例）卖品部出示二维码。",
            how_en="Show the QR code at the counter of Starlight Cinema (example).",
            opens_at=at(tomorrow, time(10)),
            valid_until=palace_day(now) + timedelta(days=30),
            per_member=1,
            unit_id=db.session.scalars(select(Unit.id).where(Unit.code == TAXI)).one(),
        ),
        ("星光影院（示例）", "Starlight Cinema (example)"),
        prefix="XG",
    )
    for member in _others(now):
        services.take(member, cinema, KEY)


def _pool(values: PoolValues, partner: tuple[str, str], *, prefix: str) -> int:
    pool = services.make(values, partner, BY, key=f"{KEY}-{prefix}", site_id=None, within=None)
    codes = [f"{prefix}{number * 7919 % 900_000 + 100_000}" for number in range(1, CODES + 1)]
    services.bring_in(pool.id, list(enumerate(codes, 1)))
    return pool.id


def _others(now: datetime) -> list[Member]:
    """Return valid members whom no visitor signs in as."""
    wanted = (
        select(Member)
        .join(RosterEntry, RosterEntry.id == Member.roster_entry_id)
        .where(
            RosterEntry.valid_until >= palace_day(now),
            Member.phone.not_in([persona.phone for persona in PERSONAS]),
            RosterEntry.counts,
        )
    )
    return list(db.session.scalars(wanted.order_by(Member.id).limit(TAKEN)))
