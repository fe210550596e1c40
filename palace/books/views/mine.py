"""A member's invoices: what they paid, an invoice asked for, taken back before it is sent on."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.books import services
from palace.books.forms import InvoiceForm
from palace.books.queries import invoices as queries
from palace.books.rules import PAYERS, STATES
from palace.books.views.base import bp, done, told
from palace.clock import iso
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.payments.services import left
from palace.web import allow, answer, reads, refusal_words, wants_json
from palace.words import language

MINE = "/mine/invoices"


@bp.get(MINE)
@allow(Role.MEMBER)
def mine() -> ResponseReturnValue:
    """Show what somebody paid, and how far the invoice of each is."""
    paid = queries.paid_by(current_member().id)
    what, asked = queries.what_for(paid), queries.requests_of(paid)
    return answer(
        "books/mine.html",
        lambda: {
            "payments": [
                {
                    "payment": one.id,
                    "what": getattr(what[one.id], language()),
                    "amount": one.amount,
                    "paid_at": iso(one.paid_at) if one.paid_at else None,
                    "invoice": told(asked[one.id]) if one.id in asked else None,
                }
                for one in paid
            ]
        },
        paid=paid,
        what=what,
        asked=asked,
        back=queries.back_of(paid),
        states=STATES,
        standing=queries.STANDING,
    )


@bp.get(f"{MINE}/<id:payment_id>")
@allow(Role.MEMBER)
def wish(payment_id: int) -> ResponseReturnValue:
    """Show the form of an invoice, filled in as the last one was."""
    return _page(payment_id)


@bp.post(f"{MINE}/<id:payment_id>")
@allow(Role.MEMBER)
@reads(InvoiceForm)
def ask(payment_id: int) -> ResponseReturnValue:
    """Ask for an invoice."""
    payment, form = queries.payment_of(current_member().id, payment_id), InvoiceForm()

    def act() -> str:
        services.ask(payment.id, form.wanted)
        return str(gettext("记下了。开好以后，这里看得到发票号码。"))

    def page(refusal: PalaceError | None) -> Response:
        return _page(payment_id, form, refusal)

    return done(form, act, page=page, to=url_for("books.mine"))


@bp.post(f"{MINE}/<id:payment_id>/withdraw")
@allow(Role.MEMBER)
def withdraw(payment_id: int) -> ResponseReturnValue:
    """Take a request back."""
    payment = queries.payment_of(current_member().id, payment_id)
    with transaction():
        services.withdraw(payment.id)
    if wants_json():
        return _page(payment_id)
    flash(gettext("撤回了，不开这张发票。"))
    return redirect(url_for("books.mine"), 303)


def _page(
    payment_id: int, form: InvoiceForm | None = None, refusal: PalaceError | None = None
) -> Response:
    payment = queries.payment_of(current_member().id, payment_id)
    found = queries.requests_of([payment]).get(payment.id)
    what = queries.what_for([payment])[payment.id]
    amount = max(left(payment.id), 0)
    return answer(
        "books/wish.html",
        lambda: {
            "payment": payment.id,
            "what": getattr(what, language()),
            "amount": amount,
            "invoice": told(found) if found else None,
        },
        status=refusal.status if refusal else 200,
        payment=payment,
        what=what,
        amount=amount,
        form=form or InvoiceForm(formdata=None, obj=queries.last_of(current_member().id)),
        payers=PAYERS,
        told=refusal_words(refusal) if refusal else "",
    )
