"""A member takes a coupon, and notes that they used it."""

from __future__ import annotations

from datetime import datetime

from palace import clock, commands
from palace.clock import palace_day
from palace.coupons import claims, queries, rules
from palace.coupons.errors import CouponsGone
from palace.coupons.models import Coupon, CouponPool
from palace.coupons.queries import Had
from palace.db import db
from palace.errors import PalaceError
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.roster.tree import units_below
from palace.security import public_code
from palace.statements import execute
from palace.strikes import queries as strikes
from palace.strikes.rules import check_not_barred
from palace.tickets.errors import SaleStopped
from palace.venues import queries as venues
from palace.venues.rules import Mode


def take(member: Known, pool_id: int, key: str) -> Coupon:
    """Give a member one code of a pool, theirs for good; the same key again is the same one.

    Raises:
        NotFound: there is no such pool, or the member was erased.
        CouponsNotOpen, CouponsOver, CouponsStopped, SaleStopped: not now.
        CouponsForMembers, CouponsForStanding, CouponsForUnit, Barred: not this member.
        HasCoupons, MonthOfCoupons: they have as many as each may have.
        CouponsGone: others were first.
    """
    receipt = public_code()
    taking = commands.taking(
        f"member:{member.id}", f"coupon:{pool_id}", key, body="", answer=receipt
    )
    first = commands.first_of(taking, execute(*taking))
    if first != receipt:
        return queries.coupon_of(member.id, first)
    members.lock(member.id)
    now = clock.now()  # behind the lock: what it says of the opening, and the counts, hold
    pool = queries.fresh(pool_id)
    _check(pool, member, queries.had(member.id, now), now)
    taken = claims.take(pool.id, member, receipt, now)
    if taken is None:
        raise CouponsGone
    note("coupon_taken", f"coupon_pool:{pool.id}")
    return taken


def refusal_of(pool: CouponPool, member: Known, had: Had, now: datetime) -> PalaceError | None:
    """Return why a member could take nothing of a pool now, were there anything left; None: they could."""
    try:
        _check(pool, member, had, now)
    except PalaceError as refusal:
        return refusal
    return None


def tick(member: Known, receipt: str, *, used: bool) -> Coupon:
    """Note that a member used their coupon, or did not after all; nobody checks it.

    Raises:
        NotFound: it is not theirs.
    """
    members.lock(member.id)
    coupon = queries.coupon_of(member.id, receipt)
    if used != (coupon.used_at is not None):
        coupon.used_at = clock.now() if used else None
        db.session.flush()
    return coupon


def _check(pool: CouponPool, member: Known, had: Had, now: datetime) -> None:
    today = palace_day(now)
    rules.check_open(pool.conditions, now, today)
    stands = venues.modes().of_all(())
    if stands.mode is Mode.STOPPED:
        raise SaleStopped(reason=stands.reason)
    unit = pool.unit
    belongs = unit is not None and member.unit_id in units_below(unit.id)
    rules.check_for(member.standing(today), unit.name_zh if unit else None, belongs=belongs)
    missed = [palace_day(one.happened_at) for one in strikes.of_member(member.id)]
    check_not_barred(missed, strikes.ladder(), today)
    rules.check_limits(
        held=had.by_pool.get(pool.id, 0),
        per_member=pool.per_member,
        of_month=had.of_month,
        per_month=venues.house_rules().coupons_per_month,
    )
