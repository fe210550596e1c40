"""What is on, a production, a performance with its map, and its rows as a list."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from palace import clock, words
from palace.lately import remembered
from palace.members.rules import Known
from palace.once import read_lately
from palace.programme import queries as programme
from palace.programme.queries import Programme, Stub
from palace.programme.rules import KINDS, Listed, Shown
from palace.tickets import queries
from palace.tickets.forms import ProgrammeForm
from palace.tickets.models import Ticket
from palace.tickets.views.base import bp
from palace.venues import queries as venues
from palace.web import answer, public, reads

COMING = timedelta(weeks=8)
FRESH_SECONDS = 1.0


def _coming(now: datetime) -> Programme:
    """Return what is on in the coming weeks: many houses, so read once a second at most."""
    return read_lately(
        "coming",
        FRESH_SECONDS,
        lambda: read(programme.performances(since=now, until=now + COMING), now),
    )


def read(found: Sequence[Listed], now: datetime) -> Programme:
    """Return performances with their prices and the places nobody can book now."""
    ids = [performance.id for performance in found]
    return Programme(
        found=found,
        prices=programme.prices(ids),
        taken=queries.taken_counts(ids, now),
        few_left_percent=venues.house_rules().few_left_percent,
    )


def show_line(stub: Stub, kind: str, *, titled: bool, level: int) -> Markup:
    """Return a performance as a line of a programme page: the same for everybody while it stands so."""
    return _show_line(words.language(), stub, kind, titled, level)


@functools.lru_cache(maxsize=2048)
def _show_line(language: str, stub: Stub, kind: str, titled: bool, level: int) -> Markup:  # noqa: ARG001 - a key
    macros: Any = current_app.jinja_env.get_template("macros.html").module
    line: Markup = macros.show(stub, kind, titled, level)
    return line


def stub_json(stub: Stub) -> dict[str, Any]:
    """Return a performance as JSON clients read it."""
    performance = stub.performance
    return {
        "id": performance.id,
        "production": performance.production.id,
        "title": words.named(performance.production, "title"),
        "kind": performance.production.kind,
        "space": performance.space.code,
        "starts_at": clock.iso(performance.starts_at),
        "state": stub.shown,
        "left": stub.left if stub.prices else None,
        "prices": [
            {"tier": price.tier, "zone": price.zone, "amount": price.amount}
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
    coming = _coming(now)
    wanted = [
        stub
        for stub in programme.stubs(coming, now)
        if _asked(form, stub.performance) and _fits(form, stub)
    ]
    gathered = sorted(programme.by_entry(wanted), key=_evenings_first)
    return answer(
        "tickets/programme.html",
        lambda: {"performances": [stub_json(stub) for stub in wanted]},
        days=[(day, list(stubs)) for day, stubs in groupby(gathered, key=_day)],
        filters={field.name: field.data or "" for field in form},
        kinds=[
            (kind, gettext(name)) for kind, name in KINDS.items() if _any_kind(coming.found, kind)
        ],
        spaces=list({show.space.id: show.space for show in coming.found}.values()),
        today_ticket=_tickets_today(now),
    )


def _day(stub: Stub) -> date:
    return clock.palace_day(stub.performance.starts_at)


def _evenings_first(stub: Stub) -> tuple[date, bool]:
    """Order by day, shows before exhibitions that are open all day long."""
    return _day(stub), bool(stub.siblings)


def _any_kind(found: Sequence[Listed], kind: str) -> bool:
    return any(performance.production.kind == kind for performance in found)


def _asked(form: ProgrammeForm, performance: Listed) -> bool:
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
    if form.price.data == "member" and all(price.tier != "member" for price in stub.prices):
        return False
    return form.left.data != "1" or stub.shown in (Shown.FREE, Shown.FEW, Shown.OPEN)


def _tickets_today(now: datetime) -> list[Ticket]:
    member = this_member()
    return queries.tickets_today(member.id, now) if member else []


def this_member() -> Known | None:
    """Return the signed-in member; None for strangers and staff."""
    member: Known | None = current_user.member
    return member


@bp.get("/productions/<id:production_id>")
@public
@remembered
def production(production_id: int) -> ResponseReturnValue:
    """Show a production and all its coming dates."""
    found = programme.production(production_id)
    now = clock.now()
    shows = programme.performances_of(found.id, now)
    coming = programme.stubs(read(shows, now), now)
    body = {
        "id": found.id,
        "title": words.named(found, "title"),
        "performances": [stub_json(stub) for stub in coming],
    }
    return answer(
        "tickets/production.html", body, production=found, stubs=programme.by_entry(coming)
    )
