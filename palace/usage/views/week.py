"""The week of a house, all rooms by all days, on the screen and for its notice board."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.paper import PRINTS, sent
from palace.usage import printing, queries
from palace.usage.forms import SheetForm, WeekForm
from palace.usage.rules import WEEK, week_of
from palace.usage.views.base import SEES, bp, refused
from palace.web import allow, answer, reads
from palace.words import named


@bp.get("/staff/week")
@allow(*SEES)
@reads(WeekForm)
def week() -> ResponseReturnValue:
    """Show a week of a house, to be printed for its notice board."""
    form, now = WeekForm(request.args), clock.now()
    refusal = refused(form)
    sites = current_user.sites(*SEES)
    site = queries.get_house(sites, form.site.data)
    days = _days(form, clock.palace_day(now))
    rooms = queries.week(site.id, days, now)
    return answer(
        "usage/week.html",
        lambda: {
            "site": site.code,
            "days": [day.isoformat() for day in days],
            "rooms": [
                {
                    "space": place.space_id,
                    "days": [
                        [{"clock": one.clock, "name": named(one)} for one in printing.told(lane)]
                        for lane in lanes
                    ],
                }
                for place, lanes in rooms
            ],
        },
        status=refusal.status if refusal else 200,
        form=form,
        house=site,
        sites=queries.houses(sites),
        days=days,
        before=days[0] - timedelta(days=WEEK),
        after=days[0] + timedelta(days=WEEK),
        rooms=[(place, [(lane, printing.told(lane)) for lane in lanes]) for place, lanes in rooms],
    )


@bp.get("/staff/week.pdf")
@allow(*SEES)
@reads(SheetForm)
@PRINTS
def week_pdf() -> ResponseReturnValue:
    """Send a week of a house on a sheet: `paper` is a4 or a3."""
    form, now = SheetForm(request.args), clock.now()
    refused(form)
    site = queries.get_house(current_user.sites(*SEES), form.site.data)
    days = _days(form, clock.palace_day(now))
    rooms = queries.week(site.id, days, now)
    job = printing.week(site, days, rooms, sheet=form.kind, now=now)
    return sent(job, f"week-{days[0]}")


def _days(form: WeekForm, today: date) -> list[date]:
    return week_of(form.day.day or today)
