"""Tickets on paper: the union holds them, nobody's limits are touched, and they can be given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.errors import BlockOver, NeedsDocuments, NotSoManyFree, NotThisWay, PaperCosts
from palace.blocks.models import Block
from palace.blocks.rules import TurnOut, Way
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Unit
from palace.notices.models import Notice
from palace.privacy.services import erase_idle
from palace.programme.rules import IdentityPolicy, Seating
from palace.roster.tree import organisers
from palace.strikes.models import Strike
from palace.tickets import services as tickets
from palace.tickets.models import Admission, Order, Ticket
from palace.tickets.rules import TicketState, Wish
from tests.blocks.conftest import give, member_of
from tests.factory import Factory


def on_paper(block: Block, count: int, key: str = "paper-key") -> Order:
    """Make paper tickets of a block."""
    return services.print_paper(block.id, count, key, "member:1")


def issued() -> list[Ticket]:
    """Return all tickets by number."""
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


@pytest.mark.parametrize("seating", [Seating.SEATED, Seating.PLACES])
def test_more_than_a_person_may_have_for_the_union(
    make: Factory, unit: Unit, organiser: Member, seating: Seating
) -> None:
    show = make.performance(seats=8, seats_per_member=1, seating=seating)
    block = give(make, show, unit, 6)
    order = on_paper(block, 5)
    assert order.unit_id == unit.id
    assert {ticket.member.name for ticket in issued()} == {unit.name_zh}
    assert (queries.counted([block], clock.now())[block.id].taken, len(issued())) == (5, 5)
    assert tickets.hold(organiser, show.id, Wish(count=1), key="own-choice", confirm=True)


def test_sent_twice_they_are_made_once(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 4)
    assert on_paper(block, 2) is on_paper(block, 2)
    assert len(issued()) == 2


def test_not_more_than_wait(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    with pytest.raises(NotSoManyFree):
        on_paper(block, 3)
    on_paper(block, 2, "paper-key-2")
    with pytest.raises(NotSoManyFree):
        on_paper(block, 1, "paper-key-3")


def test_no_paper_where_it_costs_or_asks_who_comes_or_is_not_open(
    make: Factory, unit: Unit
) -> None:
    priced = give(make, make.performance(seats=2, prices={"member": 3000}), unit, tier="member")
    with pytest.raises(PaperCosts):
        on_paper(priced, 1)
    show = make.performance(seats=2)
    show.identity_policy = IdentityPolicy.EVERY_ENTRANT
    db.session.flush()
    with pytest.raises(NeedsDocuments):
        on_paper(give(make, show, unit), 1)
    with pytest.raises(NotThisWay):
        on_paper(give(make, make.performance(seats=2), unit, way=Way.LINK), 1)


def test_names_are_written_in_the_order_of_the_seats(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 3)
    on_paper(block, 3)
    assert services.name_paper(block.id, ["甲一", "", "丙三", "多余的"]) == 2
    assert [one.name for one in queries.given(block)] == ["甲一", "", "丙三"]


def test_one_given_back_waits_in_the_block_until_its_release(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit, 2)
    on_paper(block, 2)
    first, second = (ticket.code for ticket in issued())
    services.return_paper(block.id, first)
    services.return_paper(block.id, first)
    assert queries.counted([block], clock.now())[block.id].left == 1
    assert services.take(block.code, member_of(make, unit), "abcdefgh")
    make.set_clock(block.releases_at - timedelta(milliseconds=1))
    services.return_paper(block.id, second)
    make.set_clock(block.releases_at)
    with pytest.raises(BlockOver):
        services.return_paper(block.id, second)


def test_only_paper_of_this_block_is_given_back(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=3), unit, 2)
    services.take(block.code, member_of(make, unit), "abcdefgh")
    with pytest.raises(NotFound):
        services.return_paper(block.id, issued()[0].code)


def after_the_show(make: Factory, block: Block, came: int) -> None:
    """Let some of the tickets in, and the show be over."""
    show = block.performance
    for ticket in issued()[:came]:
        make.add(
            Admission(
                ticket_id=ticket.id, entry=1, counts=True, admitted_at=show.starts_at, gate="1"
            )
        )
    make.set_clock(show.ends_at + timedelta(hours=3))


def test_no_strike_for_a_union_but_for_its_members(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 4)
    on_paper(block, 2)
    absent = member_of(make, unit)
    services.take(block.code, absent, "abcdefgh")
    after_the_show(make, block, 1)
    tickets.write_missed(clock.now())
    assert db.session.scalars(select(Strike.member_id)).all() == [absent.id]


def test_the_union_s_account_is_nobody_and_stays(make: Factory, unit: Unit) -> None:
    make.rules().idle_keep_months = 12
    block = give(make, make.performance(seats=2), unit)
    on_paper(block, 1)
    holder = issued()[0].member
    assert (holder.phone, holder.for_unit_id) == (None, unit.id)
    make.set_clock(clock.now() + timedelta(days=900))
    erase_idle(make.rules(), clock.now())
    db.session.expire_all()
    assert holder.erased_at is None
    assert on_paper(give(make, make.performance(seats=2), unit), 1).member_id == holder.id


def test_the_turn_out_counts_who_came_of_those_given(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=6), unit, 4)
    on_paper(block, 3)
    assert queries.turn_out([block], clock.now()) == {}
    after_the_show(make, block, 2)
    now = clock.now()
    assert queries.turn_out([block], now) == {block.id: TurnOut(given=3, came=2)}
    assert queries.turn_out_of_year(unit.id, now).percent == 66
    assert queries.turn_out_of_year(unit.id, now + timedelta(days=366)) == TurnOut()
    assert TurnOut().percent is None


def test_what_the_public_took_after_the_release_is_not_the_unit_s(
    make: Factory, unit: Unit
) -> None:
    show = make.performance(seats=2)
    block = give(make, show, unit, 2)
    on_paper(block, 1)
    make.set_clock(block.releases_at)
    tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh", confirm=True)
    assert [one.paper for one in queries.given(block)] == [True]
    after_the_show(make, block, 2)
    assert queries.turn_out([block], clock.now()) == {block.id: TurnOut(given=1, came=1)}


def test_a_day_before_the_release_the_organiser_hears_what_is_left(
    make: Factory, unit: Unit, organiser: Member
) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    day = timedelta(hours=24)
    make.set_clock(block.releases_at - day - timedelta(milliseconds=1))
    assert services.remind(clock.now()) == 0
    make.set_clock(block.releases_at - day)
    assert services.remind(clock.now()) == 1
    assert services.remind(clock.now()) == 0
    told = db.session.scalars(select(Notice).where(Notice.kind == "block_release")).one()
    assert (told.receiver, told.values["count"]) == (f"member:{organiser.id}", 2)


def test_who_handed_everything_out_hears_nothing(
    make: Factory, unit: Unit, organiser: Member
) -> None:
    block = give(make, make.performance(seats=2), unit, 1)
    on_paper(block, 1)
    assert issued()[0].state is TicketState.VALID
    make.set_clock(block.releases_at - timedelta(hours=1))
    assert services.remind(clock.now()) == 0


def test_the_organiser_above_hears_of_a_unit_without_one(
    make: Factory, unit: Unit, organiser: Member
) -> None:
    below = make.unit("车间小组")
    unit.kind = unit.kind.TRADE
    db.session.flush()
    make.put_below(below, unit)
    assert organisers(below.id) == [organiser.id]
