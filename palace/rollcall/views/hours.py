"""A teacher's month of lessons: shown, signed in one tap, printed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import palace_day
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.rules import Role
from palace.paper import PRINTS, sent
from palace.rollcall import printing, services
from palace.rollcall.forms import MonthForm, SignForm
from palace.rollcall.queries import hours as reads_hours
from palace.rollcall.queries.hours import Month
from palace.rollcall.views.base import bp, class_title, own_teacher
from palace.venues.models import Site
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json


def month_json(month: Month) -> dict[str, Any]:
    """Return a teacher's month as programs read it."""
    sheet = month.sheet
    return {
        "teacher": month.teacher.id,
        "month": f"{month.first:%Y-%m}",
        "sessions": month.sessions,
        "minutes": month.minutes,
        "lessons": month.lessons(month.minutes),
        "fee": month.fee,
        "signed": month.is_signed,
        "signed_at": clock.iso(sheet.signed_at) if sheet else None,
        "checked_at": clock.iso(sheet.checked_at) if sheet and sheet.checked_at else None,
        "classes": [
            {
                "offering": one.offering.id,
                "title": class_title(one.offering),
                "sessions": len(one.sessions),
                "substituted": one.substituted,
                "minutes": one.minutes,
                "lessons": month.lessons(one.minutes),
            }
            for one in month.classes
        ],
    }


@bp.get("/teaching/hours")
@allow(Role.TEACHER)
@reads(MonthForm)
def hours() -> ResponseReturnValue:
    """Show a teacher what they really taught in a month, by class."""
    return _page(MonthForm(request.args))


@bp.post("/teaching/hours")
@allow(Role.TEACHER)
@reads(SignForm)
def sign() -> ResponseReturnValue:
    """Sign a month as it was shown; one that changed meanwhile is shown anew instead."""
    form, teacher = SignForm(), own_teacher()
    try:
        checked(form)
        first = form.first(palace_day(clock.now()))
        told = {"sessions": form.sessions.data or 0, "minutes": form.minutes.data or 0}
        with transaction():
            services.sign(teacher, first, **told, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(form, refusal)
    if wants_json():
        return _page(form)
    flash(gettext("签好了，馆里会核对。"))
    return redirect(url_for("rollcall.hours", month=f"{first:%Y-%m}"), 303)


@bp.get("/teaching/hours.pdf")
@allow(Role.TEACHER)
@reads(MonthForm)
@PRINTS
def hours_pdf() -> ResponseReturnValue:
    """Send a month's sheet (课时单) to whose it is."""
    now = clock.now()
    month = _month(MonthForm(request.args))
    site = db.session.get_one(Site, month.teacher.site_id)
    job = printing.hours_sheet(month, site, checked_by=checked_by(month), now=now)
    return sent(job, f"hours-{month.first:%Y-%m}")


def checked_by(month: Month) -> str:
    """Return who checked the newest sheet, where it still says what was taught."""
    sheet = month.sheet
    if sheet is None or sheet.checked_by is None or not month.is_signed:
        return ""
    return reads_hours.name_of(sheet.checked_by)


def _month(form: MonthForm | SignForm) -> Month:
    now = clock.now()
    return reads_hours.month_of(own_teacher(), form.first(palace_day(now)), now)


def _page(form: MonthForm | SignForm, refusal: PalaceError | None = None) -> Response:
    month, today = _month(form), palace_day(clock.now())
    after = reads_hours.next_month(month.first)
    return answer(
        "rollcall/hours.html",
        lambda: month_json(month),
        status=refusal.status if refusal else 200,
        month=month,
        before=reads_hours.month_before(month.first),
        after=after if after <= today else None,
        refusal=refusal_words(refusal) if refusal else "",
    )
