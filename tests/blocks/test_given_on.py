"""A ticket of a block that its holder gives on: still handed out, to somebody the unit need not know."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.models import Block
from palace.blocks.rules import Counted, TurnOut
from palace.db import db
from palace.gifts import services as gifts
from palace.members.models import Member, Unit
from palace.tickets.models import Admission, Ticket
from tests.blocks.conftest import give, member_of
from tests.factory import Factory


def given_on(make: Factory, block: Block, receiver: Member, *, released: bool) -> Ticket:
    """Let a member of the unit take one, and give it on before or after the release."""
    holder = member_of(make, block.unit, "甲一")
    services.take(block.code, holder, "abcdefgh")
    ticket = db.session.scalars(select(Ticket)).one()
    if released:
        make.set_clock(block.releases_at + timedelta(minutes=1))
    gift = gifts.offer(holder, ticket.code, receiver.phone or "", receiver.name)
    gifts.accept(receiver, gift.code)
    return ticket


def test_it_was_handed_out_also_where_it_is_given_on_after_the_release(
    make: Factory, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit, 1)
    ticket = given_on(make, block, member_of(make, unit, "李桂兰"), released=True)

    assert queries.counted([block], clock.now())[block.id] == Counted(1, 1, is_over=True)
    assert [one.name for one in queries.given(block)] == ["李桂兰"]
    show = block.performance
    make.add(
        Admission(
            ticket_id=ticket.id, entry=1, counts=True, admitted_at=show.starts_at, gate="main"
        )
    )
    assert queries.turn_out([block], show.ends_at) == {block.id: TurnOut(1, 1)}


def test_the_organiser_reads_no_name_of_somebody_else_s_people(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit, 1)
    foreign = member_of(make, make.unit("别的公司工会"), "李桂兰")
    given_on(make, block, foreign, released=False)

    assert [one.name for one in queries.given(block)] == ["李*兰"]
