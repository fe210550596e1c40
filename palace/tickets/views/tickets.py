"""The ticket on the phone, on paper, as a picture, in a calendar; and giving it back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.agenda import blocks
from palace.agenda import queries as agenda
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.programme.rules import Returns
from palace.throttle import limiter
from palace.tickets import printing, queries, rules, services, tokens
from palace.tickets.errors import BackChanged
from palace.tickets.fields import ReturnsForm
from palace.tickets.forms import ReturnForm
from palace.tickets.models import Admission, Ticket
from palace.tickets.rules import TicketState
from palace.tickets.services.owing import back_now
from palace.tickets.views.base import bp
from palace.venues import queries as venues
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: f"member:{current_member().id}"
)
"""Paper is dear: nobody makes others wait by printing one ticket over and over."""


def _valid(code: str) -> Ticket:
    """Return the signed-in member's valid ticket; a returned one has no paper any more."""
    ticket = queries.ticket_of(current_member().id, code)
    if ticket.state is not TicketState.VALID:
        raise NotFound
    return ticket


@bp.get("/tickets/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
def ticket(code: str) -> ResponseReturnValue:
    """Show a ticket with its QR, its collection code and what can be done with it."""
    found = queries.ticket_of(current_member().id, code)
    is_valid = found.state is TicketState.VALID
    admission = queries.admission_of(found.id)
    return answer(
        "tickets/ticket.html",
        ticket_json(found, admission),
        ticket=found,
        qr=printing.qr_svg(tokens.ticket_token(found)) if is_valid else None,
        siblings=queries.tickets_for(found.member_id, [found.performance_id]),
        admission=admission,
        entrant=queries.entrant_of(found),
        **_return_terms(found, admission),
    )


def ticket_json(found: Ticket, admission: Admission | None = None) -> dict[str, Any]:
    """Return a ticket as JSON clients read it."""
    admitted_at = admission.admitted_at.astimezone(clock.SHANGHAI) if admission else None
    return {
        "ticket": found.code,
        "state": found.state,
        "performance": found.performance_id,
        "seat": found.seat.code if found.seat else None,
        "tier": found.tier.code,
        "price": found.price,
        "collection_code": found.collection_code,
        "admitted_at": admitted_at.isoformat() if admitted_at else None,
    }


def _return_terms(found: Ticket, admission: Admission | None) -> dict[str, Any]:
    """Return whether a ticket may go back or have another seat now, until when, and what money comes back."""
    house, show, now = venues.house_rules(), found.performance, clock.now()
    minutes = 0 if found.price else house.return_before_minutes
    until = rules.return_deadline(show.starts_at, minutes, show.return_until)
    answers_move = show.return_until is not None and now < show.return_until
    is_there = found.state is TicketState.VALID and not admission and show.cancelled_at is None
    stays = queries.package_returns(found.order) is Returns.WHOLE and not answers_move
    back = back_now(found, now)
    is_told = not found.price or back is not None
    change_by = rules.return_deadline(show.starts_at, house.exchange_before_minutes)
    return {
        "may_return": is_there and not stays and is_told and now < until,
        "back": back,
        "return_by": until,
        "stays": stays,
        "package": queries.find_package_order(found.order),
        "may_change": is_there and found.seat is not None and now < change_by,
        "answers_move": is_there and answers_move,
    }


def _page(code: str) -> printing.Page:
    """Return a ticket to be printed, and let go of the database: nothing there waits for paper."""
    page = printing.page_of(_valid(code))
    db.session.rollback()
    return page


@bp.get("/tickets/<code:code>.pdf")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def ticket_pdf(code: str) -> ResponseReturnValue:
    """Send the ticket on A6."""
    return _file(printing.pdf(_page(code)), "application/pdf", f"ticket-{code[:6]}.pdf")


@bp.get("/tickets/<code:code>.png")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def ticket_png(code: str) -> ResponseReturnValue:
    """Send the ticket as a picture, which phones keep where PDFs get lost."""
    return _file(printing.png(_page(code)), "image/png", f"ticket-{code[:6]}.png")


@bp.get("/tickets/<code:code>.ics")
@allow(Role.MEMBER, Role.ACTING)
def ticket_ics(code: str) -> ResponseReturnValue:
    """Send the performance for the member's own calendar."""
    found = _valid(code)
    entry = agenda.entry_of(found.member_id, f"performance:{found.performance_id}")
    return _file(
        blocks.ics([entry.block], entry.title_zh), "text/calendar; charset=utf-8", "ticket.ics"
    )


def _file(body: bytes, kind: str, name: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@bp.get("/tickets/<code:code>/return")
@allow(Role.MEMBER, Role.ACTING)
def ask_return(code: str) -> ResponseReturnValue:
    """Ask once before a ticket is given back, and say what comes back with it."""
    return _return_page(code)


def _return_page(code: str, refusal: PalaceError | None = None) -> Response:
    found = queries.ticket_of(current_member().id, code)
    siblings = queries.tickets_for(found.member_id, [found.performance_id])
    admission = queries.admission_of(found.id)
    return answer(
        "tickets/return.html",
        ticket_json(found, admission),
        status=refusal.status if refusal else 200,
        ticket=found,
        tickets=siblings,
        admission=admission,
        refusal=refusal_words(refusal) if refusal else "",
        **_return_terms(found, admission),
    )


@bp.post("/tickets/<code:code>/return")
@allow(Role.MEMBER, Role.ACTING)
@reads(ReturnForm)
def give_back(code: str) -> ResponseReturnValue:
    """Give one ticket back; `back` is what the page said comes back of its price."""
    form = ReturnForm()
    try:
        checked(form)
        with transaction():
            found = services.give_back(current_member(), code, seen=form.seen)
    except BackChanged as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _return_page(code, refusal)
    if wants_json():
        return ticket_json(found)
    return redirect(url_for("tickets.ticket", code=found.code), code=303)


@bp.get("/performances/<id:performance_id>/return")
@allow(Role.MEMBER, Role.ACTING)
def ask_returns(performance_id: int) -> ResponseReturnValue:
    """Ask once which of a show's tickets go back: who cannot come gives all of them back by one tap."""
    return _returns_page(performance_id)


@bp.post("/performances/<id:performance_id>/return")
@allow(Role.MEMBER, Role.ACTING)
@reads(ReturnsForm)
def give_several_back(performance_id: int) -> ResponseReturnValue:
    """Give tickets of a show back, each by itself: one that cannot go back holds up no other before it."""
    form = ReturnsForm()
    try:
        checked(form)
        for code, seen in form.tickets:
            with transaction():
                services.give_back(current_member(), code, seen=seen)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _returns_page(performance_id, refusal)
    if wants_json():
        return {"tickets": [ticket_json(one) for one in _of_show(performance_id)]}
    if form.ticket.data:
        flash(gettext("退好了，座位让给别人了。"))
    return redirect(url_for("mine.home"), code=303)


def _of_show(performance_id: int) -> list[Ticket]:
    return queries.tickets_for(current_member().id, [performance_id])


def _returns_page(performance_id: int, refusal: PalaceError | None = None) -> Response:
    """Return the page of what may go back.

    Raises:
        NotFound: the member has no ticket of the show.
    """
    found = _of_show(performance_id)
    if not found and not refusal:
        raise NotFound
    tickets = [(one, _return_terms(one, queries.admission_of(one.id))) for one in found]
    return answer(
        "tickets/returns.html",
        {"tickets": [ticket_json(one) for one in found]},
        status=refusal.status if refusal else 200,
        one=found[0].performance if found else None,
        tickets=tickets,
        refusal=refusal_words(refusal) if refusal else "",
    )
