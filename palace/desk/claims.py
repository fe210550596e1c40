"""The locks under which a performance is changed, and the one that no sale can slip past."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Interval, bindparam, delete, func, select, update

from palace.db import db, table_of
from palace.errors import NotFound
from palace.programme.models import Performance, Tier
from palace.tickets.models import Claim
from palace.tickets.quotas import lock_quotas

CLAIMS = table_of(Claim)
NEW_TIERS = 7_215_020


def lock(performance_id: int) -> Performance:
    """Lock a performance against other managers and return it as it stands then.

    Its quotas are locked before, as every sale locks them.

    Raises:
        NotFound: there is none.
    """
    lock_quotas(performance_id)
    one = select(Performance.id).where(Performance.id == performance_id)
    db.session.execute(one.with_for_update(key_share=True))
    return as_it_stands(performance_id)


def lock_from_sale(performance_id: int) -> Performance:
    """Lock a performance against everybody: an order that is being written is waited for, a new one waits.

    Raises:
        NotFound: there is none.
    """
    one = select(Performance.id).where(Performance.id == performance_id)
    db.session.execute(one.with_for_update())
    return as_it_stands(performance_id)


def as_it_stands(performance_id: int) -> Performance:
    """Return a performance read anew.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Performance, performance_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def lock_tier(tier_id: int) -> Tier:
    """Lock a tier against everybody and return it as it stands then; a price being set is waited for.

    Raises:
        NotFound: there is none.
    """
    one = select(Tier.id).where(Tier.id == tier_id)
    db.session.execute(one.with_for_update())
    found = db.session.get(Tier, tier_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def lock_new_tiers() -> None:
    """Let one manager at a time add a tier: its name and code are looked up before."""
    db.session.execute(select(func.pg_advisory_xact_lock(NEW_TIERS)))


def move_releases(performance_id: int, by: timedelta) -> None:
    """Move the release of a performance's kept seats with its start."""
    moved = (
        update(CLAIMS)
        .where(CLAIMS.c.performance_id == performance_id, CLAIMS.c.kept_until.is_not(None))
        .values(kept_until=CLAIMS.c.kept_until + bindparam("by", type_=Interval))
    )
    db.session.execute(moved, {"by": by})


def forget_kept(performance_id: int) -> int:
    """Give up the kept seats of a plan that is sold no more; return how many there were.

    Only where nobody has booked: what lapsed or was given back on that plan goes along.
    """
    gone = delete(CLAIMS).where(
        CLAIMS.c.performance_id == performance_id, CLAIMS.c.order_id.is_(None)
    )
    return len(db.session.execute(gone.returning(CLAIMS.c.id)).all())
