"""What is on, a production, a performance with its map, and its rows as a list."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.errors import NotFound, PalaceError
from palace.members import queries as members
from palace.members.models import Member
from palace.programme import queries as programme
from palace.programme.models import Performance
from palace.programme.queries import Stub
from palace.programme.rules import KINDS, Shown
from palace.tickets import queries
from palace.tickets.forms import MOST_SEATS, ChoiceForm, HoldForm, ProgrammeForm, new_key
from palace.tickets.rules import Offer
from palace.tickets.seatmap import plan_svg
from palace.tickets.views.base import bp
from palace.venues import queries as venues
from palace.venues.models import Seat
from palace.venues.rules import SeatType
from palace.web import answer, public, refusal_words

COMING = timedelta(weeks=8)


def _stubs(found: list[Performance]) -> list[Stub]:
    now = clock.now()
    taken = queries.taken_counts((performance.id for performance in found), now)
    return programme.stubs(found, taken, venues.house_rules(), now)


def _json(stub: Stub) -> dict[str, Any]:
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
def programme_page() -> ResponseReturnValue:
    """Show what is on in the coming weeks, by day."""
    form = ProgrammeForm(request.args)
    form.validate()
    now = clock.now()
    coming = programme.performances(since=now, until=now + COMING)
    wanted = [
        stub
        for stub in _stubs([show for show in coming if _asked(form, show)])
        if _fits(form, stub)
    ]
    gathered = sorted(programme.by_entry(wanted), key=_evenings_first)
    return answer(
        "tickets/programme.html",
        {"performances": [_json(stub) for stub in wanted]},
        days=[(day, list(stubs)) for day, stubs in groupby(gathered, key=_day)],
        filters={field.name: field.data or "" for field in form},
        kinds=[(kind, gettext(name)) for kind, name in KINDS.items() if _any_kind(coming, kind)],
        spaces=list({show.space.id: show.space for show in coming}.values()),
        today_ticket=_tickets_today(),
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


def _tickets_today() -> list[Any]:
    member = _member()
    return queries.tickets_on(member.id, clock.palace_day(clock.now())) if member else []


def _member() -> Member | None:
    """Return the signed-in member; None for strangers and staff."""
    member: Member | None = current_user.member
    return member


@bp.get("/productions/<int(max=9223372036854775807):production_id>")
@public
def production(production_id: int) -> ResponseReturnValue:
    """Show a production and all its coming dates."""
    found = programme.production(production_id)
    coming = _stubs(programme.performances(since=clock.now(), production_id=found.id))
    body = {
        "id": found.id,
        "title": words.named(found, "title"),
        "performances": [_json(stub) for stub in coming],
    }
    return answer(
        "tickets/production.html", body, production=found, stubs=programme.by_entry(coming)
    )


@bp.get("/performances/<int(max=9223372036854775807):performance_id>")
@public
def performance(performance_id: int) -> ResponseReturnValue:
    """Show a performance: prices, seats together, the map."""
    form = ChoiceForm(request.args)
    form.validate()
    picked = [] if form.seats.errors else form.picked
    wished = None if form.count.errors else form.count.data
    return _performance_page(programme.published(performance_id), picked=picked, wished=wished)


def choice_path(performance_id: int) -> str:
    """Return the page of a performance with the choice a stranger made before signing in."""
    chosen = {name: request.form.getlist(name)[:MOST_SEATS] for name in ("seats", "count")}
    page = url_for("tickets.performance", performance_id=performance_id)
    return f"{page}?{urlencode(chosen, doseq=True)}"


def _performance_page(show: Performance, status: int = 200, **again: object) -> Response:
    stub = _stubs([show])[0]
    context = _choice(show, _member())
    plan_seats = venues.seats(show.plan_id) if show.plan_id else ()
    return answer(
        "tickets/performance.html",
        _json(stub),
        status=status,
        stub=stub,
        plan_svg=plan_svg(show.plan, plan_seats, words.language()) if show.plan else None,
        zones=_zones(show, context["offers"]),
        **context,
        **again,
    )


def choose_again(performance_id: int, form: HoldForm, refusal: PalaceError) -> Response:
    """Show the page a refused choice came from, with the reason and the choice still made."""
    show = programme.published(performance_id)
    again = {"refusal": refusal_words(refusal), "picked": form.picked, "wished": form.count.data}
    page = _rows_page if form.list.data and show.plan_id else _performance_page
    return page(show, refusal.status, **again)


def _choice(show: Performance, member: Member | None) -> dict[str, Any]:
    """Return what a person may choose at a performance now."""
    now = clock.now()
    mine = queries.tier_counts(show.id, now, member.id) if member else {}
    most = min(show.seats_per_member - sum(mine.values()), MOST_SEATS)
    return {
        "offers": queries.offers(member, show, venues.house_rules(), now, mine=mine),
        "counts": range(1, most + 1),
        "key": new_key(),
        "order": next(iter(queries.open_orders(member.id, now, show.id)), None) if member else None,
        "tickets": queries.tickets_for(member.id, [show.id]) if member else [],
        "access": bool(member and members.live_grants(member, show.id, now)),
    }


def _zones(show: Performance, offers: list[Offer]) -> list[dict[str, Any]]:
    """Return the zones of the plan that are sold, with each offer's amount."""
    drawn = show.plan.drawing.get("zones", []) if show.plan else []
    sold = {zone for offer in offers for zone in offer.amounts}
    return [
        {
            "code": zone["code"],
            "name": zone["name"][words.language()],
            "amounts": [
                (offer.tier, offer.amounts[zone["code"]])
                for offer in offers
                if zone["code"] in offer.amounts
            ],
        }
        for zone in drawn
        if zone["code"] in sold
    ]


@bp.get("/performances/<int(max=9223372036854775807):performance_id>/rows")
@public
def rows(performance_id: int) -> ResponseReturnValue:
    """Show every seat by section and row as native checkboxes, from the truth of this instant."""
    show = programme.published(performance_id)
    if show.plan_id is None:
        raise NotFound
    return _rows_page(show)


def _rows_page(show: Performance, status: int = 200, **again: object) -> Response:
    context = _choice(show, _member())
    closed = queries.closed_seats(show.id, clock.now())
    states: list[dict[str, Any]] = [
        {"seat": seat, "state": _state(seat, closed.get(seat.id), access=context["access"])}
        for seat in venues.seats(show.plan_id or 0)
    ]
    drawn = show.plan.drawing["sections"] if show.plan else []
    return answer(
        "tickets/rows.html",
        {"seats": {state["seat"].code: state["state"] for state in states}},
        status=status,
        stub=_stubs([show])[0],
        sections=[
            (section["name"][words.language()], _by_row(states, section["code"]))
            for section in drawn
        ],
        **context,
        **again,
    )


def _state(seat: Seat, is_kept: bool | None, *, access: bool) -> str:
    """Return a seat's state for this person: a grant opens kept wheelchair and companion places."""
    if is_kept is None or (is_kept and access and seat.type is not SeatType.SEAT):
        return "free"
    return "kept" if is_kept else "taken"


def _by_row(states: list[dict[str, Any]], section: str) -> list[tuple[str, list[dict[str, Any]]]]:
    found = [state for state in states if state["seat"].section == section]
    return [
        (row, list(seats))
        for row, seats in groupby(found, key=lambda state: str(state["seat"].row))
    ]
