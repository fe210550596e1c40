"""What a member's own page shows, gathered from the parts below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from palace.agenda import queries as agenda
from palace.agenda.models import AgendaEntry
from palace.clock import palace_day
from palace.courses.belonging import BELONGING
from palace.members import queries as members
from palace.members.rules import GrantKind, Known
from palace.notices import queries as notices
from palace.notices.senders import KINDS
from palace.statements import as_loaded, execute_all
from palace.strikes import queries as strikes
from palace.strikes.models import Strike
from palace.strikes.rules import bar_today
from palace.tickets import queries as tickets
from palace.tickets.models import Order, Ticket
from palace.tickets.terms import free_used
from palace.troupes.models import Troupe
from palace.troupes.queries import asking_rosters
from palace.venues import queries as venues

PERFORMANCE = "performance:"


@dataclass(frozen=True)
class Belongings:
    """What a member has now: entries to come, their tickets by subject, orders waiting, allowances.

    `troupes`: those whose rosters name them. `near_until`: a show that begins before is so near that
    people are reminded of it.
    """

    entries: list[AgendaEntry]
    tickets: dict[str, list[Ticket]]
    orders: list[Order]
    free_left: int
    access: bool
    strikes: Sequence[Strike]
    barred_until: date | None
    unread: int
    troupes: Sequence[Troupe]
    near_until: datetime


def belongings(member: Known, now: datetime) -> Belongings:
    """Return what a member has now."""
    entries = agenda.coming(member.id, now, BELONGING)
    house = venues.house_rules()
    missed = strikes.of_member(member.id)
    used = free_used(member.id, now)
    grants = members.live_grants(member, None, now)
    unread, rosters = execute_all(
        notices.asking_unread(member.id, KINDS), asking_rosters(member.id)
    )
    return Belongings(
        entries=entries,
        tickets=_tickets(member.id, entries),
        orders=tickets.first_of_each(tickets.open_orders(member.id, now)),
        free_left=max(0, house.free_per_month - used),
        access=any(grant.kind is GrantKind.WHEELCHAIR for grant in grants),
        strikes=missed,
        unread=unread[0].unread,
        troupes=[as_loaded(Troupe, row) for row in rosters],
        barred_until=bar_today(
            [palace_day(one.happened_at) for one in missed], strikes.ladder(), palace_day(now)
        ),
        near_until=now + timedelta(hours=house.remind_day_hours),
    )


def _tickets(member_id: int, entries: Sequence[AgendaEntry]) -> dict[str, list[Ticket]]:
    """Return the member's valid tickets by the subject of their agenda entry."""
    subjects = [entry.subject for entry in entries if entry.subject.startswith(PERFORMANCE)]
    found: dict[str, list[Ticket]] = {subject: [] for subject in subjects}
    shows = [int(subject.removeprefix(PERFORMANCE)) for subject in subjects]
    for ticket in tickets.tickets_for(member_id, shows) if shows else []:
        found[f"{PERFORMANCE}{ticket.performance_id}"].append(ticket)
    return found
