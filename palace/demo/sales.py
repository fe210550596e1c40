"""Tickets sold before anybody looks: through the services members use, so that everything agrees."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.demo.people import PERSONAS, SEED
from palace.demo.programme import Show
from palace.members.models import Member, RosterEntry
from palace.notices.models import Notice
from palace.notices.rules import State
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.tickets import queries, services
from palace.tickets.rules import Channel, OrderState, Wish
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType

BUYERS = 300
KEY = "demo"


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Sell the share of each show that its data asks for."""
    chance = random.Random(SEED)  # noqa: S311 - who sits where in a demonstration, no secret
    buyers = iter(_buyers(now))
    for show in shows:
        if show.sold:
            _sell(show, buyers, chance, now)


def mark_sent(now: datetime) -> None:
    """Mark everything that is owed as long sent: nobody is told of what was before they came."""
    yesterday = now - timedelta(days=1)
    db.session.execute(
        update(Notice).values(
            created_at=yesterday, sent_at=yesterday, gateway=KEY, state=State.SENT
        )
    )


def _buyers(now: datetime) -> list[Member]:
    """Return accounts made for people of the rosters that no visitor signs in as; each buys once."""
    visitors = {persona.phone for persona in PERSONAS}
    valid = select(RosterEntry).where(
        RosterEntry.valid_until >= clock.palace_day(now), RosterEntry.phone.not_in(visitors)
    )
    entries = db.session.scalars(valid.order_by(RosterEntry.card_number).limit(BUYERS)).all()
    buyers = [
        Member(phone=entry.phone, name=entry.name, roster_entry=entry, created_at=now)
        for entry in entries
    ]
    db.session.add_all(buyers)
    db.session.flush()
    return buyers


def _sell(show: Show, buyers: Iterator[Member], chance: random.Random, now: datetime) -> None:
    """Sell to families and friends, the better seats sooner, until the show's share is sold."""
    wishes = list(_seat_wishes(show, chance) if show.performance.plan_id else _place_wishes(show))
    left = round(sum(wish.wanted for wish in wishes) * show.sold)
    for wish in wishes:
        if left <= 0:
            return
        _buy(next(buyers), show, wish, now)
        left -= wish.wanted


def _place_wishes(show: Show) -> Iterator[Wish]:
    for first in range(0, show.performance.capacity, show.together):
        yield Wish(count=min(show.together, show.performance.capacity - first))


def _seat_wishes(show: Show, chance: random.Random) -> Iterator[Wish]:
    closed = queries.closed_seats(show.performance.id, clock.now())
    seats = venues.seats(show.performance.plan_id or 0)
    free = [seat for seat in seats if seat.type is SeatType.SEAT and seat.id not in closed]
    groups = _groups(free, show.together)
    for group in sorted(groups, key=lambda group: group[0].score * chance.uniform(0.5, 1.5)):
        yield Wish(seats=tuple((seat.code, None) for seat in group))


def _groups(seats: Iterable[PlanSeat], together: int) -> Iterator[list[PlanSeat]]:
    """Yield neighbours, so many at a time; what is left of a row is a smaller group."""
    for _, row in groupby(seats, key=lambda seat: (seat.section, seat.row, seat.block)):
        neighbours = list(row)
        for first in range(0, len(neighbours), together):
            yield neighbours[first : first + together]


def _buy(buyer: Member, show: Show, wish: Wish, now: datetime) -> None:
    """Let somebody take what they wish as cheaply as they can, and pay for it at the counter."""
    order = services.hold(buyer, show.performance.id, wish, key=KEY, confirm=True)
    if order.state is OrderState.HELD:
        order.channel = Channel.COUNTER
        order = services.confirm(buyer, order.code)
    if order.state is OrderState.AWAITING_PAYMENT:
        asked = select(Payment).where(Payment.part == "tickets", Payment.subject_id == order.id)
        payments.receive(db.session.scalars(asked).one(), reference=order.code, now=now)
