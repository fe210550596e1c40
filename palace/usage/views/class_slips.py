"""Slips for people without a phone: a place in a class, or in its queue, on a sheet or a till's roll."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.companions.models import Companion
from palace.courses.models import Enrolment
from palace.courses.queries import facts, waits
from palace.members.models import Member
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.paper import PRINTS, Job, sent
from palace.tickets.printing import holder
from palace.usage import printing, queries
from palace.usage.forms import SlipForm
from palace.usage.views.base import SEES, bp
from palace.web import allow, reads


@bp.get("/enrolments/<code:code>/slip.pdf")
@allow(Role.MEMBER, Role.ACTING)
@reads(SlipForm)
@PRINTS
def class_slip(code: str) -> ResponseReturnValue:
    """Send the slip of a place in a class (报名单) to who has it."""
    found = facts.enrolment_for(current_member(), code)
    return sent(_slip(found, SlipForm(request.args)), f"class-{code[:6]}")


@bp.get("/staff/enrolments/<code:code>/slip.pdf")
@allow(*SEES)
@reads(SlipForm)
@PRINTS
def staff_class_slip(code: str) -> ResponseReturnValue:
    """Send the slip of a place in a class of one's house to a printer of the house."""
    found = queries.enrolment_at(current_user.sites(*SEES), code)
    return sent(_slip(found, SlipForm(request.args)), f"class-{code[:6]}")


@bp.get("/class-waits/<code:code>/slip.pdf")
@allow(Role.MEMBER, Role.ACTING)
@reads(SlipForm)
@PRINTS
def class_wait_slip(code: str) -> ResponseReturnValue:
    """Send the slip of somebody who waits for a class (排队单)."""
    found, now = waits.wait_for(current_member(), code), clock.now()
    job = printing.class_wait_slip(
        waits.standing_of(found, now),
        [start for start in waits.starts_of(found.offering_id) if start > now],
        facts.class_rules(found.offering.term.site_id).offer_hours,
        taker=_taker(found.member, found.companion),
        paper=SlipForm(request.args).kind,
        now=now,
    )
    return sent(job, f"waiting-{code[:6]}")


def _slip(found: Enrolment, form: SlipForm) -> Job:
    return printing.class_slip(
        found,
        facts.sessions_of(found.offering_id),
        taker=_taker(found.member, found.companion),
        paper=form.kind,
        now=clock.now(),
    )


def _taker(member: Member, companion: Companion | None) -> str:
    """Return whose a place is, as paper calls them: a child by its name, and by who enrolled it."""
    called = holder(member).words
    return f"{companion.name}（{called}）" if companion else called
