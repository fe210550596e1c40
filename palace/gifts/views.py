"""转送: the giver's page of a ticket, and the page of somebody who was offered one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.gifts import queries, rules, services
from palace.gifts.forms import GiftForm
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.throttle import limiter
from palace.tickets import queries as tickets
from palace.tickets.models import Ticket
from palace.tickets.terms import show_now
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

OFFERS = limiter.shared_limit(
    "40 per day", scope="gifts", key_func=lambda: f"member:{current_member().id}"
)
"""Numbers are not tried out here."""

bp = Blueprint("gifts", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and what ticket and own page say of gifts."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(
        may_give=may_give, gift_waiting=gift_waiting, gifts_waiting=gifts_waiting
    )


def may_give(ticket: Ticket) -> bool:
    """Return whether a ticket may be given on now."""
    return _refusal(ticket) is None


def gift_waiting(ticket: Ticket) -> Gift | None:
    """Return the gift of a ticket that waits to be taken."""
    return queries.waiting_of(ticket, clock.now())


def gifts_waiting() -> dict[str, list[Gift]]:
    """Return the gifts that wait, for the person signed in and from them."""
    me = current_member().id
    found = queries.waiting(me, clock.now())
    return {
        "received": [gift for gift in found if gift.receiver_id == me],
        "given": [gift for gift in found if gift.giver_id == me],
    }


@bp.get("/tickets/<code:code>/gift")
@allow(Role.MEMBER, Role.ACTING)
@reads(GiftForm)
def ask(code: str) -> ResponseReturnValue:
    """Ask whom a ticket is for, or show for whom it waits."""
    return _giver_page(code, GiftForm(formdata=None))


@bp.post("/tickets/<code:code>/gift")
@allow(Role.MEMBER, Role.ACTING)
@reads(GiftForm)
@OFFERS
def offer(code: str) -> ResponseReturnValue:
    """Offer a ticket; the answer does not tell whether anybody has the number."""
    form = GiftForm()
    try:
        checked(form)
        with transaction():
            services.offer(current_member(), code, form.number.data or "", form.name.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _giver_page(code, form, refusal)
    if wants_json():
        return _giving_json(tickets.ticket_of(current_member().id, code), clock.now())
    return redirect(url_for("gifts.ask", code=code), code=303)


@bp.post("/tickets/<code:code>/gift/back")
@allow(Role.MEMBER, Role.ACTING)
def take_back(code: str) -> ResponseReturnValue:
    """Take an offered ticket back."""
    with transaction():
        found = services.take_back(current_member(), code)
    if wants_json():
        return _giving_json(found, clock.now())
    flash(gettext("收回了，这张票还是您的。"))
    return redirect(url_for("tickets.ticket", code=code), code=303)


@bp.get("/gifts/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
def received(code: str) -> ResponseReturnValue:
    """Show what somebody was offered, by whom, and until when they may take it."""
    return _receiver_page(code)


@bp.post("/gifts/<code:code>/accept")
@allow(Role.MEMBER, Role.ACTING)
def accept(code: str) -> ResponseReturnValue:
    """Take an offered ticket."""
    return _answered(services.accept, code, gettext("收下了，这张票是您的了。"))


@bp.post("/gifts/<code:code>/decline")
@allow(Role.MEMBER, Role.ACTING)
def decline(code: str) -> ResponseReturnValue:
    """Leave an offered ticket to its giver."""
    return _answered(services.decline, code, gettext("没有收，票还是对方的。"))


def _answered(service: Callable[[Known, str], Gift], code: str, said: str) -> ResponseReturnValue:
    try:
        with transaction():
            gift = service(current_member(), code)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _receiver_page(code, refusal)
    if wants_json():
        return _gift_json(gift)
    flash(said)
    if gift.state is GiftState.ACCEPTED:
        return redirect(url_for("tickets.ticket", code=gift.ticket.code), code=303)
    return redirect(url_for("mine.home"), code=303)


def _giver_page(code: str, form: GiftForm, refusal: PalaceError | None = None) -> Response:
    ticket, now = tickets.ticket_of(current_member().id, code), clock.now()
    gift = queries.waiting_of(ticket, now)
    closed = None if gift else _refusal(ticket)
    shown = refusal if refusal and "fields" not in refusal.values else closed
    return answer(
        "gifts/give.html",
        lambda: _giving_json(ticket, now),
        status=refusal.status if refusal else 200,
        ticket=ticket,
        one=ticket.performance,
        gift=gift,
        closed=closed is not None,
        form=form,
        hours=house_rules().gift_hours,
        give_by=_give_by(ticket),
        refusal=refusal_words(shown) if shown else "",
    )


def _receiver_page(code: str, refusal: PalaceError | None = None) -> Response:
    gift, now = queries.gift_to(current_member().id, code), clock.now()
    return answer(
        "gifts/received.html",
        _gift_json(gift),
        status=refusal.status if refusal else 200,
        gift=gift,
        ticket=gift.ticket,
        one=gift.ticket.performance,
        is_mine=gift.state is GiftState.ACCEPTED and gift.ticket.member_id == gift.receiver_id,
        is_open=services.is_open(gift, gift.ticket, now),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _refusal(ticket: Ticket) -> PalaceError | None:
    """Return why a ticket cannot be given on now, or None."""
    try:
        services.check_may_give(ticket, *show_now(ticket.performance_id))
    except PalaceError as refusal:
        return refusal
    return None


def _give_by(ticket: Ticket) -> datetime:
    return rules.give_by(ticket.performance.starts_at, house_rules().gift_before_minutes)


def _giving_json(ticket: Ticket, now: datetime) -> dict[str, Any]:
    gift = queries.waiting_of(ticket, now)
    return {
        "ticket": ticket.code,
        "offered": gift is not None,
        "number_end": gift.number_end if gift else None,
        "lapses_at": _here(gift.lapses_at) if gift else None,
        "give_by": _here(_give_by(ticket)),
    }


def _gift_json(gift: Gift) -> dict[str, Any]:
    seat = gift.ticket.seat
    taken = gift.state is GiftState.ACCEPTED and gift.ticket.member_id == gift.receiver_id
    return {
        "gift": gift.code,
        "state": gift.state,
        "performance": gift.ticket.performance_id,
        "seat": seat.code if seat else None,
        "lapses_at": _here(gift.lapses_at),
        "ticket": gift.ticket.code if taken else None,
    }


def _here(instant: datetime) -> str:
    return instant.astimezone(clock.SHANGHAI).isoformat()
