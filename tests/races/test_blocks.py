"""A unit's block under the rush of its own people: exactly as many as there are, none two, to the instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select, update

from palace import clock
from palace.blocks import services
from palace.blocks.models import Block
from palace.blocks.rules import Outcome
from palace.blocks.services.giving import as_shown
from palace.blocks.services.naming import read_list
from palace.db import db
from palace.members.models import Member
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import Wish
from tests.blocks.conftest import give, listed_in, member_of
from tests.blocks.test_giving import terms_of
from tests.factory import Factory
from tests.races.together import codes, together

Job = Callable[[], object]


def a_block(make: Factory, places: int, people: int, **how: object) -> tuple[Block, list[Member]]:
    """Return a block with so many places, and so many members of its unit."""
    unit = make.unit()
    show = make.performance(seats=places + 6, **how)  # type: ignore[arg-type]  # of a performance
    block = give(make, show, unit, places)
    return block, [
        member_of(make, unit, f"会员{'甲乙丙丁戊己庚辛壬癸'[n % 10]}") for n in range(people)
    ]


def per_member() -> Counter[int]:
    """Return how many valid tickets each member has."""
    db.session.rollback()
    found = db.session.execute(select(Ticket.member_id, func.count()).group_by(Ticket.member_id))
    return Counter({row[0]: row[1] for row in found})


def here(member: Member) -> Member:
    """Return a member as the thread's own session reads them."""
    return db.session.get_one(Member, member.id)


def taps(block: Block, members: Sequence[Member], each: int = 1) -> list[Job]:
    """Return the taps of members on the link."""
    code = block.code
    return [
        partial(lambda one, key: services.take(code, here(one), key), member, f"tap-{number}-key")
        for member in members
        for number in range(each)
    ]


def sales(block: Block, members: Sequence[Member]) -> list[Job]:
    """Return what members wish in the open sale of the same show."""
    show, wish = block.performance_id, Wish(count=1)
    return [
        partial(
            lambda one: tickets.hold(here(one), show, wish, key="sale-key-1", confirm=True), member
        )
        for member in members
    ]


def lists_given(block: Block, list_ids: Sequence[int]) -> list[Job]:
    """Return the handing out of pasted lists."""
    return [
        partial(services.give_list, block.id, list_id, {}, consents=True, actor="member:1")
        for list_id in list_ids
    ]


def test_64_members_on_a_link_with_10_seats(live: Factory, live_app: Flask) -> None:
    block, members = a_block(live, 10, 64)
    live.commit()
    results = together(live_app, taps(block, members), at_once=64)
    assert codes(results) == {"won": 10, "block_empty": 54}
    assert set(per_member().values()) == {1}
    assert per_member().total() == 10


def test_without_seats_too_and_the_public_gets_the_rest(live: Factory, live_app: Flask) -> None:
    block, members = a_block(live, 10, 24, seating=Seating.PLACES)
    public = [live.member() for _ in range(24)]
    live.commit()
    jobs = [*taps(block, members), *sales(block, public)]
    results = together(live_app, jobs, at_once=48)
    assert codes(results)["won"] == 16
    given = per_member()
    assert sum(given[member.id] for member in members) == 10
    assert sum(given[member.id] for member in public) == 6


def test_one_member_tapping_16_times_has_one(live: Factory, live_app: Flask) -> None:
    block, members = a_block(live, 10, 1)
    live.commit()
    results = together(live_app, taps(block, members, 16), at_once=16)
    assert codes(results) == {"won": 1, "has_one": 15}


def test_the_same_list_pasted_twice_at_once_gives_each_one(live: Factory, live_app: Flask) -> None:
    block, members = a_block(live, 12, 0)
    names = [listed_in(live, block.unit, f"会员{letter}").name for letter in "甲乙丙丁戊己庚辛"]
    lists = [read_list(block.id, "\n".join(names), "member:1").id for _ in range(4)]
    live.commit()
    results = together(live_app, lists_given(block, lists))
    assert codes(results) == {"won": 4}
    outcomes = Counter(
        one.outcome
        for result in results
        for one in result.names  # type: ignore[attr-defined]  # a list
    )
    assert outcomes == {Outcome.GIVEN: 8, Outcome.REFUSED: 24}
    assert sorted(per_member().values()) == [1] * 8
    assert not members


def test_lists_links_and_the_open_sale_never_wait_in_a_circle(
    live: Factory, live_app: Flask
) -> None:
    block, members = a_block(live, 12, 16, seats_per_member=2)
    names = "\n".join(f"{member.name} {member.phone[-4:]}" for member in members if member.phone)
    lists = [read_list(block.id, names, "member:1").id for _ in range(2)]
    live.commit()
    both = zip(taps(block, members), sales(block, members), strict=True)
    jobs = [*lists_given(block, lists), *(job for those in both for job in those)]
    together(live_app, jobs, at_once=34)
    db.session.rollback()
    own = select(func.count()).where(
        Claim.kept_for == f"block:{block.id}", Claim.held_until.is_(None)
    )
    assert db.session.scalars(own).one() == 12
    assert max(per_member().values()) <= 2


def test_the_release_during_a_tap_leaves_every_seat_with_one(
    live: Factory, live_app: Flask
) -> None:
    block, members = a_block(live, 8, 16)
    public = [live.member() for _ in range(16)]
    live.commit()
    jobs = taps(block, members)
    jobs.insert(8, lambda: services.take_back(block.id))
    jobs += sales(block, public)
    results = together(live_app, jobs, at_once=33)
    given = per_member()
    assert given.total() <= 14
    assert max(given.values()) == 1
    assert codes(results)["won"] == given.total() + 1


def test_a_change_and_taps_at_once_keep_what_is_taken(live: Factory, live_app: Flask) -> None:
    block, members = a_block(live, 10, 16)
    shown = as_shown(block, 10)
    later = terms_of(block, releases_at=block.releases_at - timedelta(hours=1))
    live.commit()
    jobs = taps(block, members)
    jobs.insert(3, lambda: services.change(block.id, shown, 6, later))
    jobs.insert(5, lambda: services.change(block.id, shown, 12, later))
    results = together(live_app, jobs, at_once=18)
    db.session.rollback()
    kept = select(func.count()).where(Claim.kept_for == f"block:{block.id}")
    places = db.session.scalars(kept).one()
    assert places in (6, 10, 12)
    assert per_member().total() <= max(places, 10)
    assert codes(results)["block_changed"] <= 1


def test_by_turn_everybody_signs_up_at_once_and_ten_have_one(
    live: Factory, live_app: Flask
) -> None:
    block, members = a_block(live, 10, 32)
    services.set_turn(block.id, clock.now() + timedelta(hours=2))
    live.commit()
    results = together(live_app, taps(block, members), at_once=32)
    assert codes(results) == {"won": 32}
    db.session.execute(update(Block).values(turn_at=clock.now()))
    live.commit()
    together(live_app, [lambda: services.give_due_turn(clock.now())] * 4)
    assert per_member().total() == 10
    assert set(per_member().values()) == {1}
