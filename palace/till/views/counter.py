"""The counter's page: a payment is found and its money taken, in cash with one tap; its receipt."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.members.posts import AT_COUNTERS
from palace.paper import PRINTS, sent
from palace.payments import services as payments
from palace.throttle import limiter
from palace.till import printing, queries, services
from palace.till.errors import UnitUnclear
from palace.till.forms import (
    AccountForm,
    CloseForm,
    FindForm,
    MatchForm,
    OpenForm,
    PaperForm,
    TakeForm,
)
from palace.till.rules import PART_WORDS, READERS
from palace.till.views.base import (
    bp,
    done,
    found_json,
    own_houses,
    own_sites,
    payment_page,
    refused,
    shift_json,
    staff_id,
)
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, pass_on, reads, refusal_words

ONE = "/payments/<id:payment_id>"


@bp.get("")
@allow(*AT_COUNTERS)
def home() -> ResponseReturnValue:
    """Show the clerk's shift, and where a payment is found."""
    return till_page()


@bp.post("/find")
@allow(*AT_COUNTERS)
@reads(FindForm)
@limiter.limit("600 per hour", key_func=lambda: f"till:{current_user.actor}")
def find() -> ResponseReturnValue:
    """Show payments by code, phone, digits or unit; a phone's number stands in no address."""
    form = FindForm()
    try:
        checked(form)
    except PalaceError as refusal:
        pass_on(refusal)
        return till_page(status=refusal.status, find=form)
    return till_page(find=form, found=queries.find(form.word.data or "", own_sites()))


@bp.get(ONE)
@allow(*READERS)
def payment(payment_id: int) -> ResponseReturnValue:
    """Show a payment and what may be done about it."""
    return payment_page(payment_id)


@bp.post(f"{ONE}/take")
@allow(*AT_COUNTERS)
@reads(TakeForm)
def take(payment_id: int) -> ResponseReturnValue:
    """Take its money; an open page of a provider is closed before, so that nobody pays twice."""
    queries.payment_at(payment_id, own_sites())
    form = TakeForm()
    try:
        checked(form)
        payments.close_pages(payment_id)
        with transaction():
            services.take(
                payment_id,
                method=form.way,
                amount=form.fen,
                reference=form.slip,
                staff_id=staff_id(),
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return refused(payment_id, refusal, "take", form)
    return done(payment_id, gettext("收好了，可以打印凭证。"))


@bp.post(f"{ONE}/account")
@allow(*AT_COUNTERS)
@reads(AccountForm)
def take_on_account(payment_id: int) -> ResponseReturnValue:
    """Let a unit settle it later, by a day."""
    queries.payment_at(payment_id, own_sites())
    form, now = AccountForm(), clock.now()
    due_on = clock.palace_day(now) + timedelta(days=house_rules().account_days)
    try:
        checked(form)
        unit = queries.unit_called(form.unit.data or "")
        if unit is None:
            raise UnitUnclear
        payments.close_pages(payment_id)
        with transaction():
            services.take_on_account(
                payment_id,
                amount=form.fen,
                unit_id=unit.id,
                due_on=form.due_on.data or due_on,
                staff_id=staff_id(),
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return refused(payment_id, refusal, "account", form)
    return done(payment_id, gettext("记在单位的签单上了。"))


@bp.post(f"{ONE}/match")
@allow(*AT_COUNTERS)
@reads(MatchForm)
def match(payment_id: int) -> ResponseReturnValue:
    """Let money of its house's printed code be this payment's."""
    site_id = queries.payment_at(payment_id, own_sites()).site_id
    form = MatchForm()
    try:
        checked(form)
        movement = queries.movement_at(int(form.movement.data or 0), [site_id])
        payments.close_pages(payment_id)
        with transaction():
            services.match(movement.id, payment_id, by=current_user.actor)
    except PalaceError as refusal:
        return refused(payment_id, refusal)
    return done(payment_id, gettext("认好了，可以打印凭证。"))


@bp.get("/receipts/<id:movement_id>.pdf")
@allow(*AT_COUNTERS)
@reads(PaperForm)
@PRINTS
def receipt(movement_id: int) -> ResponseReturnValue:
    """Send the receipt of money that came, or the slip of what was paid back, on the till's roll or on A4."""
    movement = queries.movement_at(movement_id, own_sites())
    if movement.payment_id is None or not printing.slip_number(movement):
        raise NotFound
    form = PaperForm(request.args)
    if not form.validate():
        raise BadInput
    payment = queries.payment_at(movement.payment_id, own_sites())
    job = printing.slip(movement, payment, roll=form.paper.data != "a4")
    return sent(job, f"receipt-{printing.slip_number(movement)}")


def till_page(
    *,
    status: int = 200,
    find: FindForm | None = None,
    found: list[queries.Found] | None = None,
    refusal: PalaceError | None = None,
    opening: OpenForm | None = None,
    closing: CloseForm | None = None,
) -> Response:
    """Show the till: the clerk's shift, what was found, and what waits for a second person."""
    shift, now = queries.open_shift(staff_id()), clock.now()
    told = "" if refusal is None or isinstance(refusal, BadInput) else refusal_words(refusal)
    return answer(
        "till/home.html",
        lambda: {
            "shift": shift_json(shift) if shift else None,
            "payments": [found_json(one) for one in found or ()],
        },
        status=refusal.status if refusal else status,
        shift=shift,
        houses=own_houses(),
        find=find or FindForm(formdata=None),
        found=found,
        opening=opening or OpenForm(formdata=None),
        closing=closing or CloseForm(formdata=None),
        closes=closing is not None,
        to_agree=queries.to_agree(own_sites()),
        unmatched=len(queries.unmatched(own_sites())),
        overdue=queries.overdue(own_sites(), clock.palace_day(now)),
        told=told,
        now=now,
        part_words=PART_WORDS,
    )
