"""What is on, a production, a performance with its map, and its rows as a list."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.lately import remembered
from palace.members.rules import Known
from palace.programme import queries as programme
from palace.programme.models import Performance
from palace.programme.queries import Stub
from palace.programme.rules import KINDS, Shown
from palace.tickets import queries
from palace.tickets.forms import ProgrammeForm
from palace.tickets.models import Ticket
from palace.tickets.views.base import bp
from palace.venues import queries as venues
from palace.web import answer, public, reads

COMING = timedelta(weeks=8)
FRESH_SECONDS = 1.0


@dataclass(frozen=True)
class Taken:
    """Places nobody can book, by performance, as this process counted them a moment ago."""

    read_at: float
    shows: frozenset[int]
    counts: Mapping[int, int]


def _taken_lately(found: list[Performance], now: datetime) -> Mapping[int, int]:
    """Return the places taken of everything coming: many houses, so counted once a second at most."""
    shows = frozenset(performance.id for performance in found)
    kept: Taken | None = current_app.extensions.get("palace_taken")
    if kept is None or time.monotonic() - kept.read_at > FRESH_SECONDS or kept.shows != shows:
        kept = Taken(time.monotonic(), shows, queries.taken_counts(shows, now))
        current_app.extensions["palace_taken"] = kept
    return kept.counts


def stub_json(stub: Stub) -> dict[str, Any]:
    """Return a performance as JSON clients read it."""
    performance = stub.performance
    return {
        "id": performance.id,
        "production": performance.production_id,
        "title": words.named(performance.production, "title"),
        "kind": performance.production.kind,
        "space": performance.space.code,
        "starts_at": performance.starts_at.astimezone(clock.SHANGHAI).isoformat(),
        "state": stub.shown,
        "left": stub.left if stub.prices else None,
        "prices": [
            {"tier": price.tier.code, "zone": price.zone, "amount": price.amount}
            for price in stub.prices
        ],
    }


@bp.get("/", endpoint="programme")
@bp.get("/performances", endpoint="programme")
@public
@reads(ProgrammeForm)
@remembered
def programme_page() -> ResponseReturnValue:
    """Show what is on in the coming weeks, by day."""
    form = ProgrammeForm(request.args)
    form.validate()
    now = clock.now()
    coming = programme.performances(since=now, until=now + COMING)
    wanted = [
        stub
        for stub in programme.stubs(
            [show for show in coming if _asked(form, show)],
            _taken_lately(coming, now),
            venues.house_rules().few_left_percent,
            now,
        )
        if _fits(form, stub)
    ]
    gathered = sorted(programme.by_entry(wanted), key=_evenings_first)
    return answer(
        "tickets/programme.html",
        {"performances": [stub_json(stub) for stub in wanted]},
        days=[(day, list(stubs)) for day, stubs in groupby(gathered, key=_day)],
        filters={field.name: field.data or "" for field in form},
        kinds=[(kind, gettext(name)) for kind, name in KINDS.items() if _any_kind(coming, kind)],
        spaces=list({show.space.id: show.space for show in coming}.values()),
        today_ticket=_tickets_today(now),
    )


def _day(stub: Stub) -> date:
    return clock.palace_day(stub.performance.starts_at)


def _evenings_first(stub: Stub) -> tuple[date, bool]:
    """Order by day, shows before exhibitions that are open all day long."""
    return _day(stub), bool(stub.siblings)


def _any_kind(found: list[Performance], kind: str) -> bool:
    return any(performance.production.kind == kind for performance in found)


def _asked(form: ProgrammeForm, performance: Performance) -> bool:
    """Return whether a performance passes the filters on kind and hall; unreadable ones let all pass."""
    kind = not form.kind.errors and form.kind.data
    space = not form.space.errors and form.space.data
    return kind in ("", None, False, performance.production.kind) and (
        space in ("", None, False, performance.space.code)
    )


def _fits(form: ProgrammeForm, stub: Stub) -> bool:
    """Return whether a stub passes the filters on price and places left."""
    if form.price.data == "free" and not stub.is_free:
        return False
    if form.price.data == "member" and all(tier.code != "member" for tier, _ in stub.tiers):
        return False
    return form.left.data != "1" or stub.shown in (Shown.FREE, Shown.FEW, Shown.OPEN)


def _tickets_today(now: datetime) -> list[Ticket]:
    member = this_member()
    return queries.tickets_today(member.id, now) if member else []


def this_member() -> Known | None:
    """Return the signed-in member; None for strangers and staff."""
    member: Known | None = current_user.member
    return member


@bp.get("/productions/<int(max=9223372036854775807):production_id>")
@public
@remembered
def production(production_id: int) -> ResponseReturnValue:
    """Show a production and all its coming dates."""
    found = programme.production(production_id)
    now = clock.now()
    shows = programme.performances(since=now, production_id=found.id)
    taken = queries.taken_counts((show.id for show in shows), now)
    coming = programme.stubs(shows, taken, venues.house_rules().few_left_percent, now)
    body = {
        "id": found.id,
        "title": words.named(found, "title"),
        "performances": [stub_json(stub) for stub in coming],
    }
    return answer(
        "tickets/production.html", body, production=found, stubs=programme.by_entry(coming)
    )
