"""A pool of a cinema with codes, a member who may take one, and the browsers of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.clock import palace_day
from palace.coupons import services
from palace.coupons.models import CouponPool
from palace.coupons.services import PoolValues
from palace.members.models import Member
from palace.members.rules import Role
from palace.security import public_code
from tests.factory import Factory

DESK = "/staff/programme/coupons"
CINEMA = ("新华影城", "Xinhua Cinema")


def values(**of: Any) -> PoolValues:
    """Return what is typed of a pool: open since yesterday, good for a month, one each."""
    now = clock.now()
    usual: dict[str, Any] = {
        "worth_zh": "10元看电影",
        "worth_en": "Film for 10 yuan",
        "how_zh": "到新华影城售票处出示券码。",
        "how_en": "Show the code at Xinhua Cinema.",
        "opens_at": now - timedelta(days=1),
        "valid_until": palace_day(now) + timedelta(days=30),
        "per_member": 1,
        "unit_id": None,
    }
    return PoolValues(**(usual | of))


def pool_of(
    make: Factory,
    codes: Sequence[str] | int = 3,
    *,
    partner: tuple[str, str] = CINEMA,
    site_id: int | None = None,
    **of: Any,
) -> CouponPool:
    """Return a pool with these codes, or so many."""
    make.site()
    pool = services.make(
        values(**of), partner, "staff:1", key=public_code(), site_id=site_id, within=None
    )
    listed = [f"XH{pool.id}-{n:04}" for n in range(codes)] if isinstance(codes, int) else codes
    if listed:
        services.bring_in(pool.id, list(enumerate(listed, 1)))
    return pool


def take(member: Member, pool: CouponPool, key: str = "") -> str | None:
    """Let a member take one; return its code."""
    return services.opened(services.take(member, pool.id, key or public_code()))


def typed(**of: Any) -> dict[str, str]:
    """Return the form of a pool as a browser sends it."""
    usual = {
        "partner_zh": CINEMA[0],
        "partner_en": CINEMA[1],
        "worth_zh": "10元看电影",
        "worth_en": "Film for 10 yuan",
        "how_zh": "到售票处出示券码。",
        "how_en": "Show the code.",
        "opens_at": "2026-01-05T10:00",
        "valid_until": "2099-12-31",
        "per_member": "2",
        "unit": "",
        "key": public_code(),
    }
    return usual | of


def ends(pool: CouponPool, day: date) -> None:
    """Let a pool be good until a day."""
    pool.valid_until = day


def at_ten(year: int = 2027) -> datetime:
    """Return ten in the morning of an opening."""
    return datetime(year, 3, 3, 10, tzinfo=clock.SHANGHAI)


@pytest.fixture
def desk(app: Flask, make: Factory) -> FlaskClient:
    """Return the browser of a programme manager of the whole palace."""
    make.site()
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME))
    return browser
