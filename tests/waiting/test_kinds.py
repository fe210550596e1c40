"""The queue of shows of every kind: assigned seats, gaps, quotas, places without seats, names asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.programme.models import Performance, Quota
from palace.programme.rules import IdentityPolicy, Scope, SeatChoice, Seating
from palace.tickets import services as tickets
from palace.tickets.errors import SoldOut
from palace.tickets.models import Claim
from palace.tickets.rules import OrderState, Wish
from palace.waiting import queries, services
from palace.waiting.rules import WaitState
from tests.factory import Factory
from tests.waiting.conftest import NOON, Queue

QueueOf = Callable[..., Queue]


@pytest.fixture
def part_sold(make: Factory) -> Queue:
    """Return a hall of four seats of which the house sells two, and has sold them."""
    make.set_clock(NOON)
    make.site()
    queue = Queue(make, make.performance(4, quotas={"house": 2}))
    queue.sell("ST-01-01", "ST-01-02")
    return queue


@pytest.fixture
def places(make: Factory) -> Queue:
    """Return a show of three places without seats, all sold."""
    make.set_clock(NOON)
    make.site()
    queue = Queue(make, make.performance(3, seating=Seating.PLACES))
    queue.sell(count=3)
    return queue


def test_who_may_still_have_just_what_they_wait_for_stands_before_the_next(
    queue_of: QueueOf,
) -> None:
    queue = queue_of(1)
    queue.performance.seats_per_member = 1
    queue.make.add(queue.performance)
    queue.join()
    assert queries.place_of(queue.join()) == 2


def test_an_offer_of_a_show_with_assigned_seats(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    queue.performance.choice = SeatChoice.ASSIGNED
    entry = queue.join()
    queue.give_back("ST-01-02")

    order = services.accept(entry.member, entry.code)

    assert order.state is OrderState.SETTLED


def test_an_offer_may_leave_a_single_seat(queue_of: QueueOf) -> None:
    queue = queue_of(5)
    queue.performance.no_single_gap = True
    entry = queue.join(count=2)
    for code in ("ST-01-01", "ST-01-02"):
        queue.give_back(code)
    queue.give_back("ST-01-03")

    assert services.accept(entry.member, entry.code).state is OrderState.SETTLED


def test_who_comes_is_asked_after_an_offer_was_taken(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.give_back()
    queue.performance.identity_policy = IdentityPolicy.BUYER
    db.session.flush()

    order = services.accept(entry.member, entry.code)

    assert (order.state, entry.state) == (OrderState.HELD, WaitState.ACCEPTED)


def test_what_the_house_does_not_sell_is_not_offered(part_sold: Queue) -> None:
    first, second = part_sold.join(), part_sold.join()
    assert first.offered == second.offered == []

    part_sold.give_back("ST-01-01")

    assert len(first.offered) == 1
    assert second.offered == []
    stranger = Wish(seats=(("ST-01-04", None),))
    with pytest.raises(SoldOut):
        tickets.hold(part_sold.make.member(), part_sold.performance.id, stranger, key="a-hold-key")
    db.session.rollback()


def test_a_raised_quota_is_for_who_waits(part_sold: Queue) -> None:
    first = part_sold.join()
    quota = db.session.scalars(select(Quota).where(Quota.scope == Scope.HOUSE)).one()
    quota.seats = 3
    db.session.flush()

    tickets.seats_freed(part_sold.performance.id, (), clock.now())

    assert first.offered_count == 1
    assert services.accept(first.member, first.code).state is OrderState.SETTLED


def house_left(performance: Performance, member_key: str, queue: Queue) -> None:
    """Check that a stranger finds nothing."""
    with pytest.raises(SoldOut), db.session.begin_nested():
        tickets.hold(queue.make.member(), performance.id, Wish(count=1), key=member_key)


def test_places_without_seats_go_on_as_seats_do(places: Queue) -> None:
    pair, single = places.join(count=2), places.join()

    places.give_back()
    assert (pair.offered_count, single.offered_count) == (None, 1)
    house_left(places.performance, "stranger-1", places)

    places.give_back()
    places.give_back()
    assert pair.offered_count == 2
    house_left(places.performance, "stranger-2", places)

    services.decline(single.member, single.code)
    order = services.accept(pair.member, pair.code)
    assert (order.seat_count, order.state) == (2, OrderState.SETTLED)
    tickets.hold(places.make.member(), places.performance.id, Wish(count=1), key="the-last-one")
    house_left(places.performance, "stranger-3", places)


def test_a_lapsed_place_goes_to_the_next(places: Queue) -> None:
    first, second = places.join(), places.join()
    places.give_back()
    places.later(minutes=120)
    house_left(places.performance, "stranger-1", places)

    services.pass_on(places.performance.id)

    assert (first.state, second.state) == (WaitState.LAPSED, WaitState.OFFERED)
    assert services.accept(second.member, second.code).state is OrderState.SETTLED


def test_returned_places_rest_and_serve_who_waited(places: Queue) -> None:
    rules = places.make.rules()
    rules.return_rest_min_minutes = rules.return_rest_max_minutes = 5
    pair = places.join(count=2)
    places.give_back()
    house_left(places.performance, "stranger-1", places)

    places.give_back()

    assert pair.offered_count == 2
    assert services.accept(pair.member, pair.code).seat_count == 2


def test_a_place_that_rested_is_on_sale(places: Queue) -> None:
    rules = places.make.rules()
    rules.return_rest_min_minutes = rules.return_rest_max_minutes = 5
    places.give_back()
    house_left(places.performance, "stranger-1", places)
    places.later(minutes=5)

    assert tickets.hold(
        places.make.member(), places.performance.id, Wish(count=1), key="stranger-2"
    )


def test_seats_that_came_to_the_plan_are_offered(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    entry = queue.join()
    claim = queue.make.claims(queue.performance)[0]
    ticket = next(one for one in queue.make.tickets(queue.performance) if one.claim_id == claim.id)
    db.session.delete(ticket)
    db.session.flush()
    db.session.delete(claim)
    db.session.flush()

    services.tend(queue.performance.id)

    assert entry.state is WaitState.OFFERED


@pytest.mark.parametrize("milliseconds", [-1, 0])
def test_what_returns_to_a_unit_s_block_is_nobody_s_turn_before_its_release(
    queue_of: QueueOf, make: Factory, milliseconds: int
) -> None:
    queue = queue_of(2)
    release = clock.now() + timedelta(hours=5)
    kept = {"kept_for": "block:7", "kept_until": release}
    db.session.execute(update(Claim).where(Claim.seat_id.is_not(None)).values(kept))
    entry = queue.join()
    queue.give_back("ST-01-01")
    assert queue.read(entry).state is WaitState.WAITING

    make.set_clock(release + timedelta(milliseconds=milliseconds))
    services.tend(queue.performance.id)

    offered = milliseconds == 0
    assert (queue.read(entry).state is WaitState.OFFERED) is offered
    assert queue.read(entry).offered == (["ST-01-01"] if offered else [])


def test_a_place_that_returns_to_a_unit_s_block_is_nobody_s_turn(places: Queue) -> None:
    release = clock.now() + timedelta(hours=5)
    db.session.execute(update(Claim).values(kept_for="block:7", kept_until=release))
    entry = places.join()
    places.give_back()
    assert places.read(entry).state is WaitState.WAITING
    places.make.set_clock(release)
    services.tend(places.performance.id)
    assert places.read(entry).state is WaitState.OFFERED
