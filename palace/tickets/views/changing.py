"""Another seat for a ticket: the map, the nearest free ones, the rows as a list."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import words
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.tickets import queries, services
from palace.tickets.errors import NoSeatToChange
from palace.tickets.forms import SeatForm
from palace.tickets.models import Ticket
from palace.tickets.seatmap import plan_svg
from palace.tickets.services import changes
from palace.tickets.terms import Terms, terms_of
from palace.tickets.views.base import bp
from palace.tickets.views.tickets import ticket_json
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

NEAREST = 6


@bp.get("/tickets/<code:code>/seat")
@allow(Role.MEMBER, Role.ACTING)
@reads(query=["list"])
def ask_change(code: str) -> ResponseReturnValue:
    """Show where a ticket's seat is and which others are free."""
    return _page(code, as_list="list" in request.args)


@bp.post("/tickets/<code:code>/seat")
@allow(Role.MEMBER, Role.ACTING)
@reads(SeatForm)
def change_seat(code: str) -> ResponseReturnValue:
    """Change to another seat; the old QR opens no door any more."""
    form = SeatForm()
    try:
        checked(form)
        with transaction():
            at_counter = current_user.acts_for is not None
            found = services.change_seat(current_member(), code, form.wanted, at_counter=at_counter)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(code, refusal, as_list=form.list.data)
    if wants_json():
        return ticket_json(found)
    flash(gettext("换好了。旧的二维码和打印的旧票不能再用。"))
    return redirect(url_for("tickets.ticket", code=found.code), code=303)


def _page(code: str, refusal: PalaceError | None = None, *, as_list: bool = False) -> Response:
    member = current_member()
    found = queries.ticket_of(member.id, code)
    terms = terms_of(member, found.performance_id, at_counter=current_user.acts_for is not None)
    closed = refusal or _refusal(found, terms)
    stays = closed is not None and closed is not refusal
    free = [] if stays else changes.free_seats(found, terms)
    seats = [seat for seat, _ in free]
    plan = venues.plan(found.seat.plan_id) if found.seat and seats else None
    return answer(
        "tickets/seat.html",
        {"ticket": found.code, "seats": [seat.code for seat in seats]},
        status=refusal.status if refusal else 200,
        ticket=found,
        one=found.performance,
        nearest=changes.nearest(free, terms, NEAREST),
        zones=sorted({seat.zone for seat in seats}),
        sections=_by_section(plan.drawn.drawing, seats) if plan and as_list else [],
        plan_svg=plan_svg(plan.drawn, plan.seats, words.language())
        if plan and not as_list
        else None,
        yours=[seat.code for seat, is_kept in free if is_kept],
        change_by=changes.change_by(found),
        refusal=refusal_words(closed) if closed else "",
    )


def _refusal(found: Ticket, terms: Terms) -> PalaceError | None:
    """Return why the seat of a ticket cannot be changed now, or None."""
    try:
        if found.seat is None:
            raise NoSeatToChange
        changes.check_open(found, terms)
    except PalaceError as refusal:
        return refusal
    return None


def _by_section(
    drawing: dict[str, Any], seats: list[PlanSeat]
) -> list[tuple[str, list[tuple[str, list[PlanSeat]]]]]:
    """Return the free seats by section and row, in plan order."""
    ordered = sorted(seats, key=lambda seat: seat.ordinal)
    return [
        (
            section["name"][words.language()],
            [
                (row, list(those))
                for row, those in groupby(
                    (seat for seat in ordered if seat.section == section["code"]),
                    key=lambda seat: seat.row,
                )
            ],
        )
        for section in drawing["sections"]
    ]
