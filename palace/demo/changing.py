"""A ticket that waits to be accepted, and a show that somebody wants to begin later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from palace.db import db
from palace.demo.programme import Show
from palace.gifts import services as gifts
from palace.members.models import Member, Staff
from palace.moving import services as moving
from palace.moving.errors import NewHallTaken
from palace.moving.rules import MoveKind
from palace.moving.services import Wish
from palace.moving.services.proposing import as_shown
from palace.programme.models import Performance
from palace.tickets.models import Ticket
from palace.tickets.rules import TicketState

RECEIVER, PROPOSER = "19900000003", "programme"
FAR, LATER = timedelta(days=3), timedelta(minutes=30)


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Let a buyer offer a ticket, and the programme's staff propose to begin a far show later."""
    receiver = db.session.scalars(select(Member).where(Member.phone == RECEIVER)).first()
    if receiver:
        ticket = _free_ticket(receiver, now)
        gifts.offer(ticket.member, ticket.code, RECEIVER, receiver.name)
    proposer = db.session.scalars(select(Staff).where(Staff.login == PROPOSER)).one()
    sold = [show.performance for show in shows if show.sold and show.performance.plan_id]
    for performance in sorted(sold, key=lambda one: one.starts_at, reverse=True):
        try:
            _propose(performance, f"staff:{proposer.id}")
        except NewHallTaken:
            continue
        return


def _propose(performance: Performance, actor: str) -> None:
    wish = Wish(
        kind=MoveKind.MOVE,
        starts_at=performance.starts_at + LATER,
        reason_zh="演员从外地赶来，晚半小时开演。",
        reason_en="The company arrives from elsewhere: half an hour later.",
    )
    title = performance.production.title_zh
    moving.propose(performance, wish, title=title, shown=as_shown(performance), actor=actor)


def _free_ticket(receiver: Member, now: datetime) -> Ticket:
    """Return somebody's free ticket for a show that is some days away and asks for no names."""
    wanted = (
        select(Ticket)
        .join(Performance, Performance.id == Ticket.performance_id)
        .where(
            Ticket.state == TicketState.VALID,
            Ticket.price == 0,
            Ticket.member_id != receiver.id,
            Performance.starts_at > now + FAR,
            Performance.plan_id.is_not(None),
            Performance.identity_policy == "none",
        )
    )
    return db.session.scalars(wanted.order_by(Performance.starts_at, Ticket.id).limit(1)).one()
