"""A block follows its show: moved with it, over with it, and left alone when it was over before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.blocks import services
from palace.blocks.errors import BlockOver
from palace.blocks.models import Block
from palace.blocks.services.giving import as_shown
from palace.db import db
from palace.members.models import Grant, Unit
from palace.programme.models import Performance
from palace.tickets.errors import SaleClosed
from palace.tickets.models import Claim
from tests.blocks.conftest import give, member_of
from tests.blocks.test_giving import terms_of
from tests.factory import Factory
from tests.moving.conftest import Mover, later

DAY = timedelta(days=1)


@pytest.fixture
def mover(make: Factory) -> Mover:
    """Return what moves shows."""
    return Mover(make)


def move(mover: Mover, show: Performance, span: timedelta) -> None:
    """Move a show by a span and tell everybody."""
    mover.move(show, later(show, starts_at=show.starts_at + span))
    mover.tell()
    db.session.expire_all()


def hours(block: Block) -> tuple[object, ...]:
    """Return the instants of a block, and those its places are kept until."""
    wanted = select(Claim.kept_until).where(Claim.kept_for == f"block:{block.id}")
    return block.releases_at, block.turn_at, *set(db.session.scalars(wanted))


@pytest.mark.parametrize("span", [DAY, -DAY])
def test_a_block_is_released_as_long_before_the_new_start(
    make: Factory, mover: Mover, unit: Unit, span: timedelta
) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    turn_at = block.releases_at - timedelta(hours=2)
    services.set_turn(block.id, turn_at)
    release = block.releases_at
    move(mover, show, span)
    assert hours(block) == (release + span, turn_at + span, release + span)


def test_who_was_let_in_is_let_in_until_the_new_start(
    make: Factory, mover: Mover, unit: Unit
) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    services.take(block.code, member_of(make, unit), "abcdefgh")
    move(mover, show, DAY)
    grant = db.session.scalars(select(Grant).where(Grant.opens == f"block:{block.id}")).one()
    assert grant.ends_at == show.starts_at
    assert services.take(block.code, member_of(make, unit, "李四"), "abcdefgi")


def test_a_show_that_comes_sooner_than_the_release_lay_before_it_ends_the_block(
    make: Factory, mover: Mover, unit: Unit
) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    services.set_turn(block.id, block.releases_at - timedelta(hours=2))
    soon = clock.now() + timedelta(hours=47) - show.starts_at
    move(mover, show, soon)
    assert block.releases_at <= clock.now()
    with pytest.raises(BlockOver):
        services.take(block.code, member_of(make, unit), "abcdefgh")


def test_a_block_given_since_the_show_was_moved_is_released_as_it_was_said(
    make: Factory, mover: Mover, unit: Unit
) -> None:
    show = mover.show(seats=4)
    mover.move(show)
    block = give(make, show, unit, 3)
    before = hours(block)
    mover.tell()
    db.session.expire_all()
    assert hours(block) == before


def test_a_release_put_off_before_the_block_follows_is_never_past_the_start(
    make: Factory, mover: Mover, unit: Unit
) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    mover.move(show)
    terms = terms_of(block, releases_at=show.starts_at - timedelta(hours=1))
    services.change(block.id, as_shown(block, 3), None, terms)
    mover.tell()
    db.session.expire_all()
    assert block.releases_at == show.starts_at


def test_a_block_that_was_over_stays_over(make: Factory, mover: Mover, unit: Unit) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    services.take_back(block.id)
    before = hours(block)
    move(mover, show, DAY)
    assert hours(block) == before


def test_a_show_that_is_called_off_ends_its_blocks(make: Factory, mover: Mover, unit: Unit) -> None:
    show = mover.show(seats=4)
    block = give(make, show, unit, 3)
    services.set_turn(block.id, block.releases_at - timedelta(hours=2))
    mover.cancel(show)
    mover.tell()
    db.session.expire_all()
    assert block.releases_at <= clock.now()
    assert block.turn_at is None
    with pytest.raises((BlockOver, SaleClosed)):
        services.take(block.code, member_of(make, unit), "abcdefgh")
