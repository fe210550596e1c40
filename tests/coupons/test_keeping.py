"""How long a code is kept, and what erasing its member leaves: the count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palace import clock, retention, rotation
from palace.coupons import queries, services
from palace.db import db
from palace.privacy import services as privacy
from palace.sealing import KEY_ID
from palace.security import Key
from tests.coupons.conftest import pool_of
from tests.factory import Factory

LAST = date(2027, 3, 31)
KEPT = timedelta(days=180)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("after", "gone"), [(KEPT, 0), (KEPT + DAY, 2)])
def test_codes_go_when_they_are_long_worth_nothing(
    make: Factory, after: timedelta, gone: int
) -> None:
    pool, member = pool_of(make, 2, valid_until=LAST), make.member()
    services.take(member, pool.id, "a-tap-key")
    now = clock.day_span(LAST + after)[0]
    assert retention.tidy(make.rules(), now)["coupons"] == gone
    assert retention.tidy(make.rules(), now)["coupons"] == 0
    db.session.expire_all()
    assert (services.opened(queries.coupons_of(member.id)[0]) is None) == bool(gone)
    assert queries.figures(pool.id).taken == 1


def test_erasing_a_member_deletes_the_code_and_keeps_the_count(make: Factory) -> None:
    pool, member = pool_of(make, 2), make.member()
    coupon = services.take(member, pool.id, "a-tap-key")
    services.tick(member, coupon.receipt or "", used=True)
    privacy.erase(member.id, clock.now(), asked_by=f"member:{member.id}")
    db.session.expire_all()
    assert (coupon.sealed, coupon.used_at) == (None, None)
    assert coupon.unit_id
    figures = queries.figures(pool.id)
    assert (figures.taken, figures.left, figures.used) == (1, 1, 0)


def test_a_key_whose_codes_are_kept_is_not_forgotten(make: Factory) -> None:
    pool = pool_of(make, 1)
    sealed = services.take(make.member(), pool.id, "a-tap-key").sealed or b""
    key_id = sealed[:KEY_ID].hex()
    retired = Key(key_id, "personal", b"", clock.now())
    assert not rotation.may_forget(retired, clock.now(), None)
    other = Key("0000", "personal", b"", clock.now())
    assert rotation.may_forget(other, clock.now(), None)
