"""Complimentary tickets of a play: guests, a reporter, and more than one person may give."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from palace.complimentary import services
from palace.complimentary.rules import Reason
from palace.complimentary.services import Giving
from palace.db import db
from palace.demo.programme import Show
from palace.members.models import Member, Staff
from palace.tickets import services as tickets
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import TicketState

PRODUCTION, CLERK = "little-goat", "counter"
GUESTS, MANY = 3, 12


def bring_in(shows: Sequence[Show]) -> None:
    """Give to guests and a reporter, let one give the ticket back, and let many wait for a second person."""
    show = next(one for one in shows if one.performance.production.code == PRODUCTION).performance
    clerk = db.session.scalars(select(Staff).where(Staff.login == CLERK)).one()
    people = _people(GUESTS + 1 + MANY)
    parts = (
        (people[:GUESTS], 2, Reason.GUEST, "六一慰问演出的嘉宾"),
        (people[GUESTS : GUESTS + 1], 1, Reason.MEDIA, ""),
        (people[GUESTS + 1 :], 2, Reason.HONOURED, "一线环卫职工家庭"),
    )
    for number, (whom, each, reason, why) in enumerate(parts):
        lines = tuple(f"{one.phone} {one.name}" for one in whom)
        giving = Giving(people=lines, each=each, reason=reason, why=why)
        key = f"demonstration-gift-{number}"
        services.give(show, giving, actor=f"staff:{clerk.id}", key=key)
    _give_back(people[0], show.id)


def _people(count: int) -> Sequence[Member]:
    """Return members who have bought for other shows, and whom no visitor signs in as."""
    bought = select(Order.member_id).where(Order.member_id == Member.id).exists()
    wanted = select(Member).where(bought, Member.roster_entry_id.is_not(None))
    return db.session.scalars(wanted.order_by(Member.id.desc()).offset(3).limit(count)).all()


def _give_back(member: Member, performance_id: int) -> None:
    mine = (Ticket.member_id == member.id, Ticket.performance_id == performance_id)
    wanted = select(Ticket).where(*mine, Ticket.state == TicketState.VALID).order_by(Ticket.id)
    ticket = db.session.scalars(wanted).first()
    if ticket:
        tickets.give_back(member, ticket.code)
