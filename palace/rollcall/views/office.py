"""The office's lists: who came to which class, and the hours that wait to be checked."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses.queries.facts import sessions_of, staff_offering
from palace.courses.states import SessionState
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.lists import services as lists
from palace.members.posts import AT_PROGRAMME
from palace.paper import PRINTS, sent
from palace.rollcall import printing, services
from palace.rollcall.queries import attendance as counts
from palace.rollcall.queries import hours as reads_hours
from palace.rollcall.queries import office
from palace.rollcall.queries.hours import Month
from palace.rollcall.queries.office import CLASSES, SHEETS, OfTerm
from palace.rollcall.queries.roll import Line
from palace.rollcall.rules import Attendance
from palace.rollcall.views.base import (
    bp,
    class_title,
    session_json,
    sites,
    tally_json,
)
from palace.rollcall.views.hours import checked_by, month_json
from palace.venues.models import Site
from palace.web import allow, answer, pass_on, reads, refusal_words, wants_json

SHEET = "/staff/hours-sheets/<id:sheet_id>"


@bp.get("/staff/attendance")
@allow(*AT_PROGRAMME)
@reads(query=CLASSES.words)
def attendance() -> ResponseReturnValue:
    """List classes with how many people came, and how many times."""
    return lists.answer(CLASSES)


@bp.get("/staff/attendance/<id:offering_id>")
@allow(*AT_PROGRAMME)
def of_class(offering_id: int) -> ResponseReturnValue:
    """Show a class session by session, and person by person."""
    offering = staff_offering(offering_id, sites())
    tallies, people = counts.tallies_of(offering_id), counts.attendance_of(offering_id)
    enrolments = counts.enrolments(offering_id)
    sessions = sessions_of(offering_id)
    return answer(
        "rollcall/of_class.html",
        lambda: {
            "offering": offering.id,
            "title": class_title(offering),
            "sessions": [
                session_json(one)
                | {"tally": tally_json(tallies[one.id]) if one.id in tallies else None}
                for one in sessions
            ],
            "people": [
                {"enrolment": one.id, "state": one.state} | _figures(people.get(one.id))
                for one in enrolments
            ],
        },
        offering=offering,
        sessions=sessions,
        tallies=tallies,
        people=[
            (Line(one, None, excused=False), people.get(one.id, Attendance())) for one in enrolments
        ],
        off=SessionState.CANCELLED,
    )


def attended_terms() -> list[OfTerm]:
    """Return the newest terms of one's houses, for what stands above the list."""
    return office.terms(sites())


def _figures(found: Attendance | None) -> dict[str, int]:
    of = found or Attendance()
    return {
        "attended": of.attended,
        "late": of.late,
        "excused": of.excused,
        "absent": of.absent,
        "held": of.held,
    }


@bp.get("/staff/hours-sheets")
@allow(*AT_PROGRAMME)
@reads(query=SHEETS.words)
def sheets() -> ResponseReturnValue:
    """List the months that teachers signed."""
    return lists.answer(SHEETS)


@bp.get(SHEET)
@allow(*AT_PROGRAMME)
def sheet(sheet_id: int) -> ResponseReturnValue:
    """Show a signed month beside what was taught as it stands now."""
    return _page(sheet_id)


@bp.post(f"{SHEET}/check")
@allow(*AT_PROGRAMME)
def check(sheet_id: int) -> ResponseReturnValue:
    """Check a signed month for the house."""
    found, teacher = reads_hours.get_sheet(sites(), sheet_id)
    try:
        with transaction():
            services.check(found, teacher, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(sheet_id, refusal)
    if wants_json():
        return _page(sheet_id)
    flash(gettext("核对好了，可以打印。"))
    return redirect(url_for("rollcall.sheet", sheet_id=sheet_id), 303)


@bp.get(f"{SHEET}.pdf")
@allow(*AT_PROGRAMME)
@PRINTS
def sheet_pdf(sheet_id: int) -> ResponseReturnValue:
    """Send a month's sheet (课时单) to a printer of the house."""
    month = _month(sheet_id)
    site = db.session.get_one(Site, month.teacher.site_id)
    job = printing.hours_sheet(month, site, checked_by=checked_by(month), now=clock.now())
    return sent(job, f"hours-{month.teacher.id}-{month.first:%Y-%m}")


def _month(sheet_id: int) -> Month:
    found, teacher = reads_hours.get_sheet(sites(), sheet_id)
    return reads_hours.month_of(teacher, found.month, clock.now())


def _page(sheet_id: int, refusal: PalaceError | None = None) -> Response:
    found, _teacher = reads_hours.get_sheet(sites(), sheet_id)
    month = _month(sheet_id)
    return answer(
        "rollcall/sheet.html",
        lambda: month_json(month) | {"sheet": found.id},
        status=refusal.status if refusal else 200,
        month=month,
        sheet=found,
        is_newest=month.sheet is not None and month.sheet.id == found.id,
        checked_by=reads_hours.name_of(found.checked_by) if found.checked_by else "",
        refusal=refusal_words(refusal) if refusal else "",
    )
