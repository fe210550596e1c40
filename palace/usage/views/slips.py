"""Slips for people without a phone: what they reserved, or wait for, on a sheet or a till's roll."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.paper import PRINTS, Job, sent
from palace.rooms.models import Reservation
from palace.rooms.queries import facts, waits
from palace.rooms.queries.standing import standings_of
from palace.rooms.queries.things import carried_to
from palace.tickets.printing import holder
from palace.usage import printing, queries
from palace.usage.forms import SlipForm
from palace.usage.views.base import SEES, bp
from palace.web import allow, reads
from palace.words import named


@bp.get("/reservations/<code:code>/slip.pdf")
@allow(Role.MEMBER, Role.ACTING)
@reads(SlipForm)
@PRINTS
def slip(code: str) -> ResponseReturnValue:
    """Send the slip of a reservation (预约单) to who may give it back."""
    found = facts.reservation_for(current_member(), code)
    return sent(_slip(found, SlipForm(request.args)), f"reservation-{code[:6]}")


@bp.get("/staff/reservations/<code:code>/slip.pdf")
@allow(*SEES)
@reads(SlipForm)
@PRINTS
def staff_slip(code: str) -> ResponseReturnValue:
    """Send the slip of a reservation of a room of one's house to a printer of the house."""
    found = queries.reservation_at(current_user.sites(*SEES), code)
    return sent(_slip(found, SlipForm(request.args)), f"reservation-{code[:6]}")


@bp.get("/room-waits/<code:code>/slip.pdf")
@allow(Role.MEMBER, Role.ACTING)
@reads(SlipForm)
@PRINTS
def waiting_slip(code: str) -> ResponseReturnValue:
    """Send the slip of somebody who waits for a room (排队单)."""
    found = waits.wait_for(current_member(), code)
    troupe = facts.find_troupe(found.troupe_id)
    job = printing.waiting_slip(
        waits.standing_of(found),
        taker=named(troupe) if troupe else holder(_member(found.member_id)).words,
        purpose=facts.get_purpose(found.purpose),
        paper=SlipForm(request.args).kind,
        now=clock.now(),
    )
    return sent(job, f"waiting-{code[:6]}")


def _slip(found: Reservation, form: SlipForm) -> Job:
    troupe = facts.find_troupe(found.troupe_id)
    return printing.slip(
        found,
        standings_of(found.id),
        facts.room(found.space_id),
        things=carried_to(found.id),
        taker=named(troupe) if troupe else holder(_member(found.member_id)).words,
        purpose=facts.get_purpose(found.purpose),
        paper=form.kind,
        now=clock.now(),
    )


def _member(member_id: int) -> Member:
    return db.session.get_one(Member, member_id)
