"""A sold-out show people wait for: families who want seats together, and a ticket that may come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from palace.clock import palace_day
from palace.db import db
from palace.demo.people import PERSONAS
from palace.demo.programme import Show
from palace.demo.sales import BUYERS, KEY
from palace.members.models import Member, RosterEntry
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from palace.waiting import services
from palace.waiting.rules import Wanted

OWNER = "19900000007"
WHOLE = 1.0
WISHES = (Wanted(count=4), Wanted(count=3), Wanted(count=2))


def book_first(shows: Sequence[Show]) -> None:
    """Let somebody who can be signed in as have one free ticket of the show that will be sold out."""
    owner = db.session.scalars(select(Member).where(Member.phone == OWNER)).one_or_none()
    owner = owner or _account(
        db.session.scalars(select(RosterEntry).where(RosterEntry.phone == OWNER)).one()
    )
    show = _sold_out(shows).performance
    tickets.hold(owner, show.id, Wish(count=1, tier="free"), key=KEY, confirm=True)


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Let families wait for seats together: a single one that comes back passes them by."""
    show = _sold_out(shows).performance
    visitors = {persona.phone for persona in PERSONAS}
    others = select(RosterEntry).where(
        RosterEntry.valid_until >= palace_day(now), RosterEntry.phone.not_in(visitors)
    )
    after_buyers = others.order_by(RosterEntry.card_number).offset(BUYERS).limit(len(WISHES))
    for entry, wanted in zip(db.session.scalars(after_buyers).all(), WISHES, strict=True):
        services.join(_account(entry), show.id, wanted)


def _sold_out(shows: Sequence[Show]) -> Show:
    return next(show for show in shows if show.sold == WHOLE)


def _account(entry: RosterEntry) -> Member:
    member = Member(phone=entry.phone, name=entry.name, roster_entry=entry)
    db.session.add(member)
    db.session.flush()
    return member
