"""Giving a whole package back: every ticket of it, or none."""

from __future__ import annotations

from palace.members import queries as members
from palace.members.rules import Known
from palace.packages import queries
from palace.packages.errors import PackageBroken
from palace.programme.rules import Returns
from palace.tickets import services as tickets
from palace.tickets.models import PackageOrder


def give_back(member: Known, code: str) -> PackageOrder:
    """Give back every ticket of a package that its member still has; repeating changes nothing.

    Raises:
        PackageBroken: it goes back as a whole, and is not whole any more.
        TooLateToReturn, PaidTicket, AlreadyAdmitted: one of the tickets cannot go back, so none does.
    """
    members.lock(member.id)
    whole = queries.order_of(member.id, code)
    valid = queries.valid_tickets(whole)
    complete = whole.seat_count * len(queries.parts(whole))
    if valid and whole.package.returns is Returns.WHOLE and len(valid) < complete:
        raise PackageBroken
    for ticket in valid:
        tickets.give_back(member, ticket.code, together=True)
    return whole
