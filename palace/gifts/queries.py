"""Gifts as their giver and their receiver see them; reads only, each scoped to who asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from palace.db import db
from palace.errors import NotFound
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState
from palace.members.models import Member, RosterEntry
from palace.members.rules import mobile_number, tidy_name
from palace.programme.models import Performance
from palace.roster.rules import read_card
from palace.tickets.counts import free_used_of
from palace.tickets.kept import live
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState


def find_member(number: str, name: str) -> int | None:
    """Return the one member with this phone number or union card, who is called so; None: nobody is."""
    phone = mobile_number(number)
    cards = {number.strip(), read_card(number) or number.strip()}
    of_card = Member.roster_entry.has(RosterEntry.card_number.in_(cards))
    whose = Member.phone == phone if phone else of_card
    wanted = select(Member.id).where(
        whose, Member.name == tidy_name(name), Member.erased_at.is_(None)
    )
    found = db.session.scalars(wanted.limit(2)).all()
    return found[0] if len(found) == 1 else None


def gift_to(receiver_id: int, code: str) -> Gift:
    """Return a gift somebody was offered.

    Raises:
        NotFound: there is no such gift, or it is not for them.
    """
    wanted = select(Gift).where(Gift.code == code, Gift.receiver_id == receiver_id)
    found = db.session.scalars(_anew(wanted)).first()
    if found is None:
        raise NotFound
    return found


def locked(gift_id: int) -> Gift:
    """Return a gift under its lock, as it stands once it is ours; members are locked before."""
    wanted = select(Gift).where(Gift.id == gift_id)
    return db.session.scalars(_anew(wanted).with_for_update(of=Gift, key_share=True)).one()


def find_offered(ticket_id: int) -> Gift | None:
    """Return the gift of a ticket that nobody ended, lapsed or not; the giver is locked before."""
    wanted = select(Gift).where(Gift.ticket_id == ticket_id, Gift.state == GiftState.OFFERED)
    return db.session.scalars(_anew(wanted).with_for_update(of=Gift, key_share=True)).first()


def given_times(ticket_id: int) -> int:
    """Return how often a ticket was given on and taken."""
    wanted = select(func.count()).where(
        Gift.ticket_id == ticket_id, Gift.state == GiftState.ACCEPTED
    )
    return db.session.scalar(wanted) or 0


def waiting_of(ticket: Ticket, now: datetime) -> Gift | None:
    """Return the gift of a ticket that waits to be taken now."""
    wanted = select(Gift).where(Gift.ticket_id == ticket.id, _waits(now))
    return db.session.scalars(wanted).first()


def waiting(member_id: int, now: datetime) -> list[Gift]:
    """Return the gifts that wait for a member's word or were given by them, soonest to lapse first."""
    whose = or_(Gift.receiver_id == member_id, Gift.giver_id == member_id)
    wanted = select(Gift).join(Gift.ticket).where(whose, _waits(now))
    wanted = wanted.where(
        Ticket.state == TicketState.VALID,
        Ticket.member_id == Gift.giver_id,
        Ticket.performance_id.in_(select(Performance.id).where(Performance.cancelled_at.is_(None))),
    )
    return list(db.session.scalars(wanted.order_by(Gift.lapses_at, Gift.id)))


def free_used(member_id: int, starts_at: datetime, now: datetime) -> int:
    """Return how many free tickets a member holds or owns for the shows of an instant's month."""
    used = select(free_used_of(literal(member_id), starts_at, live(now)))
    return db.session.scalar(used) or 0


def held_of_tier(member_id: int, ticket: Ticket, now: datetime) -> int:
    """Return how many tickets of a ticket's tier a member holds or owns at its performance."""
    wanted = select(func.count()).where(
        Claim.performance_id == ticket.performance_id,
        Claim.member_id == member_id,
        Claim.tier_id == ticket.tier_id,
        live(now),
    )
    return db.session.scalar(wanted) or 0


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(Gift.state == GiftState.OFFERED, Gift.lapses_at > now)


def _anew(wanted: Select[Gift]) -> Select[Gift]:
    return wanted.execution_options(populate_existing=True)
