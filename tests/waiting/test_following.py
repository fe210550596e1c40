"""What a queue keeps when its show is moved: offers and rests have a time of their own, none is jumped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from palace import clock
from palace.moving.rules import MoveKind
from palace.moving.services import Wish as MoveWish
from palace.plans.services import switch
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.errors import SoldOut
from palace.tickets.keeping import KeptFor
from palace.tickets.rules import OrderState, Wish
from palace.waiting import services
from palace.waiting.rules import WaitState
from tests.factory import Factory
from tests.moving.conftest import Mover
from tests.waiting.conftest import Queue

QueueOf = Callable[..., Queue]
WEEK = timedelta(days=7)


def move(make: Factory, show: Performance, by: timedelta) -> None:
    """Move a show, before its worker tells anybody."""
    Mover(make).move(show, MoveWish(kind=MoveKind.MOVE, starts_at=show.starts_at + by))


def test_an_offer_of_a_show_put_off_lapses_at_its_own_time(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(2)
    first, second = queue.join(), queue.join()
    queue.give_back("ST-01-01")
    move(make, queue.performance, WEEK)

    queue.later(minutes=120)
    services.pass_on(queue.performance.id)

    assert (queue.read(first).state, queue.read(second).state) == (
        WaitState.LAPSED,
        WaitState.OFFERED,
    )


def test_an_offer_of_a_show_brought_forward_may_still_be_taken(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(2)
    entry = queue.join()
    queue.give_back("ST-01-01")
    move(make, queue.performance, -timedelta(days=2))

    assert services.accept(entry.member, entry.code).state is OrderState.SETTLED


def test_a_returned_seat_of_a_show_put_off_rests_no_longer(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(2)
    make.rules().return_rest_min_minutes = make.rules().return_rest_max_minutes = 10
    queue.give_back("ST-01-01")
    move(make, queue.performance, WEEK)

    queue.later(minutes=10)

    assert tickets.hold(make.member(), queue.performance.id, Wish(count=1), key="a-hold-key")


def test_seats_of_a_larger_hall_are_theirs_who_wait(queue_of: QueueOf, make: Factory) -> None:
    queue = queue_of(1)
    show, entry = queue.performance, queue.join()
    hall = make.space()
    make.plan(hall, [2])
    queue.later(minutes=1)
    Mover(make).move(show, MoveWish(kind=MoveKind.MOVE, space_id=hall.id))

    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")
    services.pass_on(show.id)
    assert queue.read(entry).offered == ["ST-01-02"]


def test_seats_that_came_by_another_plan_are_theirs_who_wait(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(1)
    show, entry = queue.performance, queue.join()
    larger = make.plan(show.space, [2])
    queue.later(minutes=1)
    switch(show.id, larger.id, seen=show.plan_id or 0)

    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")
    services.pass_on(show.id)
    assert queue.read(entry).offered == ["ST-01-02"]


def test_what_is_released_by_a_show_that_comes_sooner_is_theirs_who_wait(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(2)
    show = queue.performance
    queue.give_back("ST-01-01")
    press = show.starts_at - timedelta(days=2)
    tickets.keep(show, make.seats(show)[:1], reason=KeptFor.PRESS, until=press)
    entry = queue.join()
    queue.later(minutes=1)
    move(make, show, clock.now() - press - timedelta(hours=1))

    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")
    services.pass_on(show.id)
    assert queue.read(entry).state is WaitState.OFFERED
