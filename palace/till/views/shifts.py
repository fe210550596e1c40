"""Shifts: begun, closed by counting, handed over; their list and their sheet."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db, transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.lists.services import answer as listed
from palace.members.models import Staff
from palace.members.posts import AT_COUNTERS
from palace.money import FREE
from palace.paper import PRINTS, sent
from palace.payments.rules import receipt_number
from palace.payments.states import METHOD_WORDS
from palace.till import printing, queries, services
from palace.till.errors import NoShift
from palace.till.forms import CloseForm, OpenForm
from palace.till.models import Shift
from palace.till.queries.listed import SHIFTS
from palace.till.rules import READERS, expected_cash
from palace.till.views.base import bp, chosen_house, own_sites, shift_json, staff_id
from palace.till.views.counter import till_page
from palace.venues.models import Site
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/shifts/<id:shift_id>"


@bp.get("/shifts")
@allow(*READERS)
@reads(query=SHIFTS.words)
def shifts() -> ResponseReturnValue:
    """Show the shifts of a house."""
    return listed(SHIFTS)


@bp.post("/shifts")
@allow(*AT_COUNTERS)
@reads(OpenForm)
def open_shift() -> ResponseReturnValue:
    """Begin one's shift with the cash in the drawer."""
    form = OpenForm()
    try:
        checked(form)
        house = chosen_house(form.site.data)
        with transaction():
            services.open_shift(
                staff_id=staff_id(),
                site_id=house.id,
                begun_with=form.yuan.fen or FREE,
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return till_page(refusal=refusal, opening=form)
    if wants_json():
        return till_page()
    flash(gettext("开始当班了。"))
    return redirect(url_for("till.home"), 303)


@bp.post("/shifts/close")
@allow(*AT_COUNTERS)
@reads(CloseForm)
def close_shift() -> ResponseReturnValue:
    """Close one's shift by counting the drawer; its sheet is ready then."""
    form = CloseForm()
    shift = queries.open_shift(staff_id())
    try:
        if shift is None:
            raise NoShift
        checked(form)
        with transaction():
            services.close_shift(
                shift.id,
                counted=form.yuan.fen or FREE,
                why=form.why.data or None,
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return till_page(refusal=refusal, closing=form)
    return _done(shift.id, gettext("交班了，请打印交款单，连现金交给出纳。"))


@bp.get(ONE)
@allow(*READERS)
def shift(shift_id: int) -> ResponseReturnValue:
    """Show one shift: what came and went, what was counted, who signed."""
    return _page(shift_id)


@bp.get(f"{ONE}.pdf")
@allow(*READERS)
@PRINTS
def shift_pdf(shift_id: int) -> ResponseReturnValue:
    """Send a closed shift's sheet (交款单)."""
    found = queries.shift_at(shift_id, own_sites(*READERS))
    if found.closed_at is None:
        raise NotFound
    job = printing.handover(
        found,
        queries.sums(shift_id),
        queries.receipts_of(shift_id),
        [one for one in queries.corrections(shift_id) if one.off.shift_id is not None],
        site=db.session.get_one(Site, found.site_id),
        cashier=_cashier(found),
    )
    return sent(job, f"handover-{shift_id}")


@bp.post(f"{ONE}/hand-over")
@allow(*READERS)
def hand_over(shift_id: int) -> ResponseReturnValue:
    """Sign for a shift's cash, as another person than who counted it."""
    queries.shift_at(shift_id, own_sites(*READERS))
    try:
        with transaction():
            services.hand_over(shift_id, to=staff_id(), by=current_user.actor, now=clock.now())
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(shift_id, refusal)
    return _done(shift_id, gettext("签收了。"))


def _done(shift_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _page(shift_id)
    flash(said)
    return redirect(url_for("till.shift", shift_id=shift_id), 303)


def _page(shift_id: int, refusal: PalaceError | None = None) -> Response:
    found = queries.shift_at(shift_id, own_sites(*READERS))
    sums = queries.sums(shift_id)
    told = "" if refusal is None or isinstance(refusal, BadInput) else refusal_words(refusal)
    return answer(
        "till/shift.html",
        lambda: shift_json(found),
        status=refusal.status if refusal else 200,
        shift=found,
        sums=sums,
        due=expected_cash(found.begun_with, sums),
        corrections=queries.corrections(shift_id),
        receipts=queries.receipts_of(shift_id),
        number_of=receipt_number,
        cashier=_cashier(found),
        mine=found.staff_id == staff_id(),
        method_words=METHOD_WORDS,
        told=told,
    )


def _cashier(found: Shift) -> str:
    return db.session.get_one(Staff, found.handed_to).name if found.handed_to else ""
