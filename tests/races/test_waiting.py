"""A long queue against threads that return, take, decline and let lapse, on a real PostgreSQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.venues import queries as venues
from palace.waiting import services
from palace.waiting.models import WaitEntry
from palace.waiting.rules import LIVE, WaitState, Wanted, seats_for
from tests.factory import Factory
from tests.races.together import codes, together

Job = Callable[[], object]


def sold_out(live: Factory, live_app: Flask, seats: int, owners: int = 16) -> Performance:
    """Return a show whose seats belong to so many owners."""
    rows = [12] * (seats // 12) + ([seats % 12] if seats % 12 else [])
    performance = live.performance(rows, seats_per_member=1000)
    live.rules().free_per_month = 1000
    live.rules().quiet_from = live.rules().quiet_until = 0
    people = [live.member() for _ in range(owners)]
    live.commit()
    plan = [seat.code for seat in live.seats(performance)]
    together(
        live_app,
        [
            booker(
                member, performance, Wish(seats=tuple((code, None) for code in plan[at::owners]))
            )
            for at, member in enumerate(people)
        ],
    )
    return performance


def booker(member: Member, performance: Performance, wish: Wish) -> Job:
    """Return a job that books."""

    def book() -> object:
        mine = db.session.get_one(Member, member.id)
        key = f"key-{random.random()}"
        return tickets.hold(mine, performance.id, wish, key=key, confirm=True).code

    return book


def waiter(member: Member, performance: Performance, wanted: Wanted) -> Job:
    """Return a job that joins the queue."""
    return lambda: services.join(db.session.get_one(Member, member.id), performance.id, wanted).id


def returner(ticket: Ticket) -> Job:
    """Return a job that gives a ticket back."""
    owner, code = ticket.member_id, ticket.code
    return lambda: tickets.give_back(db.session.get_one(Member, owner), code).id


def taker(entry: WaitEntry) -> Job:
    """Return a job that takes an offer."""
    owner, code = entry.member_id, entry.code
    return lambda: services.accept(db.session.get_one(Member, owner), code).id


def decliner(entry: WaitEntry) -> Job:
    """Return a job that gives an offer up."""
    owner, code = entry.member_id, entry.code
    return lambda: services.decline(db.session.get_one(Member, owner), code).id


def queue(live: Factory, performance: Performance, wishes: list[Wanted]) -> None:
    """Let people wait, in this order."""
    people = [live.member() for _ in wishes]
    live.commit()
    for member, wanted in zip(people, wishes, strict=True):
        services.join(member, performance.id, wanted)
    live.commit()


def entries(performance: Performance, *states: WaitState) -> list[WaitEntry]:
    """Return the entries of a show, by their order."""
    db.session.rollback()
    wanted = select(WaitEntry).where(WaitEntry.performance_id == performance.id)
    if states:
        wanted = wanted.where(WaitEntry.state.in_(states))
    return list(db.session.scalars(wanted.order_by(WaitEntry.id)))


def valid(performance: Performance) -> list[Ticket]:
    """Return the valid tickets of a show."""
    db.session.rollback()
    wanted = select(Ticket).where(Ticket.performance_id == performance.id)
    return list(db.session.scalars(wanted.where(Ticket.state == TicketState.VALID)))


def let_lapse(some: list[WaitEntry]) -> None:
    """Let the time of offers be over now, as if it had passed."""
    now = clock.now()
    for entry in some:
        of_entry = update(Claim).where(Claim.kept_for == entry.key, Claim.order_id.is_(None))
        db.session.execute(of_entry.values(held_until=now, kept_until=now))
        ended = update(WaitEntry).where(WaitEntry.id == entry.id)
        db.session.execute(ended.where(WaitEntry.state == "offered").values(lapses_at=now))
    db.session.commit()


def check_nothing_idle(performance: Performance) -> None:
    """Check that no free seat is wanted by anybody who waits, and none is given twice."""
    services.pass_on(performance.id)
    db.session.commit()
    now = clock.now()
    closed = set(
        db.session.scalars(
            select(Claim.seat_id).where(
                Claim.performance_id == performance.id,
                (Claim.held_until.is_(None)) | (Claim.held_until > now),
            )
        )
    )
    free = [seat for seat in venues.seats(performance.plan_id or 0) if seat.id not in closed]
    for entry in entries(performance, WaitState.WAITING):
        for count in entry.wanted.counts():
            assert not seats_for(entry.wanted, free, count), entry.id
    seats = Counter(ticket.seat_id for ticket in valid(performance))
    assert max(seats.values()) == 1


@pytest.mark.timeout(300)
def test_300_wait_and_seats_come_back_from_16_threads(live: Factory, live_app: Flask) -> None:
    performance = sold_out(live, live_app, 120)
    queue(live, performance, [Wanted(count=1)] * 300)
    sold = valid(performance)
    chance = random.Random(7)
    chance.shuffle(sold)
    turned_down = 0

    for first in range(0, 120, 24):
        open_offers = entries(performance, WaitState.OFFERED)
        acts: list[Job] = [returner(ticket) for ticket in sold[first : first + 24]]
        for at, entry in enumerate(open_offers):
            acts.append(decliner(entry) if at % 3 == 0 else taker(entry))
        turned_down += len(open_offers[::3])
        chance.shuffle(acts)
        assert codes(together(live_app, acts, at_once=16)) == {"won": len(acts)}
        lapsing = entries(performance, WaitState.OFFERED)[:2]
        let_lapse(lapsing)
        turned_down += len(lapsing)
        together(live_app, [lambda: services.pass_on(performance.id)] * 4)

    found = entries(performance)
    served = [entry for entry in found if entry.offered_at]
    assert len(served) == 120 + turned_down
    assert [entry.id for entry in served] == [entry.id for entry in found[: len(served)]]
    told = [entry.offered_at for entry in served if entry.offered_at]
    assert told == sorted(told)
    check_nothing_idle(performance)
    taken = sum(entry.offered_count or 0 for entry in entries(performance, WaitState.OFFERED))
    assert len(valid(performance)) + taken == 120


def test_mixed_wishes_leave_no_seat_idle_that_somebody_waits_for(
    live: Factory, live_app: Flask
) -> None:
    performance = sold_out(live, live_app, 96)
    chance = random.Random(11)
    wishes = [
        Wanted(
            count=chance.choice([1, 2, 2, 3, 4]),
            together=chance.random() < 0.7,
            fewer=chance.random() < 0.3,
            zone=chance.choice([None, None, "A", "B"]),
        )
        for _ in range(60)
    ]
    queue(live, performance, wishes)
    sold = valid(performance)
    chance.shuffle(sold)

    for first in range(0, 96, 16):
        acts = [returner(ticket) for ticket in sold[first : first + 16]]
        acts += [taker(entry) for entry in entries(performance, WaitState.OFFERED)]
        assert set(codes(together(live_app, acts, at_once=16))) == {"won"}
        check_nothing_idle(performance)


def test_an_offer_is_taken_or_passed_on_never_both(live: Factory, live_app: Flask) -> None:
    performance = sold_out(live, live_app, 12, owners=1)
    queue(live, performance, [Wanted(count=1)] * 40)
    together(live_app, [returner(ticket) for ticket in valid(performance)])

    for _ in range(3):
        offered = entries(performance, WaitState.OFFERED)
        acts: list[Job] = [taker(entry) for entry in offered]
        half = offered[::2]
        let_lapse_soon(half)
        acts += [lambda: services.pass_on(performance.id)] * 12
        random.shuffle(acts)
        results = codes(together(live_app, acts, at_once=24))
        assert set(results) <= {"won", "offer_over"}

    check_nothing_idle(performance)
    seated = len(valid(performance))
    offered = entries(performance, WaitState.OFFERED)
    assert seated + len(offered) == 12
    assert len(entries(performance, WaitState.ACCEPTED)) == seated


def let_lapse_soon(some: list[WaitEntry]) -> None:
    """Let offers end within the next moments, each at another one."""
    for at, entry in enumerate(some):
        ends = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, 0.004 * at)
        of_entry = update(Claim).where(Claim.kept_for == entry.key, Claim.order_id.is_(None))
        db.session.execute(of_entry.values(held_until=ends, kept_until=ends))
        ended = update(WaitEntry).where(WaitEntry.id == entry.id)
        db.session.execute(ended.values(lapses_at=ends))
    db.session.commit()


def test_nobody_gets_in_between_a_return_and_the_queue(live: Factory, live_app: Flask) -> None:
    performance = sold_out(live, live_app, 24)
    queue(live, performance, [Wanted(count=1)] * 30)
    sold = valid(performance)
    strangers = [live.member() for _ in range(48)]
    live.commit()

    acts = [returner(ticket) for ticket in sold]
    acts += [booker(member, performance, Wish(count=1)) for member in strangers]
    random.shuffle(acts)
    results = codes(together(live_app, acts, at_once=32))

    assert results["won"] == 24
    assert len(entries(performance, WaitState.OFFERED)) == 24


def test_one_member_who_joins_and_leaves_at_once_waits_once(live: Factory, live_app: Flask) -> None:
    performance = sold_out(live, live_app, 2, owners=1)
    member = live.member()
    live.commit()
    join = waiter(member, performance, Wanted(count=1))

    together(live_app, [join] * 16)

    assert len(entries(performance, *LIVE)) == 1


def test_places_without_seats_are_passed_on_exactly(live: Factory, live_app: Flask) -> None:
    performance = live.performance(20, seating=Seating.PLACES, seats_per_member=100)
    live.rules().free_per_month = 1000
    live.rules().quiet_from = live.rules().quiet_until = 0
    owners = [live.member() for _ in range(4)]
    live.commit()
    together(live_app, [booker(one, performance, Wish(count=5)) for one in owners])
    queue(live, performance, [Wanted(count=1 + at % 3) for at in range(20)])

    acts = [returner(ticket) for ticket in valid(performance)]
    assert set(codes(together(live_app, acts, at_once=16))) == {"won"}
    offered = entries(performance, WaitState.OFFERED)
    strangers = [live.member() for _ in range(8)]
    live.commit()
    acts = [taker(entry) for entry in offered]
    acts += [booker(one, performance, Wish(count=1)) for one in strangers]
    together(live_app, acts, at_once=16)

    taken = len(valid(performance))
    assert taken <= 20
    assert len(entries(performance, WaitState.ACCEPTED)) == len(offered)


def test_a_quota_that_is_kept_for_offers_is_used_up_by_nobody_else(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance([12, 12], prices={"free": 0, "public": 0}, quotas={"free": 10})
    live.rules().quiet_from = live.rules().quiet_until = 0
    owners, waiting, strangers = ([live.member() for _ in range(12)] for _ in range(3))
    live.commit()
    rows = [seat.code for seat in live.seats(show)]
    tiers = ["free"] * 10 + ["public"] * 14
    wishes = [Wish(seats=((code, tier),)) for code, tier in zip(rows, tiers, strict=True)]
    together(live_app, [booker(owners[at % 12], show, one) for at, one in enumerate(wishes)])
    mine = live.tickets(show)
    free = [one for one in mine if one.tier.code == "free"]
    assert len(free) == 10
    together(live_app, [waiter(one, show, Wanted(count=1)) for one in waiting[:10]])
    together(live_app, [returner(one) for one in free])
    offered = list(
        db.session.scalars(select(WaitEntry).where(WaitEntry.state == WaitState.OFFERED))
    )
    assert len(offered) == 10
    together(live_app, [returner(one) for one in mine if one.tier.code == "public"])

    jobs = [taker(entry) for entry in offered]
    jobs += [booker(one, show, Wish(count=1, tier="free")) for one in strangers]
    random.shuffle(jobs)
    results = codes(together(live_app, jobs))

    assert results["won"] == 10
    of_free = select(func.count()).where(Claim.held_until.is_(None), Claim.price == 0)
    assert db.session.scalar(of_free.where(Claim.tier_id == free[0].tier_id)) == 10
