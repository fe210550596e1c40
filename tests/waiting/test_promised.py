"""What is offered can be booked: its tier's quota is kept for it, and nobody else uses it up meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palace import clock
from palace.db import db
from palace.desk.queries import selling
from palace.members.models import Member
from palace.programme.rules import Qualifies, Seating
from palace.tickets import services as tickets
from palace.tickets.errors import TierFull
from palace.tickets.models import Order
from palace.tickets.rules import OrderState, Wish
from palace.tickets.terms import terms_of
from palace.waiting import services
from palace.waiting.models import WaitEntry
from palace.waiting.rules import WaitState
from tests.factory import Factory
from tests.waiting.conftest import NOON, Queue

QueueOf = Callable[..., Queue]
PRICES = {"free": 0, "guest": 0, "public": 3000}


def book(
    queue: Queue, member: Member, code: str | None = None, *, tier: str = "free", kept: str = ""
) -> Order:
    """Book one place, as anybody may; what is refused leaves nothing behind."""
    seats = ((code, tier),) if code else ()
    wish = Wish(seats=seats, count=0 if code else 1, tier=tier or None, kept=kept or None)
    with db.session.begin_nested():
        return tickets.hold(
            member, queue.performance.id, wish, key=f"book-{member.id}-{code}", confirm=True
        )


def price_of(entry: WaitEntry) -> int | None:
    """Return what an offer costs whom it was made to."""
    return services.price_of(entry.member, entry)


def left_of(queue: Queue, tier: str, member: Member) -> int | None:
    """Return how many tickets of a tier a member is told are left."""
    offers = terms_of(member, queue.performance.id).offers
    return next(offer.left for offer in offers if offer.tier.code == tier)


@pytest.fixture
def queue(make: Factory) -> Queue:
    """Return a show of three seats, two of them to be free tickets, all three sold."""
    make.set_clock(NOON)
    make.site()
    make.tier("guest", monthly=False, qualifies=Qualifies.ANYONE)
    queue = Queue(make, make.performance(3, prices=PRICES, quotas={"free": 2, "guest": 1}))
    for code in ("ST-01-01", "ST-01-02"):
        book(queue, queue.owner, code)
    book(queue, queue.owner, "ST-01-03", tier="guest")
    return queue


def test_an_offered_place_keeps_its_tier_s_quota(queue: Queue) -> None:
    entry = queue.join()
    queue.give_back("ST-01-01")
    assert entry.state is WaitState.OFFERED
    other = queue.make.member()
    assert left_of(queue, "free", other) == 0

    queue.give_back("ST-01-03")
    with pytest.raises(TierFull):
        book(queue, other, "ST-01-03")

    order = services.accept(entry.member, entry.code)
    assert (order.state, order.claims[0].price) == (OrderState.SETTLED, 0)
    assert left_of(queue, "free", other) == 0


def test_an_offer_says_the_price_that_it_keeps(queue: Queue) -> None:
    entry = queue.join()
    queue.give_back("ST-01-01")

    assert price_of(entry) == 0


def test_a_lapsed_offer_gives_the_quota_back_at_that_instant(queue: Queue) -> None:
    queue.join()
    queue.give_back("ST-01-01")
    stranger = queue.make.member()
    queue.later(minutes=120, microseconds=-1)
    assert left_of(queue, "free", stranger) == 0

    queue.later(microseconds=1)

    assert left_of(queue, "free", stranger) == 1


def test_a_quota_is_never_set_below_what_is_promised(queue: Queue) -> None:
    queue.join()
    queue.give_back("ST-01-01")

    taken = selling.taken_by(queue.performance.id, clock.now())

    assert (taken["tier:free"], taken["house"]) == (2, 3)


def test_places_without_seats_keep_the_quota_of_each_one_s_tier(make: Factory) -> None:
    make.set_clock(NOON)
    make.site()
    make.tier("guest", monthly=False, qualifies=Qualifies.ANYONE)
    show = make.performance(
        3, prices=PRICES, seating=Seating.PLACES, quotas={"free": 1, "guest": 2}
    )
    queue = Queue(make, show)
    queue.sell(count=3)
    pair = queue.join(count=2)
    queue.give_back()
    queue.give_back()

    taken = selling.taken_by(show.id, clock.now())

    assert pair.offered_count == 2
    assert (taken["tier:free"] + taken["tier:guest"], taken["house"]) == (3, 3)
    assert services.accept(pair.member, pair.code).seat_count == 2


def test_nobody_is_offered_what_no_tier_has_room_for(make: Factory) -> None:
    make.set_clock(NOON)
    make.site()
    queue = Queue(make, make.performance(3, quotas={"free": 2}))
    queue.sell("ST-01-01", "ST-01-02")
    first, second = queue.join(), queue.join()
    assert first.offered == second.offered == []

    queue.give_back("ST-01-02")

    assert (first.offered_count, second.offered_count) == (1, None)
    assert services.accept(first.member, first.code).state is OrderState.SETTLED
