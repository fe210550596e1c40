"""Finance's workbench: what waits, money that has to go back, money to be looked into, the ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import and_, true

from palace import clock
from palace.books import services
from palace.books.forms import DecideForm, PageForm, RetryForm, WhyForm
from palace.books.queries import days, money
from palace.books.queries.invoices import what_for
from palace.books.queries.money import MOVEMENTS, REFUND_REASONS, REFUNDS
from palace.books.views.base import BOOKS, DESK, bp, done
from palace.clock import day_span, palace_day
from palace.errors import PalaceError
from palace.lists.services import answer as answer_list
from palace.money import yuan_of
from palace.payments import services as payments
from palace.payments.models import Attempt, Payment
from palace.payments.rules import receipt_number
from palace.payments.states import METHOD_WORDS, REFUND_WORDS, REVIEW_WORDS, RefundState
from palace.web import allow, answer, checked, reads, refusal_words, wants_json
from palace.words import language

SUBSIDY_DAYS = 30


@bp.get(DESK)
@allow(*BOOKS)
def home() -> ResponseReturnValue:
    """Begin finance's day: what waits, and what the subsidies of the last days came to."""
    now = clock.now()
    waiting = days.waiting()
    last = day_span(palace_day(now))[1]
    subsidies = days.subsidies(last - timedelta(days=SUBSIDY_DAYS), last)
    return answer(
        "books/home.html",
        lambda: {
            "waiting": asdict(waiting),
            "subsidies": [asdict(one) for one in subsidies],
        },
        waiting=waiting,
        subsidies=subsidies,
        days=SUBSIDY_DAYS,
    )


@bp.get(f"{DESK}/movements")
@allow(*BOOKS)
@reads(query=MOVEMENTS.words)
def movements() -> ResponseReturnValue:
    """Show all money that came or went, row by row."""
    return answer_list(MOVEMENTS)


@bp.get(f"{DESK}/refunds")
@allow(*BOOKS)
@reads(query=REFUNDS.words)
def refunds() -> ResponseReturnValue:
    """Show all money that went back or has to, and how far it is."""
    return answer_list(REFUNDS)


@bp.post(f"{DESK}/refunds/retry")
@allow(*BOOKS)
@reads(RetryForm)
def retry() -> ResponseReturnValue:
    """Have what failed tried once more, of one show, of one class, or all there is."""
    form = RetryForm()
    checked(form)
    asked = {"show": form.show.data, "class": form.course_class.data}
    of: dict[str, Any] = {name: number for name, number in asked.items() if number}
    which = [REFUNDS.column(name).condition(name, number) for name, number in of.items()]
    count = services.try_all_again(by=current_user.actor, which=and_(true(), *which))
    if wants_json():
        return {"tried": count}
    flash(ngettext("%(num)s笔重新去退了。", "%(num)s笔重新去退了。", count))
    return redirect(url_for("books.refunds", **of), 303)


@bp.get(f"{DESK}/refunds/<id:refund_id>")
@allow(*BOOKS)
def refund(refund_id: int) -> ResponseReturnValue:
    """Show one refund, and what can be decided of it."""
    return _refund(refund_id)


@bp.post(f"{DESK}/refunds/<id:refund_id>")
@allow(*BOOKS, fresh=True)
@reads(DecideForm)
def decide(refund_id: int) -> ResponseReturnValue:
    """Agree to a refund as the second person, drop it, or have it tried once more."""
    form, found = DecideForm(), money.get_refund(refund_id)

    def act() -> str:
        by, why = current_user.actor, (form.why.data or "").strip()
        if form.what.data == "agree":
            payments.agree_refund(found.id, by=by)
            return str(gettext("同意了，现在去退。"))
        if form.what.data == "drop":
            payments.drop_refund(found.id, why=why, by=by)
            return str(gettext("不退了，记下了。"))
        payments.try_again(found.id, by=by, now=clock.now())
        return str(gettext("重新去退了。"))

    def page(refusal: PalaceError | None) -> Response:
        return _refund(refund_id, form, refusal)

    return done(form, act, page=page, to=url_for("books.refund", refund_id=refund_id))


def _refund(
    refund_id: int, form: DecideForm | None = None, refusal: PalaceError | None = None
) -> Response:
    one = money.get_refund(refund_id)
    what = what_for([one.payment])[one.payment_id]
    return answer(
        "books/refund.html",
        lambda: {
            "refund": one.id,
            "payment": one.payment_id,
            "amount": one.amount,
            "state": one.state,
            "reason": one.reason,
            "owed_at": clock.iso(one.owed_at),
            "failure": one.failure,
            "why": one.why,
        },
        status=refusal.status if refusal else 200,
        one=one,
        what=what,
        form=form or DecideForm(formdata=None),
        states=REFUND_WORDS,
        reasons=REFUND_REASONS,
        is_mine=one.asked_by == current_user.actor,
        asked=one.state is RefundState.ASKED,
        failed=one.state is RefundState.FAILED,
        drops=payments.may_drop(one),
        told=refusal_words(refusal) if refusal else "",
    )


@bp.get(f"{DESK}/reviews")
@allow(*BOOKS)
def reviews() -> ResponseReturnValue:
    """Show the payments somebody has to look into."""
    found = money.reviews()
    what = what_for(found)
    return answer(
        "books/reviews.html",
        lambda: {"payments": [_told(one, getattr(what[one.id], language())) for one in found]},
        found=found,
        what=what,
        reasons=REVIEW_WORDS,
    )


@bp.get(f"{DESK}/payments/<id:payment_id>")
@allow(*BOOKS)
def payment(payment_id: int) -> ResponseReturnValue:
    """Show one payment with all its money."""
    return _payment(payment_id)


@bp.post(f"{DESK}/payments/<id:payment_id>/looked-into")
@allow(*BOOKS)
@reads(WhyForm)
def looked_into(payment_id: int) -> ResponseReturnValue:
    """Take a payment off the list of what is to be looked into, with words."""
    form, found = WhyForm(), money.get_payment(payment_id)

    def act() -> str:
        payments.looked_into(found.id, why=(form.why.data or "").strip())
        return str(gettext("核对好了。"))

    def page(refusal: PalaceError | None) -> Response:
        return _payment(payment_id, form, refusal)

    return done(form, act, page=page, to=url_for("books.reviews"))


@bp.post(f"{DESK}/payments/<id:payment_id>/page")
@allow(*BOOKS, fresh=True)
@reads(PageForm)
def state_page(payment_id: int) -> ResponseReturnValue:
    """Write down what somebody saw of a page that cannot be asked about; where two saw the same it is so."""
    form, found = PageForm(), money.get_payment(payment_id)

    def act() -> str:
        why = (form.why.data or "").strip()
        if payments.state_page(found.id, form.seen, why=why, by=current_user.actor):
            return str(gettext("两个人看到的一样，记下了。"))
        return str(gettext("记下了，要另一个人也看过才算。"))

    def page(refusal: PalaceError | None) -> Response:
        return _payment(payment_id, refusal=refusal, page=form)

    return done(form, act, page=page, to=url_for("books.payment", payment_id=payment_id))


def _is_mine(page: Attempt) -> bool:
    """Return whether what is written of a page is what this person saw."""
    return bool(page.stated_by == current_user.actor)


def _page_form(open_page: Attempt | None) -> PageForm:
    """Return the form of a page, filled in with what one saw oneself; another person looks for themselves."""
    seen = open_page.stated if open_page and _is_mine(open_page) else None
    told = {"yuan": yuan_of(seen["paid"]), "reference": seen["intent"]} if seen else {}
    return PageForm(formdata=None, data=told)


def _payment(
    payment_id: int,
    form: WhyForm | None = None,
    refusal: PalaceError | None = None,
    *,
    page: PageForm | None = None,
) -> Response:
    one = money.get_payment(payment_id)
    what, open_page = what_for([one])[one.id], payments.unasked(one.id)
    return answer(
        "books/payment.html",
        lambda: _told(one, getattr(what, language())),
        status=refusal.status if refusal else 200,
        one=one,
        what=what,
        form=form or WhyForm(formdata=None),
        page=page or _page_form(open_page),
        open_page=open_page,
        is_mine=open_page is not None and _is_mine(open_page),
        reasons=REVIEW_WORDS,
        methods=METHOD_WORDS,
        number_of=receipt_number,
        states=REFUND_WORDS,
        why_back=REFUND_REASONS,
        told=refusal_words(refusal) if refusal else "",
    )


def _told(one: Payment, what: str) -> dict[str, Any]:
    return {
        "payment": one.id,
        "what": what,
        "amount": one.amount,
        "paid_at": clock.iso(one.paid_at) if one.paid_at else None,
        "review": one.review,
    }
