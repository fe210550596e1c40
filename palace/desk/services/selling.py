"""Prices and quotas of a performance: they may change while it sells, and never what was sold."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.db import db
from palace.desk import claims
from palace.desk.errors import BelowSold
from palace.desk.queries import selling
from palace.desk.rules import Prices, quota_cell
from palace.desk.services.staging import check_open, check_seen, only_changed, subject
from palace.members.services import note
from palace.money import Fen
from palace.programme.models import Performance, Price, Quota, Tier
from palace.programme.rules import Scope, Seating
from palace.tickets.services.freed import seats_freed


def set_prices(performance_id: int, wanted: Prices, *, seen: str) -> bool:
    """Set what a performance costs; return whether anything is otherwise now.

    Claims, tickets and orders keep the price they were made at: they have their own.

    Raises:
        ChangedMeanwhile: somebody else changed prices since `seen`.
        NotStaged: it is over or cancelled.
    """
    performance = claims.lock(performance_id)
    tiers = selling.tiers_for(performance.id)
    before = selling.price_values(performance, tiers)
    check_seen(seen, before)
    check_open(performance, clock.now())
    for tier in tiers:
        _set_tier(performance, tier, wanted.get(tier.code, {}))
    db.session.flush()
    was, became = only_changed(before, selling.price_values(performance, tiers))
    if became:
        note("prices_set", subject(performance.id), before=was, after=became)
    return bool(became)


def _set_tier(performance: Performance, tier: Tier, amounts: Mapping[str, Fen]) -> None:
    of_tier = (Price.performance_id == performance.id, Price.tier_id == tier.id)
    db.session.execute(delete(Price).where(*of_tier, Price.zone.not_in(list(amounts))))
    rows = [
        {"performance_id": performance.id, "tier_id": tier.id, "zone": zone, "amount": amount}
        for zone, amount in amounts.items()
    ]
    if rows:
        new = insert(Price).values(rows)
        written = new.on_conflict_do_update(
            index_elements=[Price.performance_id, Price.zone, Price.tier_id],
            set_={"amount": new.excluded.amount},
        )
        db.session.execute(written)


def set_quotas(performance_id: int, wanted: Mapping[str, int | None], *, seen: str) -> bool:
    """Set how many places may be sold in the house, of each tier and in each zone (None: no quota).

    Sales wait meanwhile: what is counted here is true until the quotas are written.

    Raises:
        BelowSold: carries how many are sold or held; nothing is changed.
        ChangedMeanwhile, NotStaged: see `set_prices`.
    """
    performance = claims.lock(performance_id)
    tiers = selling.tiers_for(performance.id)
    before = selling.quota_cells(performance, tiers)
    check_seen(seen, before)
    now = clock.now()
    check_open(performance, now)
    taken = selling.taken_by(performance.id, now)
    seats = _with_house(performance, {cell: wanted.get(cell) for cell in before})
    for cell, most in seats.items():
        if most is not None and most < taken.get(cell, 0):
            raise BelowSold(cell, taken[cell])
    _write(performance, seats, {tier.code: tier.id for tier in tiers})
    seats_freed(performance.id, (), now)
    was, became = only_changed(before, selling.quota_cells(performance, tiers))
    if became:
        note("quotas_set", subject(performance.id), before=was, after=became)
    return bool(became)


def _with_house(
    performance: Performance, wanted: Mapping[str, int | None]
) -> dict[str, int | None]:
    """Return the quotas with the house's own: places without seats are always counted against it."""
    seats = dict(wanted)
    house = quota_cell(Scope.HOUSE)
    if performance.seating is Seating.PLACES:
        said = seats.get(house)
        seats[house] = performance.capacity if said is None else min(said, performance.capacity)
    return seats


def _write(
    performance: Performance, seats: Mapping[str, int | None], tier_ids: Mapping[str, int]
) -> None:
    """Write the quotas in their order: the house, tiers, zones."""
    known = selling.quotas_of(performance.id)
    for cell, most in seats.items():
        found = known.get(cell)
        if most is None and found is not None:
            db.session.delete(found)
        elif most is not None and found is not None:
            found.seats = most
        elif most is not None:
            scope, _, of = cell.partition(":")
            db.session.add(
                Quota(
                    performance_id=performance.id,
                    scope=Scope(scope),
                    tier_id=tier_ids[of] if scope == Scope.TIER else None,
                    zone=of if scope == Scope.ZONE else None,
                    seats=most,
                )
            )
    db.session.flush()
