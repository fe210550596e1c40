"""Giving one ticket back, and keeping seats for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from palace import clock
from palace.db import db
from palace.members.rules import Known
from palace.members.services import note
from palace.money import Fen, yuan_of
from palace.payments.states import RefundReason
from palace.programme.models import Performance
from palace.programme.rules import Returns
from palace.statements import execute
from palace.tickets import claims, kept, queries, rules
from palace.tickets.errors import (
    AlreadyAdmitted,
    BackChanged,
    NothingToReturn,
    PaidTicket,
    ReturnedTogether,
)
from palace.tickets.models import Ticket
from palace.tickets.rules import KeptFor, TicketState
from palace.tickets.services.freed import seats_freed
from palace.tickets.services.news import leave_agenda, telling
from palace.tickets.services.orders import locked
from palace.tickets.services.owing import back_of, owe_refund
from palace.tickets.terms import Show
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat


def give_back(
    member: Known, code: str, *, together: bool = False, seen: Fen | None = None
) -> Ticket:
    """Give one ticket back: the allowance returns at once, the seat to who waits or after a rest.

    Repeating changes nothing.

    Args:
        together: every other ticket of its package goes back in the same transaction.
        seen: what the page said goes back of the price; None: whatever goes back now.

    Raises:
        ReturnedTogether: its package goes back as a whole; after a move its ticket does alone.
        TooLateToReturn: at or after the deadline of the house rules.
        PaidTicket: money was paid for it and no ladder says what goes back; the counter returns both.
            After a move the ticket goes back like any other, and all of its money is owed.
        BackChanged: less goes back by now than the page said.
        AlreadyAdmitted: somebody came in by it.
        NothingToReturn: the show is cancelled; its tickets stay what they are, and money is owed by itself.
    """
    ticket = queries.ticket_of(member.id, code)
    order, _, show, now = locked(member, ticket.order.code)
    claims.lock_ticket(ticket.id)
    ticket = queries.ticket_of(member.id, code)
    if ticket.state is TicketState.RETURNED:
        return ticket
    _check_unused(ticket, show)
    answers_move = show.return_until is not None and now < show.return_until
    if not together and not answers_move:
        check_alone_returned(ticket)
    back = ticket.price if answers_move else back_of(order, ticket, show.starts_at, now)
    _check_time(ticket, show, now)
    _check_back(ticket, back, seen)
    ticket.state, ticket.returned_at, ticket.issue = TicketState.RETURNED, now, ticket.issue + 1
    db.session.flush()
    freed = claims.give_up(order.id, now, ticket.claim_id)
    if back:
        reason = RefundReason.MOVED if answers_move else RefundReason.RETURNED
        owe_refund(order, ticket, reason, now, back)
    if not queries.tickets_for(member.id, [ticket.performance_id]):
        leave_agenda(order, now)
    execute(*telling("ticket_returned", order, show, now, subject=f"ticket:{ticket.id}"))
    note(
        "ticket_returned",
        f"ticket:{ticket.id}",
        before={"state": "valid"},
        after={"state": "returned"} | ({"back": back} if back else {}),
    )
    seats_freed(ticket.performance_id, freed, now)
    return ticket


def _check_unused(ticket: Ticket, show: Show) -> None:
    """Refuse a ticket of a cancelled show, or one that let somebody in.

    Raises:
        NothingToReturn, AlreadyAdmitted.
    """
    if show.cancelled_at is not None:
        raise NothingToReturn
    admission = queries.admission_of(ticket.id)
    if admission:
        raise AlreadyAdmitted(first_at=admission.admitted_at)


def _check_time(ticket: Ticket, show: Show, now: datetime) -> None:
    """Refuse what comes too late: a free ticket by the house's deadline, a paid one once the show begins.

    Raises:
        TooLateToReturn.
    """
    minutes = 0 if ticket.price else venues.house_rules().return_before_minutes
    rules.check_returnable(now, rules.return_deadline(show.starts_at, minutes, show.return_until))


def _check_back(ticket: Ticket, back: Fen | None, seen: Fen | None) -> None:
    """Refuse to give back other money than was shown.

    Raises:
        PaidTicket, BackChanged.
    """
    if ticket.price and back is None:
        raise PaidTicket
    if seen is not None and back is not None and back < seen:
        raise BackChanged(yuan=yuan_of(back))


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
