"""A member's page of what is to be paid, the way to a provider's page and back, and a provider's news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock, web
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.paper import PRINTS, sent
from palace.paying import queries
from palace.paying.errors import NewsAgain, NotSigned
from palace.paying.queries import Due
from palace.payments import services as payments
from palace.payments.backends.base import Away, BadSignature, backends
from palace.payments.rules import Stands
from palace.payments.states import Backend
from palace.strikes.queries import ladder as missed_ladder
from palace.throttle import limiter
from palace.tickets.printing import qr_svg
from palace.till import printing
from palace.venues.queries import house_rules
from palace.web import allow, answer, pass_on, public, refusal_words, wants_json
from palace.words import language

ONE = "/payments/<id:payment_id>"
LARGEST_NEWS = 256 * 1024
PAGES = limiter.shared_limit(
    "30 per hour", scope="payment-pages", key_func=lambda: f"member:{current_member().id}"
)
LOOKS = limiter.limit("60 per hour", key_func=lambda: f"payment-looks:{current_member().id}")
"""Who comes back from a provider's page has it asked: more often than pages are opened, not without end."""

bp = Blueprint("paying", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and lend others' pages what they say of money."""
    app.register_blueprint(bp)
    app.extensions["csrf"].exempt(news)  # a provider's signature stands for it
    app.jinja_env.globals.update(
        due_for=queries.due_for,
        ladder_of=queries.ladder_of,
        payment_of=queries.payment_of,
        pays_online=queries.pays_online,
        missed_ladder=missed_ladder,
        ladder_text=payments.ladder_text,
        code_qr=qr_svg,
    )


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def one(payment_id: int) -> ResponseReturnValue:
    """Show what is to be paid, for what, until when and how; or what became of it."""
    return _page(queries.due_of(current_member().id, payment_id))


def _page(due: Due, refusal: PalaceError | None = None) -> Response:
    return answer(
        "paying/one.html",
        lambda: _json(due),
        status=refusal.status if refusal else 200,
        due=due,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _json(due: Due, address: str | None = None) -> dict[str, Any]:
    """Return a payment as programs read it; `address` is the provider's page where it may be paid now."""
    payment = due.payment
    return {
        "payment": payment.id,
        "for": getattr(due.said, language()),
        "path": due.said.path,
        "state": due.stands.value,
        "amount": payment.amount,
        "pay_by": clock.iso(payment.pay_by),
        "online": queries.pays_online(),
        "digits": payment.digits,
        "ladder": [
            {"minutes_before": minutes, "percent": percent}
            for minutes, percent in payment.ladder or []
        ],
        "refunds": [{"amount": back.amount, "state": back.state.value} for back in due.refunds],
        "address": address,
    }


@bp.post(f"{ONE}/open")
@allow(Role.MEMBER)
@PAGES
def go(payment_id: int) -> ResponseReturnValue:
    """Open the provider's page, or the one that is open, and lead there."""
    return _asked(payment_id, _opened)


def _asked(payment_id: int, act: Callable[[Due], ResponseReturnValue]) -> ResponseReturnValue:
    """Do something about a payment; where it is refused, its page says so, with the ways that are left."""
    member_id = current_member().id
    try:
        return act(queries.due_of(member_id, payment_id))
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(queries.due_of(member_id, payment_id), refusal)


def _opened(due: Due) -> ResponseReturnValue:
    """Return what leads on: the page's policy lets no form of ours lead to another house, so a page does.

    Raises:
        NotFound: no provider takes money here.
    """
    if not queries.pays_online():
        raise NotFound
    minutes = house_rules().online_minutes
    words = getattr(due.said, language())
    address = payments.open_page(due.payment.id, Backend.STRIPE, words=words, minutes=minutes)
    if wants_json():
        return _json(queries.due_of(current_member().id, due.payment.id), address)
    page = answer("paying/onward.html", dict, due=due, address=address)
    page.headers["Refresh"] = f"0; url={address}"
    return page


@bp.post(f"{ONE}/digits")
@allow(Role.MEMBER, Role.ACTING)
def digits(payment_id: int) -> ResponseReturnValue:
    """Give four digits that are noted when paying by the house's printed code."""
    return _asked(payment_id, _with_digits)


def _with_digits(due: Due) -> ResponseReturnValue:
    with transaction():
        payments.give_digits(due.payment.id)
    if wants_json():
        return _json(queries.due_of(current_member().id, due.payment.id))
    return redirect(url_for("paying.one", payment_id=due.payment.id, _anchor="code"), code=303)


@bp.get(f"{ONE}/back")
@allow(Role.MEMBER, Role.ACTING)
@LOOKS
def back(payment_id: int) -> ResponseReturnValue:
    """Come back from a provider's page: what became of the money is asked, never taken from the address."""
    member_id = current_member().id
    due = queries.due_of(member_id, payment_id)
    try:
        payments.look_at(payment_id)
        due = queries.due_of(member_id, payment_id)
    except Away:
        db.session.rollback()
        if not wants_json():
            flash(gettext("付款结果还没有到，过几分钟再来看这一页。已经付了就不用再付。"))
    if wants_json():
        return _json(due)
    if due.stands is Stands.PAID:
        flash(gettext("付好了。"))
        return redirect(due.said.path, code=303)
    return redirect(url_for("paying.one", payment_id=payment_id), code=303)


@bp.get(f"{ONE}/receipt.pdf")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def receipt(payment_id: int) -> ResponseReturnValue:
    """Send the receipt of what a member paid, as the counter prints it."""
    due = queries.due_of(current_member().id, payment_id)
    movement = due.receipt
    if movement is None:
        raise NotFound
    job = printing.slip(movement, due.payment, roll=False)
    return sent(job, f"receipt-{printing.slip_number(movement)}")


@bp.post("/payments/stripe/webhook")
@public
def news() -> ResponseReturnValue:
    """Take news of Stripe, by its signature alone; what they say is asked of Stripe and applied."""
    backend = backends.get(Backend.STRIPE)
    if backend is None:
        raise NotFound
    request.max_content_length = LARGEST_NEWS
    try:
        facts = backend.notification(request.get_data(), dict(request.headers))
    except BadSignature:
        return web.problem(NotSigned())
    except Away:
        return web.problem(NewsAgain())
    if facts is not None:
        with transaction():
            payments.apply_facts(Backend.STRIPE, facts, now=clock.now())
    return make_response("", 200, {"Content-Type": "text/plain; charset=utf-8"})
