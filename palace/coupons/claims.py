"""The statements that hand a code out, take a partner's codes in and let go of those nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ARRAY, LargeBinary, Update, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.coupons.models import Coupon, CouponPool
from palace.db import db
from palace.members.rules import Known

PAST_ORM = {"synchronize_session": False}
ANEW = {"populate_existing": True}


def take(pool_id: int, member: Known, receipt: str, now: datetime) -> Coupon | None:
    """Give a member the first code of a pool that is nobody's; None: there is none.

    Codes that others are just taking are passed over, so that nobody waits at the opening. Where
    only such are left, this waits for them: one whose taker gives up is still somebody's.
    """
    for passing in (True, False):
        taken = _taking(pool_id, passing=passing).values(
            member_id=member.id, unit_id=member.unit_id, receipt=receipt, taken_at=now
        )
        won = db.session.scalars(taken.returning(Coupon), execution_options=PAST_ORM | ANEW).first()
        if won is not None:
            return won
    return None


def _taking(pool_id: int, *, passing: bool) -> Update:
    runs = exists().where(CouponPool.id == Coupon.pool_id, CouponPool.stopped_at.is_(None))
    free = (
        select(Coupon.id)
        .where(Coupon.pool_id == pool_id, Coupon.member_id.is_(None), runs)
        .order_by(Coupon.id)
        .limit(1)
        .with_for_update(of=Coupon, key_share=True, skip_locked=passing)
        .cte("free")
    )
    return update(Coupon).where(Coupon.id == free.c.id)


def add(pool_id: int, sealed: Mapping[bytes, bytes]) -> set[bytes]:
    """Take sealed codes in by their marks; return the marks of those that are new.

    In the order of the marks, so that two lists with the same codes never wait on each other in a circle.
    """
    marks = sorted(sealed)
    rows = select(
        bindparam("pool", pool_id, Coupon.pool_id.type),
        func.unnest(bindparam("marks", marks, ARRAY(LargeBinary))),
        func.unnest(bindparam("bodies", [sealed[mark] for mark in marks], ARRAY(LargeBinary))),
    )
    new = insert(Coupon).from_select(["pool_id", "mark", "sealed"], rows)
    won = new.on_conflict_do_nothing(index_elements=[Coupon.mark]).returning(Coupon.mark)
    return set(db.session.scalars(won))


def let_go(pool_id: int) -> int:
    """Delete the codes of a pool that are nobody's; return how many."""
    mine = (Coupon.pool_id == pool_id, Coupon.member_id.is_(None))
    gone = delete(Coupon).where(*mine).returning(Coupon.id)
    return len(db.session.execute(gone, execution_options=PAST_ORM).all())


def lock_pool(pool_id: int) -> CouponPool:
    """Lock a pool until the transaction ends, and return it as it stands then.

    Taking a code locks no pool: at the opening all would wait in one line.
    """
    wanted = select(CouponPool).where(CouponPool.id == pool_id)
    locked = wanted.with_for_update(key_share=True, of=CouponPool)
    return db.session.scalars(locked, execution_options=ANEW).one()
