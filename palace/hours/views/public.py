"""Opening hours as everybody reads them: today, the coming week, closures and holidays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask.typing import ResponseReturnValue

from palace import clock
from palace.clock import iso, palace_day
from palace.hours.queries import house_spans, open_spans
from palace.hours.queries.closures import Closed, coming_closures
from palace.hours.queries.special import coming_days
from palace.hours.queries.weeks import houses, spaces_of, weeks_of
from palace.hours.views.base import bp, day_json
from palace.venues.models import Site, Space
from palace.web import answer, public
from palace.words import named

DAYS = 7
HOLIDAYS, CLOSURES = timedelta(days=92), timedelta(days=31)
Spans = tuple[tuple[datetime, datetime], ...]
Opened = list[tuple[date, Spans]]


@bp.get("/hours")
@public
def hours() -> ResponseReturnValue:
    """Show when the houses are open today and in the coming week, what is closed, and holidays ahead."""
    now, own = clock.now(), houses(None)
    today, ids = palace_day(now), [site.id for site in own]
    days = [today + timedelta(days=number) for number in range(DAYS)]
    opened = _opened(own, days)
    special = coming_days(ids, today, today + HOLIDAYS)
    closures = [one for one in coming_closures(None, now) if one.starts_at < now + CLOSURES]
    return answer(
        "hours/public.html",
        lambda: {
            "houses": [_json(place, opened[place]) for place in opened],
            "days": [day_json(one) for one in special],
            "closures": [_closure_json(one) for one in closures],
        },
        own=own,
        opened=opened,
        spaces=[place for place in opened if isinstance(place, Space)],
        today=today,
        now=now,
        special=special,
        names={site.id: site for site in own},
        closures=closures,
    )


def _opened(own: list[Site], days: list[date]) -> dict[Site | Space, Opened]:
    """Return when each house is open, and each of its spaces that has hours of its own."""
    ids = [site.id for site in own]
    with_own = {space_id for _, space_id in weeks_of(ids)}
    spaces = [space for space in spaces_of(ids) if space.id in with_own]
    of_houses = house_spans(ids, days)
    of_spaces = open_spans({space.id: space.site_id for space in spaces}, days)
    return {
        **{site: [(day, of_houses[site.id, day]) for day in days] for site in own},
        **{space: [(day, of_spaces[space.id, day]) for day in days] for space in spaces},
    }


def _json(place: Site | Space, opened: Opened) -> dict[str, Any]:
    own = isinstance(place, Space)
    return {
        "site": place.site_id if isinstance(place, Space) else place.id,
        "space": place.id if own else None,
        "name": named(place),
        "days": [
            {
                "day": day.isoformat(),
                "open": [
                    {"opens_at": iso(opens), "closes_at": iso(closes)} for opens, closes in spans
                ],
            }
            for day, spans in opened
        ],
    }


def _closure_json(one: Closed) -> dict[str, Any]:
    return {
        "spaces": [space.id for space in one.spaces],
        "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at),
        "reason": named(one.first, "reason"),
    }
