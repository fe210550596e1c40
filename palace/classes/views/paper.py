"""A class's lists on paper: only who teaches it and the office print names."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.classes import printing, queries
from palace.classes.views.base import MAY, OF_CLASS, bp
from palace.courses.queries.taught import class_of
from palace.paper import PRINTS, sent
from palace.web import allow


@bp.get(f"{OF_CLASS}/roster.pdf")
@allow(*MAY)
@PRINTS
def roster_pdf(offering_id: int) -> ResponseReturnValue:
    """Send the roster of a class."""
    found = class_of(offering_id, current_user)
    lists = queries.roster(offering_id), queries.sessions(offering_id)
    return sent(printing.roster(found, *lists, clock.now()), f"roster-{offering_id}")


@bp.get(f"{OF_CLASS}/attendance.pdf")
@allow(*MAY)
@PRINTS
def attendance_pdf(offering_id: int) -> ResponseReturnValue:
    """Send the attendance sheet of a class, to be ticked by hand."""
    found = class_of(offering_id, current_user)
    lists = queries.roster(offering_id), queries.sessions(offering_id)
    return sent(printing.attendance(found, *lists, clock.now()), f"attendance-{offering_id}")
