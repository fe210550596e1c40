"""What a unit's block gives up is theirs who wait for the show, before anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from palace.blocks import services as blocks
from palace.blocks.models import Block
from palace.blocks.services.giving import as_shown
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.errors import SoldOut
from palace.tickets.rules import Wish
from palace.tickets.services.freed import on_freed
from palace.waiting import services
from palace.waiting.rules import WaitState, Wanted
from tests.blocks.conftest import give
from tests.blocks.test_giving import terms_of
from tests.factory import Factory
from tests.waiting.conftest import NOON


def smaller(block: Block) -> Block:
    """Make a block of two one of one."""
    terms = terms_of(block, releases_at=block.releases_at)
    return blocks.change(block.id, as_shown(block, 2), 1, terms)


def back(block: Block) -> Block:
    """Take a block back."""
    return blocks.take_back(block.id)


@pytest.mark.parametrize("seating", [Seating.SEATED, Seating.PLACES])
@pytest.mark.parametrize("give_up", [smaller, back])
def test_who_waits_is_offered_it_and_nobody_comes_between(
    make: Factory, give_up: Callable[[Block], Block], seating: Seating
) -> None:
    make.set_clock(NOON)
    show = make.performance(seats=3, seating=seating)
    block = give(make, show, make.unit(), 2)
    tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key", confirm=True)
    entry = services.join(make.member(), show.id, Wanted(count=1))
    pair = services.join(make.member(), show.id, Wanted(count=2, fewer=True))
    make.set_clock(NOON + timedelta(minutes=5))

    give_up(block)

    assert entry.state is WaitState.OFFERED
    assert (pair.state is WaitState.OFFERED) == (give_up is back)
    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")


def test_a_place_let_go_is_nobody_else_s_before_the_queue_was_looked_at(
    make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.set_clock(NOON)
    show = make.performance(seats=3)
    block = give(make, show, make.unit(), 2)
    tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key", confirm=True)
    services.join(make.member(), show.id, Wanted(count=2))
    make.set_clock(NOON + timedelta(minutes=5))
    monkeypatch.delitem(on_freed, "waiting")

    smaller(block)

    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")
    assert (
        services.pass_on(show.id) == 0
    )  # two together are wanted, and one is free: it is anybody's
    assert tickets.hold(make.member(), show.id, Wish(count=1), key="a-hold-key")
