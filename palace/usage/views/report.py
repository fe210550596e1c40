"""How the rooms of a house were used: by room, by troupe, by weekday and hour; every date as a list."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.lists.services import answer as answer_list
from palace.members.posts import AT_PROGRAMME
from palace.usage import queries
from palace.usage.forms import ReportForm
from palace.usage.queries import DATES, Used
from palace.usage.rules import Tally
from palace.usage.views.base import bp, refused
from palace.web import allow, answer, reads


@bp.get("/staff/usage")
@allow(*AT_PROGRAMME)
@reads(ReportForm)
def report() -> ResponseReturnValue:
    """Show how the rooms of a house were used over some days."""
    form, now = ReportForm(request.args), clock.now()
    refusal = refused(form)
    sites = current_user.sites(*AT_PROGRAMME)
    site = queries.get_house(sites, form.site.data)
    first, last = (ReportForm() if refusal else form).span(clock.palace_day(now))
    used = queries.used(site.id, first, last, now)
    return answer(
        "usage/report.html",
        lambda: (
            {"site": site.code, "first": first.isoformat(), "last": last.isoformat()} | _json(used)
        ),
        status=refusal.status if refusal else 200,
        form=form,
        house=site,
        sites=queries.houses(sites),
        first=first,
        last=last,
        used=used,
        report=used.report,
    )


@bp.get("/staff/usage/dates")
@allow(*AT_PROGRAMME)
@reads(query=DATES.words)
def dates() -> ResponseReturnValue:
    """Show every date of a reservation, to be searched and taken along as a file."""
    return answer_list(DATES)


def _json(used: Used) -> dict[str, Any]:
    found = used.report
    return {
        "total": _tally(found.total),
        "rooms": [
            {"space": room.space_id, **_tally(found.rooms.get(room.space_id, Tally()))}
            for room in used.rooms
        ],
        "troupes": [
            {"troupe": troupe_id, **_tally(tally)} for troupe_id, tally in found.troupes.items()
        ],
        "hours": [
            {"weekday": weekday + 1, "hour": hour, "share": found.share_at(weekday, hour)}
            for weekday in range(len(found.heat))
            for hour in found.hours
        ],
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {
        "dates": tally.dates,
        "open_minutes": tally.opened,
        "reserved_minutes": tally.reserved,
        "signed_in_minutes": tally.arrived,
        "missed_minutes": tally.missed,
        "missed_dates": tally.missed_dates,
        "other_minutes": tally.others,
        "free_minutes": tally.free,
    }
