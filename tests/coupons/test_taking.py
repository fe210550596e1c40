"""Taking a coupon: at the opening's very instant, once, by who may, and never after its last day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.clock import palace_day
from palace.coupons import queries, services
from palace.coupons.errors import (
    CouponsForMembers,
    CouponsForUnit,
    CouponsGone,
    CouponsNotOpen,
    CouponsOver,
    CouponsStopped,
    HasCoupons,
    MonthOfCoupons,
)
from palace.coupons.models import Coupon, CouponPool
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member
from palace.members.units import UnitKind
from palace.strikes.errors import Barred
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.tickets.errors import SaleStopped
from palace.venues.rules import Mode
from tests.blocks.conftest import member_of
from tests.coupons.conftest import at_ten, pool_of, take
from tests.factory import Factory

TICK = timedelta(milliseconds=1)


@pytest.fixture
def member(make: Factory) -> Member:
    """Return a valid member."""
    make.site()
    return make.member()


def test_nobody_has_one_a_millisecond_before_the_opening(make: Factory, member: Member) -> None:
    pool = pool_of(make, opens_at=at_ten(), valid_until=date(2027, 3, 31))
    make.set_clock(at_ten() - TICK)
    with pytest.raises(CouponsNotOpen) as refused:
        take(member, pool)
    assert refused.value.values["opens_at"] == at_ten()
    make.set_clock(at_ten())
    assert take(member, pool)


def test_the_last_day_counts_until_midnight_in_shanghai(make: Factory, member: Member) -> None:
    pool = pool_of(make, valid_until=date(2027, 3, 31))
    midnight = datetime(2027, 3, 31, 16, tzinfo=UTC)
    make.set_clock(midnight)
    with pytest.raises(CouponsOver):
        take(member, pool)
    make.set_clock(midnight - TICK)
    assert take(member, pool)


def test_the_same_tap_twice_is_one_coupon(make: Factory, member: Member) -> None:
    pool = pool_of(make, per_member=2)
    first = take(member, pool, "the-same-tap")
    assert take(member, pool, "the-same-tap") == first
    assert queries.figures(pool.id).taken == 1
    assert take(member, pool, "another-tap") != first
    with pytest.raises(HasCoupons):
        take(member, pool, "a-third-tap")


def test_a_refused_tap_may_be_tried_afresh(make: Factory, member: Member) -> None:
    pool = pool_of(make, 0)
    with pytest.raises(CouponsGone), db.session.begin_nested():
        take(member, pool, "the-same-tap")
    services.bring_in(pool.id, [(1, "LATE-0001")])
    assert take(member, pool, "the-same-tap") == "LATE-0001"


def test_the_last_one_is_the_last_one(make: Factory, member: Member) -> None:
    pool = pool_of(make, 1)
    assert take(member, pool)
    with pytest.raises(CouponsGone):
        take(make.member(), pool)


def test_a_month_s_limit_is_over_all_pools_and_ends_with_the_month(
    make: Factory, member: Member
) -> None:
    make.rules().coupons_per_month = 2
    opens, until = datetime(2027, 1, 1, tzinfo=UTC), date(2027, 12, 31)
    pools = [pool_of(make, opens_at=opens, valid_until=until) for _ in range(3)]
    make.set_clock(datetime(2027, 3, 31, 15, 59, tzinfo=UTC))
    take(member, pools[0])
    take(member, pools[1])
    with pytest.raises(MonthOfCoupons):
        take(member, pools[2])
    make.set_clock(datetime(2027, 3, 31, 16, tzinfo=UTC))
    assert take(member, pools[2])


def test_who_is_no_member_is_told(make: Factory) -> None:
    pool = pool_of(make)
    with pytest.raises(CouponsForMembers):
        take(make.member(valid=False), pool)


def test_a_union_s_coupons_are_for_it_and_those_below_it(make: Factory, member: Member) -> None:
    above = make.unit("太原铁路局工会", UnitKind.INDUSTRY)
    below = make.unit("太原站工会", parent=above)
    pool = pool_of(make, unit_id=above.id)
    with pytest.raises(CouponsForUnit) as refused:
        take(member, pool)
    assert refused.value.values["unit"] == "太原铁路局工会"
    assert take(member_of(make, below), pool)
    assert (
        db.session.scalars(select(Coupon.unit_id).where(Coupon.unit_id.is_not(None))).one()
        == below.id
    )


def test_who_is_barred_takes_none(make: Factory, member: Member) -> None:
    house, pool, now = make.rules(), pool_of(make), clock.now()
    house.strikes_to_bar = 1
    make.add(
        Strike(
            member_id=member.id,
            kind=StrikeKind.TICKET,
            subject="performance:0",
            title_zh="从前的演出",
            title_en="A show of before",
            happened_at=now,
            written_at=now,
            written_by="system",
        )
    )
    with pytest.raises(Barred) as refused:
        take(member, pool)
    assert refused.value.values["until"] == palace_day(now) + timedelta(days=house.bar_days)


def test_a_palace_that_takes_no_bookings_gives_none(make: Factory, member: Member) -> None:
    pool = pool_of(make)
    make.rules().mode = Mode.STOPPED
    db.session.flush()
    with pytest.raises(SaleStopped):
        take(member, pool)


def test_a_stopped_pool_gives_none_and_goes_on(make: Factory, member: Member) -> None:
    pool = pool_of(make)
    services.stop(pool.id)
    services.stop(pool.id)
    with pytest.raises(CouponsStopped):
        take(member, pool)
    services.resume(pool.id)
    assert take(member, pool)
    acts = [line.act for line in lines_of(pool)]
    assert acts.count("coupon_pool_stopped") == 1
    assert acts[-2:] == ["coupon_pool_resumed", "coupon_taken"]


def test_withdrawn_codes_are_gone_and_those_taken_stay(make: Factory, member: Member) -> None:
    pool = pool_of(make, 3)
    code = take(member, pool)
    assert services.withdraw(pool.id) == 2
    assert queries.figures(pool.id).total == 1
    assert services.opened(queries.coupons_of(member.id)[0]) == code
    with pytest.raises(CouponsGone):
        take(make.member(), pool)


def test_the_used_tick_is_the_member_s_own(make: Factory, member: Member) -> None:
    coupon = services.take(member, pool_of(make).id, "a-tap-key")
    receipt = coupon.receipt or ""
    services.tick(member, receipt, used=True)
    first = coupon.used_at
    assert first
    services.tick(member, receipt, used=True)
    assert coupon.used_at == first
    services.tick(member, receipt, used=False)
    assert coupon.used_at is None
    with pytest.raises(NotFound):
        services.tick(make.member(), receipt, used=True)


def test_no_code_stands_in_a_table_or_in_the_audit(make: Factory, member: Member) -> None:
    pool = pool_of(make, ["SECRET-4711"])
    assert take(member, pool) == "SECRET-4711"
    (row,) = db.session.execute(select(Coupon.mark, Coupon.sealed)).all()
    assert b"SECRET" not in row.mark + (row.sealed or b"")
    assert not any("SECRET" in repr((line.before, line.after)) for line in lines_of(pool))


def lines_of(pool: CouponPool) -> list[AuditLine]:
    """Return what the audit has of a pool."""
    wanted = select(AuditLine).where(AuditLine.subject == f"coupon_pool:{pool.id}")
    return list(db.session.scalars(wanted.order_by(AuditLine.id)))
