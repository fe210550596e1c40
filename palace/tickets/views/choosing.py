"""A performance where somebody chooses: seats together, the map, the rows as a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock, words
from palace.errors import NotFound, PalaceError
from palace.forms import new_key
from palace.members.rules import Known
from palace.money import FREE
from palace.payments.services import takes_online
from palace.programme import queries as programme
from palace.programme.queries import Programme, Stub
from palace.programme.rules import Priced, SeatChoice
from palace.strikes.errors import Barred
from palace.strikes.rules import check_not_barred
from palace.tickets import queries, rules
from palace.tickets.entrants import MOST_SEATS
from palace.tickets.errors import LeavesGap
from palace.tickets.forms import Choice, ChoiceForm, HoldForm
from palace.tickets.keeping import KeptFor, reach
from palace.tickets.models import Order
from palace.tickets.rules import Offer
from palace.tickets.seatmap import plan_svg
from palace.tickets.services.unpaid import UNKEPT
from palace.tickets.terms import Terms, terms_of
from palace.tickets.views.base import bp
from palace.tickets.views.shows import stub_json, this_member
from palace.venues import queries as venues
from palace.venues.queries import Plan
from palace.venues.rules import PlanSeat
from palace.web import answer, public, reads, refusal_words


@bp.get("/performances/<id:performance_id>")
@public
@reads(ChoiceForm)
def performance(performance_id: int) -> ResponseReturnValue:
    """Show a performance: prices, seats together, the map."""
    form = ChoiceForm(request.args)
    form.validate()
    return _performance_page(performance_id, form)


def choice_path(performance_id: int) -> str:
    """Return the page of a performance with the choice a stranger made before signing in."""
    form = ChoiceForm(request.form)
    form.validate()
    page = url_for("tickets.performance", performance_id=performance_id)
    return f"{page}?{urlencode(form.kept, doseq=True)}"


def choose_again(performance_id: int, form: HoldForm, refusal: PalaceError) -> Response:
    """Show the page a refused choice came from, with the reason and the choice still made."""
    page = _rows_page if form.list.data else _performance_page
    return page(performance_id, form, refusal)


def _performance_page(
    performance_id: int, choice: Choice, refusal: PalaceError | None = None
) -> Response:
    context = _context(performance_id, choice)
    plan = venues.plan(context["plan_id"]) if context["plan_id"] else None
    drawn = plan if plan and context["chooses"] else None
    return answer(
        "tickets/performance.html",
        lambda: _json(context),
        status=refusal.status if refusal else 200,
        plan_svg=plan_svg(drawn.drawn, drawn.seats, words.language()) if drawn else None,
        zones=_zones(plan, context["offers"]),
        **_refused(refusal),
        **context,
    )


def _json(context: dict[str, Any]) -> dict[str, Any]:
    """Return a performance as JSON clients read it, with the openings and kept seats of who asks."""
    return stub_json(context["stub"]) | {
        "opens_at": clock.iso(context["stub"].performance.sale_opens_at),
        "openings": [
            {"audience": one.audience, "unit": one.unit, "opens_at": clock.iso(one.opens_at)}
            for one in context["stages"]
        ],
        "choice": SeatChoice.FREE if context["chooses"] else SeatChoice.ASSIGNED,
        "kept": [
            {"key": one["key"], "count": one["count"], "until": clock.iso(one["until"])}
            for one in context["theirs"]
        ],
    }


def _refused(refusal: PalaceError | None) -> dict[str, Any]:
    """Return why a choice was refused, and the nearest one that is not where a gap was the reason."""
    instead = refusal.values["seats"] if isinstance(refusal, LeavesGap) else ()
    said = refusal_words(refusal) if refusal else ""
    return {"refusal": said, "unkept": isinstance(refusal, UNKEPT), "instead": instead}


def _context(performance_id: int, choice: Choice) -> dict[str, Any]:
    """Return what a person may choose at a performance now, and what they chose before."""
    member = this_member()
    terms = terms_of(member, performance_id, at_counter=current_user.acts_for is not None)
    show, offers, now, barred = terms.show, terms.offers, terms.now, _barred(member, terms)
    has = (
        member is not None and terms.held > 0
    )  # live claims: of orders that wait, of valid tickets
    orders = queries.open_orders(member.id, now, show.id) if member and has else []
    limit = min(show.seats_per_member - terms.held, MOST_SEATS)
    most = rules.most_places(offers, limit) if member else limit
    stub = _stub(terms)
    return {
        "stub": stub,
        "now": now,
        "public_opens_at": show.sale_opens_at,
        "stages": programme.stages(show.id) if stub.performance.early_opens_at else [],
        "plan_id": show.plan_id,
        "chooses": show.choice is SeatChoice.FREE,
        "may_leave_gap": current_user.acts_for is not None,
        "identity": show.identity_policy,
        "only_package": show.only_package_id,
        "ladder_id": show.ladder_id,
        "offers": offers,
        "barred": refusal_words(barred) if barred else "",
        "missed": isinstance(barred, Barred),
        "counts": range(1, most + 1),
        "key": new_key(),
        "choice": choice,
        "as_of": terms.free_since,
        "orders": orders,
        "unpaid_full": _unpaid_full(orders),
        "tickets": queries.tickets_for(member.id, [show.id]) if member and has else [],
        "access": KeptFor.WHEELCHAIR in terms.opened.keys,
        "yours": _yours(terms) if terms.opened.keys else (),
        "theirs": _theirs(terms, most) if terms.opened.early else [],
    }


def _unpaid_full(orders: Sequence[Order]) -> int:
    """Return how many unpaid seats a member may keep, where they keep all of them unpaid; else 0."""
    waits = [one for one in orders if one.state is rules.OrderState.AWAITING_PAYMENT]
    kept = sum(claim.price > FREE for one in waits for claim in one.claims)
    if not kept or takes_online() or current_user.acts_for is not None:
        return 0
    limit = venues.house_rules().unpaid_per_show
    return limit if kept >= limit else 0


def _stub(terms: Terms) -> Stub:
    """Return the performance with its state and prices at the instant of the terms."""
    listed = replace(programme.listed(terms.show.id), sale_opens_at=terms.opens_at)
    prices = [
        Priced(tier=offer.tier.code, zone=zone, amount=amount)
        for offer in terms.offers
        for zone, amount in offer.amounts.items()
    ]
    read = Programme(
        found=[listed],
        prices={listed.id: sorted(prices, key=lambda price: price.amount)},
        taken=queries.taken_counts([listed.id], terms.now),
        few_left_percent=terms.house.few_left_percent,
    )
    return programme.stubs(read, terms.now)[0]


def _barred(member: Known | None, terms: Terms) -> PalaceError | None:
    """Return why a signed-in person can book nothing here, or None."""
    if member is None or not terms.offers:
        return None
    today = clock.palace_day(terms.now)
    try:
        check_not_barred(terms.strike_days, terms.house.ladder, today)
        rules.check_for_you(terms.offers, member.standing(today))
    except PalaceError as refusal:
        return refusal
    return None


def _zones(plan: Plan | None, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Return the zones of the plan that are sold, with each offer's amount."""
    drawn = plan.drawn.drawing.get("zones", []) if plan else []
    sold = {zone for offer in offers for zone in offer.amounts}
    return [
        {
            "code": zone["code"],
            "name": zone["name"][words.language()],
            "colour": zone.get("colour", ""),
            "amounts": [
                (offer.tier, offer.amounts[zone["code"]])
                for offer in offers
                if zone["code"] in offer.amounts
            ],
        }
        for zone in drawn
        if zone["code"] in sold
    ]


@bp.get("/performances/<id:performance_id>/rows")
@public
def rows(performance_id: int) -> ResponseReturnValue:
    """Show every seat by section and row as native checkboxes, from the truth of this instant."""
    return _rows_page(performance_id, ChoiceForm())


def _rows_page(performance_id: int, choice: Choice, refusal: PalaceError | None = None) -> Response:
    context = _context(performance_id, choice)
    if context["plan_id"] is None or not context["chooses"]:
        raise NotFound
    plan, closed = (
        venues.plan(context["plan_id"]),
        queries.closed_seats(performance_id, context["as_of"]),
    )
    states: list[dict[str, Any]] = [
        {"seat": seat, "state": _state(seat, closed.get(seat.id), context["yours"])}
        for seat in plan.seats
    ]
    return answer(
        "tickets/rows.html",
        {"seats": {state["seat"].code: state["state"] for state in states}},
        status=refusal.status if refusal else 200,
        sections=[
            (section["name"][words.language()], _by_row(states, section["code"]))
            for section in plan.drawn.drawing["sections"]
        ],
        **_refused(refusal),
        **context,
    )


def _theirs(terms: Terms, most: int) -> list[dict[str, Any]]:
    """Return the seats or places that are kept for this person before others, by key.

    Which seats they are is said where all of them are theirs, and not some of many.
    """
    kept = queries.kept_for_keys(terms.show.id, terms.opened.early, terms.now)
    plan_id = terms.show.plan_id
    by_id = {seat.id: seat for seat in venues.seats(plan_id)} if plan_id else {}
    found = []
    for one in kept:
        count = min(one.count, terms.opened.left.get(one.key, one.count))
        theirs = [by_id[seat] for seat in one.seats if seat in by_id]
        known = sorted(theirs, key=lambda seat: seat.ordinal) if count == one.count else []
        counts = range(1, min(most, count) + 1)
        found.append(
            {"key": one.key, "count": count, "until": one.until, "seats": known, "counts": counts}
        )
    return [one for one in found if one["count"]]


def _yours(terms: Terms) -> Sequence[str]:
    """Return the codes of seats that are kept, and open to this person."""
    if terms.show.plan_id is None:
        return ()
    within = reach(terms.opened, asked=None, is_open=terms.is_open)
    closed = queries.closed_seats(terms.show.id, terms.now)
    seats = venues.seats(terms.show.plan_id)
    return [seat.code for seat in seats if closed.get(seat.id) in within.keys]


def _state(seat: PlanSeat, key: str | None, yours: Collection[str]) -> str:
    """Return a seat's state for this person: grants open seats that are kept."""
    if key is None or seat.code in yours:
        return "free"
    return "kept" if key else "taken"


def _by_row(states: list[dict[str, Any]], section: str) -> list[tuple[str, list[dict[str, Any]]]]:
    found = [state for state in states if state["seat"].section == section]
    return [
        (row, list(seats))
        for row, seats in groupby(found, key=lambda state: str(state["seat"].row))
    ]
