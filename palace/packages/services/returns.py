"""Giving a whole package back: every ticket of it, or none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from palace.members.rules import Known
from palace.money import Fen
from palace.packages import queries
from palace.packages.errors import PackageBroken
from palace.packages.services.orders import locked
from palace.programme.rules import Returns
from palace.tickets import services as tickets
from palace.tickets.errors import NothingToReturn
from palace.tickets.models import PackageOrder, Ticket
from palace.tickets.rules import OrderState


def returnable(whole: PackageOrder) -> list[Ticket]:
    """Return those of a member's valid tickets that go back together: none of a show that was called off."""
    valid = queries.valid_tickets(whole)
    return [one for one in valid if one.performance.cancelled_at is None]


def give_back(
    member: Known, code: str, seen: Mapping[str, Fen | None] = MappingProxyType({})
) -> PackageOrder:
    """Give back every ticket of a package that its member still has; repeating changes nothing.

    Tickets of shows that were called off stay what they are.

    Args:
        seen: what the page said goes back of each ticket's price, by its code.

    Raises:
        NothingToReturn: all of its shows were.
        PackageBroken: it goes back as a whole, and is not whole any more.
        TooLateToReturn, PaidTicket, BackChanged, AlreadyAdmitted: one ticket cannot go back, so none does.
    """
    whole, parts, _ = locked(member, code)  # every show before the first list of who waits
    settled = [part for part in parts if part.order.state is OrderState.SETTLED]
    ahead = [part for part in settled if part.show.cancelled_at is None]
    if settled and not ahead:
        raise NothingToReturn
    valid, complete = returnable(whole), whole.seat_count * len(ahead)
    if valid and whole.package.returns is Returns.WHOLE and len(valid) < complete:
        raise PackageBroken
    for ticket in valid:
        tickets.give_back(member, ticket.code, together=True, seen=seen.get(ticket.code))
    return whole
