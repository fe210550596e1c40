"""Money that goes back at the counter, by a rule or by hand with a second person; corrections."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_COUNTERS
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.states import RefundState
from palace.text import N_
from palace.till import queries, services
from palace.till.forms import BackForm, CorrectForm, ProposeForm, WhyForm
from palace.till.views.base import bp, done, own_sites, refused, staff_id
from palace.web import allow, checked, reads

REFUND = "/refunds/<id:refund_id>"
PROPOSED = {
    RefundState.ASKED: N_("记下了，等另一个人同意。"),
    RefundState.HELD: N_("记下了，发票冲红以后再退。"),
    RefundState.OWED: N_("记下了，马上原路退回。"),
    RefundState.COUNTER: N_("记下了，可以退了。"),
}


@bp.post(f"{REFUND}/pay")
@allow(*AT_COUNTERS)
@reads(BackForm)
def pay_back(refund_id: int) -> ResponseReturnValue:
    """Give money back; it goes once, whoever else was to send it."""
    refund = queries.refund_at(refund_id, own_sites())
    form, of = BackForm(), refund.payment_id
    try:
        checked(form)
        with transaction():
            services.pay_back(
                refund,
                method=form.way,
                reference=form.slip,
                staff_id=staff_id(),
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return refused(of, refusal, "back", form, refund_id)
    return done(of, gettext("退好了。"))


@bp.post("/payments/<id:payment_id>/refunds")
@allow(*AT_COUNTERS)
@reads(ProposeForm)
def propose(payment_id: int) -> ResponseReturnValue:
    """Give back by hand what no rule owes; above the house's amount another person agrees."""
    queries.payment_at(payment_id, own_sites())
    form = ProposeForm()
    try:
        checked(form)
        with transaction():
            refund = payments.propose_refund(
                payment_id,
                form.yuan.fen or Fen(0),
                why=form.why.data or "",
                by=current_user.actor,
            )
    except PalaceError as refusal:
        return refused(payment_id, refusal, "propose", form)
    return done(payment_id, gettext(PROPOSED[refund.state]))


@bp.post(f"{REFUND}/agree")
@allow(*AT_COUNTERS)
def agree(refund_id: int) -> ResponseReturnValue:
    """Agree as the second person that money goes back."""
    of = queries.refund_at(refund_id, own_sites()).payment_id
    try:
        with transaction():
            payments.agree_refund(refund_id, by=current_user.actor)
    except PalaceError as refusal:
        return refused(of, refusal)
    return done(of, gettext("同意了，可以退了。"))


@bp.post(f"{REFUND}/drop")
@allow(*AT_COUNTERS)
@reads(WhyForm)
def drop(refund_id: int) -> ResponseReturnValue:
    """Let go what somebody wanted to give back and nobody agreed to."""
    of = queries.refund_at(refund_id, own_sites()).payment_id
    form = WhyForm()
    try:
        checked(form)
        with transaction():
            payments.drop_refund(refund_id, why=form.why.data or "", by=current_user.actor)
    except PalaceError as refusal:
        return refused(of, refusal, "drop", form, refund_id)
    return done(of, gettext("不退了，记下了原因。"))


@bp.post("/movements/<id:movement_id>/correct")
@allow(*AT_COUNTERS)
@reads(CorrectForm)
def correct(movement_id: int) -> ResponseReturnValue:
    """Set right by which way money came or went; the old row stays, with the one that takes it off."""
    movement = queries.movement_at(movement_id, own_sites())
    form, of = CorrectForm(), movement.payment_id
    if of is None:
        raise NotFound
    try:
        checked(form)
        with transaction():
            services.correct(
                movement,
                method=form.way,
                reference=form.slip,
                why=form.why.data or "",
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return refused(of, refusal, "correct", form, movement_id)
    return done(of, gettext("更正了，原来那一笔还在，旁边写着更正。"))
