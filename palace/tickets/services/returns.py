"""Giving one ticket back, and keeping seats for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from palace import clock
from palace.db import db
from palace.members.rules import Known
from palace.members.services import note
from palace.payments.states import RefundReason
from palace.programme.models import Performance
from palace.programme.rules import Returns
from palace.statements import execute
from palace.tickets import claims, kept, queries, rules
from palace.tickets.errors import (
    AlreadyAdmitted,
    NothingToReturn,
    PaidTicket,
    ReturnedTogether,
)
from palace.tickets.models import Ticket
from palace.tickets.rules import KeptFor, TicketState
from palace.tickets.services.freed import seats_freed
from palace.tickets.services.news import leave_agenda, telling
from palace.tickets.services.orders import locked
from palace.tickets.services.owing import owe_refund
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat


def give_back(member: Known, code: str, *, together: bool = False) -> Ticket:
    """Give one ticket back: the allowance returns at once, the seat to who waits or after a rest.

    Repeating changes nothing.

    Args:
        together: every other ticket of its package goes back in the same transaction.

    Raises:
        ReturnedTogether: its package goes back as a whole; after a move its ticket does alone.
        TooLateToReturn: at or after the deadline of the house rules.
        PaidTicket: money was paid for it; the counter returns both. After a move the ticket goes
            back like any other, and its money is owed.
        AlreadyAdmitted: somebody came in by it.
        NothingToReturn: the show is cancelled; its tickets stay what they are, and money is owed by itself.
    """
    ticket = queries.ticket_of(member.id, code)
    order, _, show, now = locked(member, ticket.order.code)
    claims.lock_ticket(ticket.id)
    ticket = queries.ticket_of(member.id, code)
    if ticket.state is TicketState.RETURNED:
        return ticket
    if show.cancelled_at is not None:
        raise NothingToReturn
    admission = queries.admission_of(ticket.id)
    if admission:
        raise AlreadyAdmitted(first_at=admission.admitted_at)
    answers_move = show.return_until is not None and now < show.return_until
    if not together and not answers_move:
        check_alone_returned(ticket)
    if ticket.price and not answers_move:
        raise PaidTicket
    minutes = venues.house_rules().return_before_minutes
    rules.check_returnable(now, rules.return_deadline(show.starts_at, minutes, show.return_until))
    ticket.state, ticket.returned_at, ticket.issue = TicketState.RETURNED, now, ticket.issue + 1
    db.session.flush()
    freed = claims.give_up(order.id, now, ticket.claim_id)
    if ticket.price:
        owe_refund(order, ticket, RefundReason.MOVED, now)
    if not queries.tickets_for(member.id, [ticket.performance_id]):
        leave_agenda(order, now)
    execute(*telling("ticket_returned", order, show, now, subject=f"ticket:{ticket.id}"))
    note(
        "ticket_returned",
        f"ticket:{ticket.id}",
        before={"state": "valid"},
        after={"state": "returned"},
    )
    seats_freed(ticket.performance_id, freed, now)
    return ticket


def check_alone_returned(ticket: Ticket) -> None:
    """Refuse to part a ticket from a package whose tickets stay together.

    Raises:
        ReturnedTogether: it is of such a package.
    """
    if queries.package_returns(ticket.order) is Returns.WHOLE:
        raise ReturnedTogether


def keep(
    performance: Performance, seats: Sequence[PlanSeat], *, reason: KeptFor, until: datetime
) -> int:
    """Keep free seats of a performance for somebody until their release; return how many were free."""
    return kept.keep(performance.id, seats, reason=reason, until=until, now=clock.now())
