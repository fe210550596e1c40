"""What the pages of coupons share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from palace.clock import iso
from palace.coupons import queries
from palace.coupons.models import CouponPool
from palace.members.posts import AT_PROGRAMME
from palace.venues.queries import Sites
from palace.words import named

DESK = "/staff/programme/coupons"
OF_ONE = f"{DESK}/<id:pool_id>"

bp = Blueprint("coupons", __name__)


def sites_of_desk() -> Sites:
    """Return the houses whose coupons this programme manager looks after; None: all."""
    found: Sites = current_user.sites(*AT_PROGRAMME)
    return found


def get_pool(pool_id: int) -> CouponPool:
    """Return a pool this programme manager looks after."""
    return queries.get_pool(pool_id, sites_of_desk())


def told(pool: CouponPool) -> dict[str, Any]:
    """Return what everybody may read of a pool, for programs."""
    return {
        "pool": pool.id,
        "partner": named(pool.partner),
        "worth": named(pool, "worth"),
        "how": named(pool, "how"),
        "opens_at": iso(pool.opens_at),
        "valid_until": pool.valid_until.isoformat(),
        "per_member": pool.per_member,
        "unit": pool.unit.name_zh if pool.unit else None,
    }
