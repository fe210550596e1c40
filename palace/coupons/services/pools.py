"""A pool of coupons is made, changed, stopped and emptied by the programme's desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace import clock, commands
from palace.coupons import claims, queries
from palace.coupons.errors import (
    PoolMoved,
    PoolSiteNotYours,
    PoolUnitUnclear,
    PoolUnitUnknown,
)
from palace.coupons.models import CouponPool
from palace.coupons.services.codes import check_not_over
from palace.db import db
from palace.members.models import Unit
from palace.members.services import note
from palace.programme.models import Partner
from palace.roster.tree import find_units
from palace.security import public_code
from palace.statements import execute

MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class PoolValues:
    """What is typed of a pool; its partner is never another one, as codes are known by it."""

    worth_zh: str
    worth_en: str
    how_zh: str
    how_en: str
    opens_at: datetime
    valid_until: date
    per_member: int
    unit_id: int | None


def make(
    values: PoolValues,
    partner: tuple[str, str],
    by: str,
    *,
    key: str,
    site_id: int | None,
    within: Collection[int] | None,
) -> CouponPool:
    """Make a pool without codes; the same key again is the same one.

    Args:
        partner: the organisation's name in both languages; an organisation of this name is it.
        site_id: the house whose desk looks after it; None: the whole palace's.
        within: the houses this person is limited to; None: all.

    Raises:
        PoolSiteNotYours: who is limited to some houses makes it for none of them.
        KeyReused: the key was used for another one.
    """
    if within is not None and site_id not in within:
        raise PoolSiteNotYours
    code = public_code()
    body = repr((values, partner, site_id))
    asked = commands.taking(by, "coupon_pool", key, body=body, answer=code)
    first = commands.first_of(asked, execute(*asked))
    if first != code:
        return queries.pool_by_code(first)
    pool = CouponPool(
        code=code,
        site_id=site_id,
        partner_id=_partner(*partner),
        made_by=by,
        made_at=clock.now(),
        **asdict(values),
    )
    db.session.add(pool)
    db.session.flush()
    note("coupon_pool_made", f"coupon_pool:{pool.id}", after=_told(pool))
    return pool


def change(pool_id: int, values: PoolValues, *, seen: int) -> CouponPool:
    """Change a pool; what was handed out stays with who has it.

    Args:
        seen: the revision on which somebody based the change.

    Raises:
        PoolMoved: it is another by now; nothing is changed.
        CouponsOver: its last day has passed.
    """
    pool = claims.lock_pool(pool_id)
    if pool.revision != seen:
        raise PoolMoved
    check_not_over(pool)
    before = _told(pool)
    for name, value in asdict(values).items():
        setattr(pool, name, value)
    after = _told(pool)
    if after != before:
        pool.revision += 1
        note("coupon_pool_changed", f"coupon_pool:{pool.id}", before=before, after=after)
    db.session.flush()
    return pool


def stop(pool_id: int) -> None:
    """Hand no more codes of a pool out; those members have are theirs. Done twice it changes nothing."""
    pool = claims.lock_pool(pool_id)
    if pool.stopped_at is None:
        pool.stopped_at = clock.now()
        note("coupon_pool_stopped", f"coupon_pool:{pool.id}")
        db.session.flush()


def resume(pool_id: int) -> None:
    """Hand codes of a stopped pool out again."""
    pool = claims.lock_pool(pool_id)
    if pool.stopped_at is not None:
        pool.stopped_at = None
        note("coupon_pool_resumed", f"coupon_pool:{pool.id}")
        db.session.flush()


def withdraw(pool_id: int) -> int:
    """Delete the codes of a pool that nobody has; return how many."""
    pool = claims.lock_pool(pool_id)
    gone = claims.let_go(pool.id)
    if gone:
        note("coupon_codes_withdrawn", f"coupon_pool:{pool.id}", after={"codes": gone})
    return gone


def unit_called(typed: str) -> int | None:
    """Return the union people call so; None: nothing was typed.

    Raises:
        PoolUnitUnknown, PoolUnitUnclear: none is called so, or several are.
    """
    if not typed:
        return None
    found = find_units(typed, basic=False)
    exact: list[Unit] = [unit for unit in found if unit.name_zh == typed] or found
    if not exact:
        raise PoolUnitUnknown
    if len(exact) > 1:
        raise PoolUnitUnclear(names=[unit.name_zh for unit in exact[:MOST_NAMED]])
    return exact[0].id


def _partner(name_zh: str, name_en: str) -> int:
    """Return the organisation of this name, made if it is new; what others read of it stays."""
    new = insert(Partner).values(name_zh=name_zh, name_en=name_en).on_conflict_do_nothing()
    db.session.execute(new)
    return db.session.scalars(select(Partner.id).where(Partner.name_zh == name_zh)).one()


def _told(pool: CouponPool) -> dict[str, Any]:
    return {
        "worth_zh": pool.worth_zh,
        "worth_en": pool.worth_en,
        "how_zh": pool.how_zh,
        "how_en": pool.how_en,
        "opens_at": clock.iso(pool.opens_at),
        "valid_until": pool.valid_until.isoformat(),
        "per_member": pool.per_member,
        "unit_id": pool.unit_id,
    }
