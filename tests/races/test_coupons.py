"""Five hundred members on three hundred codes: each code once, each member their own, nothing left."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace.coupons import queries, services
from palace.coupons.models import Coupon, CouponPool
from palace.db import db
from palace.members.models import Member
from palace.security import public_code
from tests.coupons.conftest import pool_of
from tests.factory import Factory
from tests.races.together import codes, together

Job = Callable[[], object]


def members(live: Factory, count: int) -> list[int]:
    """Return the numbers of so many members of one union."""
    unit = live.unit()
    entries = [live.roster_entry() for _ in range(count)]
    for entry in entries:
        entry.unit_id, entry.unit = unit.id, unit
    people = [
        Member(phone=entry.phone, name=entry.name, roster_entry_id=entry.id, roster_entry=entry)
        for entry in entries
    ]
    live.add(*people)
    return [one.id for one in people]


def tap(member_id: int, pool_id: int, key: str) -> object:
    """Take one; return its code."""
    member = db.session.get_one(Member, member_id)
    return services.opened(services.take(member, pool_id, key))


def taps(people: Sequence[int], pool: CouponPool, each: int = 1, key: str = "") -> list[Job]:
    """Return the taps of members, each with keys of their own unless one is given."""
    return [partial(tap, one, pool.id, key or public_code()) for one in people for _ in range(each)]


def held() -> Counter[int]:
    """Return how many coupons each member has."""
    db.session.rollback()
    wanted = select(Coupon.member_id, func.count()).where(Coupon.member_id.is_not(None))
    return Counter(
        {row[0] or 0: row[1] for row in db.session.execute(wanted.group_by(Coupon.member_id))}
    )


def test_500_members_on_300_codes(live: Factory, live_app: Flask) -> None:
    pool, people = pool_of(live, 300), members(live, 500)
    live.commit()
    results = together(live_app, taps(people, pool), at_once=16)
    assert codes(results) == {"won": 300, "coupons_gone": 200}
    given = [code for code in results if isinstance(code, str)]
    assert len(set(given)) == 300
    assert set(held().values()) == {1}


def test_each_has_at_most_their_number_however_they_tap(live: Factory, live_app: Flask) -> None:
    pool, people = pool_of(live, 40, per_member=2), members(live, 16)
    live.commit()
    results = together(live_app, taps(people, pool, each=5), at_once=16)
    assert codes(results) == {"won": 32, "has_coupons": 48}
    assert set(held().values()) == {2}


def test_one_tap_sent_sixteen_times_is_one_coupon(live: Factory, live_app: Flask) -> None:
    pool, people = pool_of(live, 40, per_member=9), members(live, 1)
    live.commit()
    results = together(live_app, taps(people, pool, each=16, key="one-tap-key"), at_once=16)
    assert len(set(results)) == 1
    assert held().total() == 1


def test_a_month_s_limit_holds_over_two_pools_at_once(live: Factory, live_app: Flask) -> None:
    first, second, people = pool_of(live, 40), pool_of(live, 40), members(live, 12)
    live.rules().coupons_per_month = 1
    live.commit()
    results = together(live_app, taps(people, first) + taps(people, second), at_once=24)
    assert codes(results) == {"won": 12, "month_of_coupons": 12}
    assert set(held().values()) == {1}


def test_a_code_that_its_taker_gives_up_is_still_given(live: Factory, live_app: Flask) -> None:
    """Whoever finds only a code that somebody is just taking waits for it instead of going away."""
    pool, (first, second) = pool_of(live, 1), members(live, 2)
    live.commit()
    taking = threading.Event()

    def give_up() -> object:
        tap(first, pool.id, public_code())
        taking.set()
        time.sleep(0.5)
        db.session.rollback()
        return None

    def come_second() -> object:
        assert taking.wait(timeout=30)
        return tap(second, pool.id, public_code())

    _, won = together(live_app, [give_up, come_second], at_once=2)
    assert isinstance(won, str), won
    assert held() == {second: 1}


def test_what_is_withdrawn_meanwhile_is_nobody_s(live: Factory, live_app: Flask) -> None:
    pool, people = pool_of(live, 60), members(live, 40)
    live.commit()
    withdrawn = partial(services.withdraw, pool.id)
    stopped = partial(services.stop, pool.id)
    waiting = taps(people, pool)
    results = together(live_app, [*waiting[:20], withdrawn, stopped, *waiting[20:]], at_once=42)
    db.session.rollback()
    figures = queries.figures(pool.id)
    won = [one for one in results if isinstance(one, str)]
    assert len(set(won)) == len(won) == figures.taken
    gone = next(one for one in results if isinstance(one, int))
    assert figures.total + gone == 60
    assert figures.left == 0


def test_one_list_brought_in_four_times_at_once_is_there_once(
    live: Factory, live_app: Flask
) -> None:
    first, second = pool_of(live, 0), pool_of(live, 0)
    live.commit()
    lines = [(n, f"CODE-{n:05}") for n in range(400)]
    jobs: list[Job] = [
        partial(services.bring_in, pool.id, listed)
        for pool in (first, second)
        for listed in (lines, lines[::-1])
    ]
    results = together(live_app, jobs, at_once=4)
    assert sum(one.brought or 0 for one in results if isinstance(one, services.Read)) == 400
    db.session.rollback()
    assert queries.figures(first.id).total + queries.figures(second.id).total == 400
