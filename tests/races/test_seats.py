"""Seats, limits, quotas and keys against threads on a real PostgreSQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import services
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import OrderState, Wish
from palace.venues.models import Seat
from tests.factory import Factory
from tests.races.together import codes, together


def booker(
    member: Member, performance: Performance, wish: Wish, key: str = ""
) -> Callable[[], object]:
    """Return a job that holds and confirms a wish."""

    def book() -> object:
        mine = db.session.get_one(Member, member.id)
        order = services.hold(mine, performance.id, wish, key=key or f"key-{random.random()}")
        services.confirm(mine, order.code)
        return order.code

    return book


def holder(member: Member, performance: Performance, wish: Wish) -> Callable[[], object]:
    """Return a job that only holds."""

    def hold() -> object:
        mine = db.session.get_one(Member, member.id)
        return services.hold(mine, performance.id, wish, key=f"key-{random.random()}").code

    return hold


def seats(*codes_: str) -> Wish:
    """Return a wish for named seats."""
    return Wish(seats=tuple((code, None) for code in codes_))


def test_200_people_want_one_seat_and_one_gets_a_ticket(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=1)
    members = [live.member() for _ in range(200)]
    live.commit()

    jobs = [booker(member, performance, seats("ST-01-01")) for member in members]
    results = codes(together(live_app, jobs, at_once=200))

    assert results == {"won": 1, "seat_taken": 199}
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def whole_house(live: Factory, count: int) -> tuple[Performance, list[Member]]:
    """Return a house of 1,234 seats without limits in the way, and people."""
    performance = live.performance(seats=[44] * 28 + [2], seats_per_member=1234)
    live.rules().free_per_month = 1234
    members = [live.member() for _ in range(count)]
    live.commit()
    return performance, members


def buy_out(live_app: Flask, performance: Performance, members: list[Member]) -> None:
    """Let 64 buyers take random seats, 1 to 4 a time, until every seat is sold."""
    codes_ = [seat.code for seat in Factory(live_app).seats(performance)]

    def shop(member: Member, chance: random.Random) -> Callable[[], object]:
        def buy() -> object:
            return booker(
                member, performance, seats(*chance.sample(codes_, chance.randint(1, 4)))
            )()

        return buy

    for turn in range(400):
        jobs = [
            shop(member, random.Random(turn * 1000 + number))
            for number, member in enumerate(members)
        ]
        together(live_app, jobs, at_once=64)
        left = unsold(performance)
        codes_ = [seat.code for seat in Factory(live_app).seats(performance) if seat.id in left]
        db.session.rollback()
        if len(codes_) < 4:
            break
    for code in codes_:
        together(live_app, [booker(members[0], performance, seats(code))])


def unsold(performance: Performance) -> set[int]:
    """Return the seats that nobody owns."""
    sold = set(
        db.session.scalars(
            select(Claim.seat_id).where(
                Claim.performance_id == performance.id, Claim.held_until.is_(None)
            )
        )
    )
    everything = set(db.session.scalars(select(Seat.id).where(Seat.plan_id == performance.plan_id)))
    return everything - sold


@pytest.mark.parametrize("lapsed_half", [False, True], ids=["empty house", "half lapsed holds"])
def test_64_buyers_of_random_carts_sell_exactly_the_house(
    live: Factory, live_app: Flask, lapsed_half: bool
) -> None:
    performance, members = whole_house(live, 64)
    if lapsed_half:
        lapse_half(live, live_app, performance, members[0])

    buy_out(live_app, performance, members)

    tickets = Counter(db.session.scalars(select(Ticket.seat_id)))
    assert len(tickets) == 1234
    assert set(tickets.values()) == {1}
    owned = dict(
        db.session.execute(select(Ticket.order_id, func.count()).group_by(Ticket.order_id)).all()
    )
    settled = db.session.scalars(select(Order).where(Order.state == OrderState.SETTLED)).all()
    assert {order.id: order.seat_count for order in settled} == owned


def lapse_half(live: Factory, live_app: Flask, performance: Performance, member: Member) -> None:
    """Hold every second seat and let the holds lapse."""
    codes_ = [seat.code for seat in live.seats(performance)][::2]
    for first in range(0, len(codes_), 20):
        together(live_app, [holder(member, performance, seats(*codes_[first : first + 20]))])
    db.session.execute(update(Claim).values(held_until=clock.now() - timedelta(seconds=1)))
    live.commit()


def test_a_free_quota_of_600_gives_exactly_600(live: Factory, live_app: Flask) -> None:
    performance = live.performance(
        seats=[44] * 28, prices={"free": 0, "member": 3000}, quotas={"free": 600}
    )
    members = [live.member() for _ in range(400)]
    live.commit()

    jobs = [booker(member, performance, Wish(count=2)) for member in members]
    results = codes(together(live_app, jobs, at_once=32))

    assert results == {"won": 400}
    prices = Counter(db.session.scalars(select(Claim.price)))
    assert prices == {0: 600, 3000: 200}


def at_once(member: Member, performance: Performance, code: str) -> Callable[[], object]:
    """Return a job that claims and confirms one seat in one command."""

    def book() -> object:
        mine = db.session.get_one(Member, member.id)
        wish, key = seats(code), f"key-{random.random()}"
        return services.hold(mine, performance.id, wish, key=key, confirm=True).code

    return book


def test_64_people_claim_and_confirm_one_seat_in_one_command_and_one_gets_it(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=1)
    members = [live.member() for _ in range(64)]
    live.commit()

    jobs = [at_once(member, performance, "ST-01-01") for member in members]
    results = codes(together(live_app, jobs, at_once=64))

    assert results == {"won": 1, "seat_taken": 63}
    assert db.session.scalars(select(Claim.held_until)).all() == [None]
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_chosen_seats_beyond_a_free_quota_are_held_at_the_next_price(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(
        seats=[40], prices={"free": 0, "member": 3000}, quotas={"free": 15}
    )
    members = [live.member() for _ in range(40)]
    live.commit()

    jobs = [
        at_once(member, performance, f"ST-01-{number:02d}")
        for number, member in enumerate(members, 1)
    ]
    results = codes(together(live_app, jobs, at_once=40))

    assert results == {"won": 40}
    sold = select(Claim.price, Claim.held_until.is_(None), Order.state).join(Claim.order)
    assert Counter(map(tuple, db.session.execute(sold))) == {
        (0, True, OrderState.SETTLED): 15,
        (3000, False, OrderState.HELD): 25,
    }
    assert set(db.session.scalars(select(Ticket.price))) == {0}


def test_places_without_seats_are_sold_exactly(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=100, seating=Seating.PLACES)
    members = [live.member() for _ in range(70)]
    live.commit()

    jobs = [booker(member, performance, Wish(count=2)) for member in members]
    results = codes(together(live_app, jobs, at_once=32))

    assert results == {"won": 50, "sold_out": 20}
    assert db.session.scalar(select(func.count(Ticket.id))) == 100


@pytest.mark.parametrize(("limit", "monthly"), [(4, 99), (99, 4)], ids=["per show", "per month"])
def test_limits_hold_against_parallel_requests(
    live: Factory, live_app: Flask, limit: int, monthly: int
) -> None:
    performance = live.performance(seats=30, seats_per_member=limit)
    live.rules().free_per_month = monthly
    member = live.member()
    live.commit()

    jobs = [booker(member, performance, Wish(count=1)) for _ in range(10)]
    results = codes(together(live_app, jobs))

    assert results["won"] == 4
    assert db.session.scalar(select(func.count(Ticket.id))) == 4


def test_24_requests_with_one_key_make_one_order(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=30)
    member = live.member()
    live.commit()

    jobs = [booker(member, performance, Wish(count=2), key="one-key-for-all") for _ in range(24)]
    results = together(live_app, jobs)

    assert len(set(map(str, results))) == 1
    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert db.session.scalar(select(func.count(Ticket.id))) == 2


def test_confirming_at_the_edge_of_holds_never_oversells_a_quota(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=[40] * 2, quotas={"free": 40}, seats_per_member=2)
    first, second = [live.member() for _ in range(20)], [live.member() for _ in range(20)]
    live.commit()
    held = together(live_app, [holder(member, performance, Wish(count=2)) for member in first])
    db.session.execute(update(Claim).values(held_until=clock.now() + timedelta(milliseconds=60)))
    live.commit()

    def confirmer(member: Member, code: object) -> Callable[[], object]:
        return lambda: services.confirm(db.session.get_one(Member, member.id), str(code))

    late = [confirmer(member, code) for member, code in zip(first, held, strict=True)]
    new = [booker(member, performance, Wish(count=2)) for member in second]
    mixed = [job for pair in zip(late, new, strict=True) for job in pair]
    together(live_app, mixed, at_once=40)

    assert db.session.scalars(select(func.count(Ticket.id))).one() <= 40
