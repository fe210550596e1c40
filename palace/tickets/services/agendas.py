"""Members' calendars follow what changed of a show they have tickets of: its title, its hall, its times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from palace.agenda import services as agenda
from palace.db import db
from palace.programme.models import Performance
from palace.tickets.models import Ticket
from palace.tickets.rules import MOVE_TAKES, TicketState
from palace.tickets.services.news import dated
from palace.tickets.terms import show_now

BATCH = 100


def agendas_due(now: datetime) -> Sequence[int]:
    """Return the shows to come that changed since members' calendars were brought up to date.

    Not before every booking is over that may have read the show as it was.
    """
    due = select(Performance.id).where(
        Performance.revision > Performance.agenda_revision,
        Performance.ends_at > now,
        Performance.cancelled_at.is_(None),
        Performance.changed_at <= now - MOVE_TAKES,
    )
    return db.session.scalars(due.order_by(Performance.id)).all()


def bring_up_agendas(performance_id: int) -> int:
    """Bring the next entries of a show up to date; return how many, 0: all are, or somebody is at the rest.

    Whoever is passed over is done by the next who looks: the show stays due until nobody is behind.
    """
    of_show = Performance.id == performance_id
    revision = db.session.scalars(select(Performance.revision).where(of_show)).one()
    show, now = show_now(performance_id)
    holders = select(Ticket.member_id).where(
        Ticket.performance_id == performance_id, Ticket.state == TicketState.VALID
    )
    told = dated(show)
    changed = agenda.catch_up(holders, told, now, BATCH)
    if not changed and not agenda.are_behind(holders, told):
        done = update(Performance).where(of_show).values(agenda_revision=revision)
        db.session.execute(done)
    return changed
