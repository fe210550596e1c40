"""Packages against threads: taken all or none beside single tickets, with no deadlock and no seat twice."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.packages import services
from palace.packages.services.taking import Asked
from palace.programme.models import Package, Quota
from palace.programme.rules import Scope
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Order, PackageOrder, Ticket, Waitlist
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.packages.conftest import packaged, shows_of
from tests.races.together import codes, together

Job = Callable[[], object]


def buyer(member: Member, package: Package, count: int) -> Callable[[], object]:
    """Return a job that takes packages, settled at once."""

    def take() -> object:
        mine = db.session.get_one(Member, member.id)
        asked = Asked(count=count, confirm=True)
        return services.take(mine, package.id, asked, key=f"key-{random.random()}").code

    return take


def single(member: Member, performance_id: int, count: int) -> Callable[[], object]:
    """Return a job that takes tickets of one show, settled at once."""

    def hold() -> object:
        mine = db.session.get_one(Member, member.id)
        key = f"key-{random.random()}"
        return tickets.hold(mine, performance_id, Wish(count=count), key=key, confirm=True).code

    return hold


def whole(package: Package) -> dict[int, list[int]]:
    """Return how many tickets each package order has at each of its shows."""
    counted = (
        select(PackageOrder.id, Order.performance_id, func.count(Ticket.id))
        .join(Ticket, Ticket.order_id == Order.id)
        .join(PackageOrder, PackageOrder.id == Order.package_order_id)
        .where(PackageOrder.package_id == package.id)
        .group_by(PackageOrder.id, Order.performance_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for order_id, _, count in db.session.execute(counted):
        found[order_id].append(count)
    return found


def test_16_threads_take_packages_of_the_same_shows_beside_single_tickets(
    live: Factory, live_app: Flask
) -> None:
    shows = shows_of(live, seats=[8, 8, 8])
    live.rules().free_per_month = 99
    one = packaged(live, shows, seats=9)
    other = packaged(live, list(reversed(shows)), seats=9, seats_per_member=2)
    members = [live.member() for _ in range(48)]
    live.commit()

    chance = random.Random(39)
    jobs: list[Callable[[], object]] = []
    for number, member in enumerate(members):
        if number % 3 == 2:
            jobs.append(single(member, chance.choice(shows).id, chance.randint(1, 3)))
        else:
            jobs.append(buyer(member, (one, other)[number % 2], chance.randint(1, 2)))
    results = codes(together(live_app, jobs, at_once=16))

    assert set(results) <= {"won", "package_full", "sold_out", "no_seats_together", "rushed"}
    orders = dict(db.session.execute(select(PackageOrder.id, PackageOrder.seat_count)).all())
    for package in (one, other):
        found = whole(package)
        assert all(counts == [orders[order]] * 3 for order, counts in found.items()), (
            "half a package"
        )
        assert sum(orders[order] for order in found) <= 9
    assert results["won"] > len(orders) > 0, "packages and single tickets both were had"
    seats = Counter(db.session.scalars(select(Claim.seat_id).where(Claim.held_until.is_(None))))
    assert set(seats.values()) == {1}
    claims = db.session.scalar(select(func.count()).select_from(Claim))
    assert claims == db.session.scalar(select(func.count()).select_from(Ticket)), (
        "nothing is left held"
    )


def test_nine_packages_go_to_nine_of_32(live: Factory, live_app: Flask) -> None:
    package = packaged(live, shows_of(live, seats=[20, 20]), seats=9)
    live.rules().free_per_month = 99
    members = [live.member() for _ in range(32)]
    live.commit()

    results = codes(
        together(live_app, [buyer(member, package, 1) for member in members], at_once=16)
    )

    assert results == {"won": 9, "package_full": 23}
    assert db.session.scalar(select(func.count(Ticket.id))) == 27


def test_quotas_of_shows_hold_exactly_where_packages_and_singles_meet(
    live: Factory, live_app: Flask
) -> None:
    shows = shows_of(live, seats=[20, 20], count=2)
    live.rules().free_per_month = 99
    for show in shows:
        live._quotas(show, {"free": 15})
    package = packaged(live, shows, seats=100)
    members = [live.member() for _ in range(32)]
    live.commit()

    jobs = [
        buyer(member, package, 1) if number % 2 else single(member, shows[number % 4 // 2].id, 1)
        for number, member in enumerate(members)
    ]
    results = codes(together(live_app, jobs, at_once=16))

    assert set(results) <= {"won", "sold_out", "tier_full"}
    for show in shows:
        sold = select(func.count()).where(Claim.performance_id == show.id)
        assert (db.session.scalar(sold) or 0) <= 15
    assert all(counts == [1, 1] for counts in whole(package).values())
    assert (
        max(
            db.session.scalar(select(func.count()).where(Claim.performance_id == show.id)) or 0
            for show in shows
        )
        == 15
    ), "somebody was refused although there was room"


def test_two_packages_with_one_show_full_leave_nothing_taken(
    live: Factory, live_app: Flask
) -> None:
    shows = shows_of(live, seats=6)
    live.rules().free_per_month = 99
    package = packaged(live, shows)
    owner = live.member()
    shows[1].seats_per_member = 5
    live.commit()
    together(live_app, [single(owner, shows[1].id, 5)])
    members = [live.member() for _ in range(8)]
    live.commit()

    results = codes(together(live_app, [buyer(member, package, 2) for member in members]))

    assert results == {"no_seats_together": 8}
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 5
    assert db.session.scalar(select(func.count()).select_from(PackageOrder)) == 0


def test_a_member_gets_no_more_packages_than_the_limit_from_many_tabs(
    live: Factory, live_app: Flask
) -> None:
    shows = shows_of(live, seats=30)
    live.rules().free_per_month = 99
    package, member = packaged(live, shows, seats_per_member=2), live.member()
    live.commit()
    results = codes(together(live_app, [buyer(member, package, 1) for _ in range(10)]))
    assert results == {"won": 2, "too_many_packages": 8}


def test_packages_let_go_and_taken_at_once_never_wait_in_a_circle(
    live: Factory, live_app: Flask
) -> None:
    shows = shows_of(live, seats=[6, 6])
    live.rules().free_per_month = 99
    package = packaged(live, shows)
    members = [live.member() for _ in range(12)]
    live.commit()

    def there_and_back(member: Member) -> Callable[[], object]:
        def act() -> object:
            mine = db.session.get_one(Member, member.id)
            order = services.take(mine, package.id, Asked(count=1), key=f"key-{random.random()}")
            services.cancel(mine, order.code)
            return order.code

        return act

    jobs = [there_and_back(member) for member in members for _ in range(4)]
    results = codes(together(live_app, jobs, at_once=16))

    assert set(results) <= {"won", "sold_out", "rushed", "no_seats_together"}
    assert results["won"] > 0
    assert (
        db.session.scalar(select(func.count()).where(Claim.held_until > func.palace_clock())) == 0
    )


def test_packages_given_back_and_let_go_at_once_never_wait_in_a_circle(
    live: Factory, live_app: Flask
) -> None:
    """Giving back tells who waits for the first show; letting go has the second show's quota by then."""
    shows = sorted(shows_of(live, 2, seats=[20, 20]), key=lambda show: show.id)
    live.rules().free_per_month = 99
    live.add(Quota(performance_id=shows[1].id, scope=Scope.HOUSE, seats=40))
    package, members = packaged(live, shows), [live.member() for _ in range(16)]
    live.add(Waitlist(performance_id=shows[0].id, looked_at=clock.now()))
    live.commit()

    def taken(member: Member, *, confirm: bool) -> str:
        asked = Asked(count=1, confirm=confirm)
        return services.take(member, package.id, asked, key=f"key-{random.random()}").code

    settled = [(one, taken(one, confirm=True)) for one in members[:8]]
    held = [(one, taken(one, confirm=False)) for one in members[8:]]
    live.commit()

    def ending(act: Callable[[Member, str], PackageOrder], member: Member, code: str) -> Job:
        return lambda: act(db.session.get_one(Member, member.id), code).code

    jobs = [ending(services.give_back, *one) for one in settled]
    jobs += [ending(services.cancel, *one) for one in held]
    random.shuffle(jobs)
    assert codes(together(live_app, jobs, at_once=16)) == {"won": 16}
