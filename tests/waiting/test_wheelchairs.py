"""Wheelchair places that come free: offered to who waits and uses a wheelchair, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.tickets import kept, queries
from palace.tickets import services as tickets
from palace.tickets.errors import NotKeptForYou, SeatTaken
from palace.tickets.keeping import KeptFor
from palace.tickets.rules import Wish
from palace.venues.rules import SeatType
from palace.waiting import services
from palace.waiting.errors import NothingToWaitFor
from palace.waiting.rules import WaitState, Wanted, wheelchair_seats_for
from tests.factory import Factory
from tests.waiting.conftest import NOON, Queue

KINDS = {"ST-01-03": SeatType.WHEELCHAIR, "ST-01-04": SeatType.COMPANION}


@pytest.fixture
def queue(make: Factory) -> Queue:
    """Return a sold out show with two places of a row kept for a wheelchair and a companion."""
    make.set_clock(NOON)
    make.rules().free_per_month = 100
    queue = Queue(make, make.performance([4, 2], kinds=KINDS, seats_per_member=10))
    special = [seat for seat in make.seats(queue.performance) if seat.code in KINDS]
    release = queue.performance.starts_at
    kept.keep(
        queue.performance.id, special, reason=KeptFor.WHEELCHAIR, until=release, now=clock.now()
    )
    queue.make.grant(queue.owner)
    queue.sell_out()
    return queue


def in_wheelchair(queue: Queue) -> Member:
    """Return a member who uses a wheelchair."""
    member = queue.make.member()
    queue.make.grant(member)
    return member


def kept_for(queue: Queue, code: str) -> str | None:
    """Return whom a seat is kept for as everybody sees it; "" is taken, None free."""
    db.session.expire_all()
    seat = next(seat for seat in queue.make.seats(queue.performance) if seat.code == code)
    return queries.closed_seats(queue.performance.id, clock.now()).get(seat.id)


def test_a_wheelchair_place_passes_by_who_uses_none_and_goes_to_who_does(queue: Queue) -> None:
    walking = queue.join()
    rolling = queue.join(in_wheelchair(queue))

    queue.give_back("ST-01-03")

    assert (walking.state, rolling.offered) == (WaitState.WAITING, ["ST-01-03"])
    assert queue.read(walking).passed == 0


def test_who_uses_a_wheelchair_waits_for_such_a_place_and_no_other(queue: Queue) -> None:
    rolling = queue.join(in_wheelchair(queue))
    walking = queue.join()

    queue.give_back("ST-01-01")

    assert (rolling.state, walking.offered) == (WaitState.WAITING, ["ST-01-01"])


def test_the_companion_comes_along(queue: Queue) -> None:
    pair = queue.join(in_wheelchair(queue), count=2)
    queue.give_back("ST-01-04")
    assert pair.state is WaitState.WAITING

    queue.give_back("ST-01-03")

    assert pair.offered == ["ST-01-03", "ST-01-04"]
    order = services.accept(pair.member, pair.code)
    assert sorted(one.seat.code for one in order.tickets if one.seat) == pair.offered


def test_a_returned_place_is_kept_for_wheelchairs_again(queue: Queue) -> None:
    entry = queue.join(in_wheelchair(queue))
    queue.give_back("ST-01-03")
    order = services.accept(entry.member, entry.code)

    tickets.give_back(entry.member, order.tickets[0].code)

    assert kept_for(queue, "ST-01-03") == KeptFor.WHEELCHAIR


def test_a_declined_place_is_kept_for_wheelchairs_again(queue: Queue) -> None:
    entry = queue.join(in_wheelchair(queue))
    queue.give_back("ST-01-03")

    services.decline(entry.member, entry.code)

    assert kept_for(queue, "ST-01-03") == KeptFor.WHEELCHAIR


def test_a_lapsed_one_is_nobody_else_s_at_any_instant(queue: Queue) -> None:
    first, second = queue.join(in_wheelchair(queue)), queue.join(in_wheelchair(queue))
    queue.give_back("ST-01-03")
    queue.later(minutes=121)
    wish = Wish(seats=(("ST-01-03", None),))

    with pytest.raises(SeatTaken), db.session.begin_nested():
        tickets.hold(queue.make.member(), queue.performance.id, wish, key="a-stranger")
    services.pass_on(queue.performance.id)
    assert (first.state, second.offered) == (WaitState.LAPSED, ["ST-01-03"])
    queue.later(minutes=121)
    services.pass_on(queue.performance.id)

    assert kept_for(queue, "ST-01-03") == KeptFor.WHEELCHAIR
    with pytest.raises((SeatTaken, NotKeptForYou)), db.session.begin_nested():
        tickets.hold(queue.make.member(), queue.performance.id, wish, key="a-stranger")


def test_nobody_waits_for_a_wheelchair_place_that_is_free_to_them(queue: Queue) -> None:
    queue.give_back("ST-01-03")

    with pytest.raises(NothingToWaitFor):
        queue.join(in_wheelchair(queue))
    assert queue.join().state is WaitState.WAITING


def test_a_released_place_is_offered_to_wheelchairs_only(queue: Queue) -> None:
    kept.unkeep(queue.performance.id, now=clock.now())
    walking, rolling = queue.join(), queue.join(in_wheelchair(queue))

    queue.give_back("ST-01-03")

    assert (walking.state, rolling.offered) == (WaitState.WAITING, ["ST-01-03"])
    services.decline(rolling.member, rolling.code)
    assert kept_for(queue, "ST-01-03") is None


def test_where_there_is_no_wheelchair_place_its_user_waits_as_all_do(
    queue_of: Callable[..., Queue],
) -> None:
    queue = queue_of(2)
    entry = queue.join(in_wheelchair(queue))

    queue.give_back("ST-01-01")

    assert entry.offered == ["ST-01-01"]


@pytest.mark.parametrize(
    ("free", "wanted", "found"),
    [
        ("3", Wanted(count=1), "3"),
        ("4", Wanted(count=1), ""),
        ("1 2", Wanted(count=1), ""),
        ("3 4", Wanted(count=2), "3 4"),
        ("2 3", Wanted(count=2), "2 3"),
        ("2 3 4", Wanted(count=2), "3 4"),
        ("2 3 4", Wanted(count=3), "2 3 4"),
        ("1 3 4", Wanted(count=3), ""),
        ("1 3 4", Wanted(count=3, together=False), "1 3 4"),
        ("3 4", Wanted(count=3, together=False), ""),
        ("1 2", Wanted(count=2, together=False), ""),
        ("3", Wanted(count=1, zone="B"), ""),
    ],
)
def test_which_places_serve_who_comes_in_a_wheelchair(
    queue: Queue, free: str, wanted: Wanted, found: str
) -> None:
    row = queue.make.seats(queue.performance)[:4]
    there = [seat for seat in row if seat.code[-1] in free]

    seats = wheelchair_seats_for(wanted, there, wanted.count)

    assert " ".join(seat.code[-1] for seat in seats) == found
