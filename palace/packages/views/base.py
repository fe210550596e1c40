"""What the pages of packages share: the blueprint, a package and an order as programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint

from palace import clock
from palace.packages import queries
from palace.packages.rules import Price
from palace.payments import services as payments
from palace.programme.models import Package, Performance
from palace.tickets import queries as tickets
from palace.tickets.models import Order, PackageOrder
from palace.tickets.rules import PACKAGES, OrderState

bp = Blueprint("packages", __name__)
LAPSED = "lapsed"


def package_json(
    package: Package, shows: Sequence[tuple[Performance, str | None]], prices: Sequence[Price]
) -> dict[str, Any]:
    """Return a package as everybody may read it."""
    return {
        "package": package.id,
        "name_zh": package.name_zh,
        "name_en": package.name_en,
        "opens_at": clock.iso(package.opens_at),
        "members_open_at": clock.iso(package.members_open_at) if package.members_open_at else None,
        "closes_at": clock.iso(package.closes_at),
        "seats": package.seats,
        "seats_per_member": package.seats_per_member,
        "singly": package.singly,
        "returns": package.returns.value,
        "shows": [
            {"performance": show.id, "zone": zone, "starts_at": clock.iso(show.starts_at)}
            for show, zone in shows
        ],
        "prices": [
            {
                "tier": price.code,
                "amount": price.total,
                "parts": [price.parts[show.id] for show, _ in shows],
            }
            for price in prices
        ],
    }


def order_json(order: PackageOrder) -> dict[str, Any]:
    """Return a package's order as programs read it, as it stands now."""
    found = by_start(queries.parts(order))
    told = [tickets.parts_of(one) for one in found]
    state = state_of(found, [one.live for one in told])
    ends_at = deadline(found)
    waits = state in (OrderState.HELD, OrderState.AWAITING_PAYMENT)
    return {
        "package_order": order.code,
        "package": order.package_id,
        "state": state,
        "held_until": clock.iso(ends_at) if waits else None,
        "payment": payments.told_beside(payments.find(PACKAGES, order.id)),
        "shows": [
            {
                "performance": one.performance_id,
                "order": one.code,
                "seats": part.seats or [],
                "tickets": part.tickets or [],
            }
            for one, part in zip(found, told, strict=True)
        ],
    }


def by_start(parts: Sequence[Order]) -> list[Order]:
    """Return the parts of an order as people read them: by the start of their shows."""
    return sorted(parts, key=lambda one: (one.performance.starts_at, one.id))


def state_of(parts: Sequence[Order], live: Sequence[int]) -> str:
    """Return how a package's order stands; "lapsed" if a seat that it held is no longer its own."""
    for state in (OrderState.HELD, OrderState.AWAITING_PAYMENT):
        waits = [(one, count) for one, count in zip(parts, live, strict=True) if one.state is state]
        if waits:
            lost = any(count < one.seat_count for one, count in waits)
            return LAPSED if lost else state.value
    is_settled = any(one.state is OrderState.SETTLED for one in parts)
    return (OrderState.SETTLED if is_settled else OrderState.CANCELLED).value


def deadline(parts: Sequence[Order]) -> Any:
    """Return until when the seats are kept: those of the first to be let go."""
    return min(one.pay_by or one.hold_ends_at for one in parts)
