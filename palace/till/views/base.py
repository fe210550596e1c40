"""What the pages of the till share: who may, where, and a payment's page with everything done on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.db import db
from palace.errors import BadInput, NotFound, PalaceError
from palace.forms import Form
from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Movement
from palace.payments.rules import receipt_number
from palace.payments.states import METHOD_WORDS, REFUND_WORDS
from palace.review.queries import names_of
from palace.till import queries, services
from palace.till.forms import (
    AccountForm,
    BackForm,
    CorrectForm,
    ProposeForm,
    SettleForm,
    TakeForm,
    WhyForm,
)
from palace.till.models import Shift
from palace.till.rules import AT_TILL, BY_SLIP, PART_WORDS, READERS
from palace.venues import queries as venues
from palace.venues.models import Site
from palace.web import answer, pass_on, refusal_words, wants_json

bp = Blueprint("till", __name__, url_prefix="/staff/till")
FORMS: dict[str, type[Form]] = {
    "take": TakeForm,
    "account": AccountForm,
    "back": BackForm,
    "settle": SettleForm,
    "propose": ProposeForm,
    "drop": WhyForm,
    "correct": CorrectForm,
}


def own_sites(*roles: Role) -> Collection[int] | None:
    """Return the houses whose money this person handles; None: of all."""
    sites: Collection[int] | None = current_user.sites(*(roles or AT_COUNTERS))
    return sites


def staff_id() -> int:
    """Return who stands at the till.

    Raises:
        NotFound: posts of members open no till.
    """
    if current_user.staff is None:
        raise NotFound
    return int(current_user.staff.id)


def own_houses() -> list[Site]:
    """Return the houses whose money this person handles."""
    sites = own_sites()
    return [one for one in venues.sites() if sites is None or one.id in sites]


def chosen_house(code: str | None) -> Site:
    """Return the house somebody chose, or the first of theirs.

    Raises:
        NotFound: it is none of theirs.
    """
    houses = [one for one in own_houses() if not code or one.code == code]
    if not houses:
        raise NotFound
    return houses[0]


def done(payment_id: int, said: str) -> ResponseReturnValue:
    """Answer that something was done about a payment: its page again."""
    if wants_json():
        return payment_page(payment_id)
    flash(said)
    return redirect(url_for("till.payment", payment_id=payment_id), 303)


def refused(
    payment_id: int, refusal: PalaceError, name: str = "", form: Form | None = None, at: int = 0
) -> Response:
    """Answer with a payment's page and why something was refused; what was typed stays.

    Args:
        name, form, at: which form was typed into, and about which of the payment's rows.
    """
    pass_on(refusal)
    db.session.rollback()
    said = "" if isinstance(refusal, BadInput) else refusal_words(refusal)
    return payment_page(payment_id, said=said, status=refusal.status, name=name, form=form, at=at)


def payment_page(
    payment_id: int,
    *,
    said: str = "",
    status: int = 200,
    name: str = "",
    form: Form | None = None,
    at: int = 0,
) -> Response:
    """Show a payment: what for, whether it came, what goes back, and what may be done."""
    payment = queries.payment_at(payment_id, own_sites(*READERS))
    found = queries.described([payment])[0]
    movements, refunds = queries.movements_of(payment_id), payments.refunds_of(payment_id)
    asked = payment.paid_at is None and payment.closed_at is None
    open_ = queries.on_account(payment_id)
    account = queries.account_of(payment_id)
    forms = {one: kind(formdata=None) for one, kind in FORMS.items()}
    return answer(
        "till/payment.html",
        lambda: payment_json(found, movements, open_),
        status=status,
        found=found,
        payment=payment,
        asked=asked,
        movements=movements,
        offs={one.corrects_id: one for one in movements if one.corrects_id},
        may_be_corrected=services.may_be_corrected,
        left=payments.left(payment_id),
        refunds=refunds,
        open=open_,
        account=account,
        handles=not current_user.roles.isdisjoint(AT_COUNTERS),
        matching=queries.unmatched([payment.site_id], payment.amount) if asked else [],
        shift=queries.open_shift(staff_id()),
        forms=forms | ({name: form} if form else {}),
        typed=(name, at),
        told=said,
        now=clock.now(),
        me=current_user.actor,
        names=names_of({one.by for one in movements} | {one.asked_by for one in refunds}),
        number_of=receipt_number,
        ways=AT_TILL,
        slips=BY_SLIP,
        method_words=METHOD_WORDS,
        part_words=PART_WORDS,
        refund_words=REFUND_WORDS,
    )


def found_json(found: queries.Found) -> dict[str, Any]:
    """Return a payment as a line of what was found."""
    payment = found.payment
    return {
        "payment": payment.id,
        "part": payment.part,
        "amount": payment.amount,
        "pay_by": clock.iso(payment.pay_by),
        "paid_at": _iso(payment.paid_at),
        "closed_at": _iso(payment.closed_at),
        "here": found.here,
        "to_fetch": found.to_fetch,
    }


def payment_json(found: queries.Found, movements: list[Movement], open_: Fen) -> dict[str, Any]:
    """Return a payment with what came and what goes back."""
    return found_json(found) | {
        "on_account": open_,
        "movements": [movement_json(one) for one in movements],
        "refunds": [
            {"refund": one.id, "amount": one.amount, "reason": one.reason, "state": one.state}
            for one in payments.refunds_of(found.payment.id)
        ],
    }


def movement_json(movement: Movement) -> dict[str, Any]:
    """Return money that moved."""
    return {
        "movement": movement.id,
        "direction": movement.direction,
        "method": movement.method,
        "amount": movement.amount,
        "moved_at": clock.iso(movement.moved_at),
        "receipt": receipt_number(movement.book_year, movement.receipt) or None,
        "corrects": movement.corrects_id,
    }


def shift_json(shift: Shift) -> dict[str, Any]:
    """Return a shift with what came and went in it."""
    return {
        "shift": shift.id,
        "opened_at": clock.iso(shift.opened_at),
        "begun_with": shift.begun_with,
        "closed_at": _iso(shift.closed_at),
        "expected": shift.expected,
        "counted": shift.counted,
        "handed_at": _iso(shift.handed_at),
        "sums": [
            {
                "method": one.method,
                "came": one.came,
                "came_count": one.came_count,
                "went": one.went,
                "went_count": one.went_count,
            }
            for one in queries.sums(shift.id)
        ],
        "corrections": [
            {
                "was": one.was.method,
                "now": one.now.method,
                "direction": one.now.direction,
                "amount": one.now.amount,
                "why": None if one.settles else one.off.why,
                "after_count": one.off.shift_id is None,
            }
            for one in queries.corrections(shift.id)
        ],
    }


def _iso(instant: Any) -> str | None:
    return clock.iso(instant) if instant else None
