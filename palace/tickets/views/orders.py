"""Holding seats, and the order they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.companions.errors import TooManyMinors, TooManyPeople
from palace.companions.models import Companion
from palace.companions.queries import companions_of
from palace.companions.rules import Relation
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.identities.errors import DocumentNeeded, EntrantsNeeded, IdentityTaken
from palace.identities.rules import NAMES
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.services import close_pages_of, steps_of
from palace.programme.rules import IdentityPolicy
from palace.text import N_
from palace.tickets import queries, services
from palace.tickets.entrants import EntrantsForm
from palace.tickets.errors import (
    HoldLapsed,
    LadderChanged,
    NoSeatsTogether,
    Rushed,
    SeatTaken,
    SoldOut,
)
from palace.tickets.fields import LadderForm
from palace.tickets.forms import HoldForm
from palace.tickets.models import Claim, Order
from palace.tickets.rules import PACKAGES, PART, OrderState, TicketState
from palace.tickets.views import choosing
from palace.tickets.views.base import bp
from palace.venues import queries as venues
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

OF_ENTRANTS = frozenset({"person", "name", "document", "number"})
ABOUT_ENTRANTS = (
    BadInput,
    DocumentNeeded,
    EntrantsNeeded,
    IdentityTaken,
    TooManyMinors,
    TooManyPeople,
)


@bp.post("/performances/<id:performance_id>/hold")
@allow(Role.MEMBER, Role.ACTING, back=choosing.choice_path)
@reads(HoldForm)
def hold(performance_id: int) -> ResponseReturnValue:
    """Hold the chosen seats and go on to the order; `confirm=1` settles a free one at once."""
    form = HoldForm()
    try:
        checked(form)
        return _held(form, performance_id)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return choosing.choose_again(performance_id, form, refusal)


def _held(form: HoldForm, performance_id: int) -> ResponseReturnValue:
    """Hold what was chosen; where nothing was there, the show is brought up to date, and tried once more."""
    try:
        with transaction():
            return _done(_hold(form, performance_id), status=201)
    except (SeatTaken, NoSeatsTogether, SoldOut, Rushed):
        with transaction():
            changed = services.look_again(performance_id)
        if not changed:
            raise
        with transaction():
            return _done(_hold(form, performance_id), status=201)


def _hold(form: HoldForm, performance_id: int) -> Order:
    at_counter = current_user.acts_for is not None
    return services.hold(
        current_member(),
        performance_id,
        replace(form.wish, leave_gap=at_counter and form.leave_gap.data),
        key=form.key.data or "",
        confirm=form.confirm.data,
        large_text=words.large_text(),
        at_counter=at_counter,
    )


def held_orders() -> list[Order]:
    """Return the signed-in member's live holds: every page leads back to them."""
    if current_user.member is None:
        return []
    waiting = queries.open_orders(current_user.member.id)
    held = [
        found
        for found in waiting
        if found.state is OrderState.HELD and found.performance.cancelled_at is None
    ]
    return queries.first_of_each(held)


@bp.get("/orders/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
def order(code: str) -> ResponseReturnValue:
    """Show an order: the seats, their deadline, what to do next."""
    found = queries.order_of(current_member().id, code)
    valid = [ticket for ticket in found.tickets if ticket.state is TicketState.VALID]
    if valid and not wants_json():
        return redirect(url_for("tickets.ticket", code=valid[0].code), code=303)
    package = queries.find_package_order(found)
    if package and not wants_json():
        return redirect(url_for("packages.order", code=package.code), code=303)
    return _page(found)


def _page(
    found: Order, form: EntrantsForm | None = None, refusal: PalaceError | None = None
) -> Response:
    """Return an order's page, with what was said of its entrants and why that was refused."""
    member, now = current_member(), clock.now()
    live = queries.live_claims(found, now)
    state = order_state(found, len(live))
    total = Fen(sum(claim.price for claim in live))
    return answer(
        "tickets/order.html",
        _json(found),
        status=refusal.status if refusal else 200,
        order=found,
        policy=found.performance.identity_policy,
        unnamed=_unnamed(found.performance.identity_policy, live),
        companions=_offered(found),
        ticked=form.person.data or [] if form else [],
        kept=form.kept if form else [{"name": member.name}],
        sentences=form.sentences if form else [],
        refusal=refusal_words(refusal) if refusal else "",
        documents=NAMES,
        guardian=form.guardian.data if form else False,
        consent=form.consent.data if form else False,
        claims=live,
        state=state,
        now=now,
        ends_at=found.pay_by or found.hold_ends_at,
        lapses_at=min((claim.held_until for claim in live if claim.held_until), default=now),
        total=total,
        ladder=steps_of(found.performance.ladder_id) if total else None,
        may_extend=state == OrderState.HELD and not found.extended,
        rules=venues.house_rules(),
        pay_code=(member.phone or "")[-4:],
    )


def _unnamed(policy: IdentityPolicy, live: Sequence[Claim]) -> Sequence[Claim]:
    """Return the claims a name and document is asked for: each, the first for its buyer, or none."""
    if policy is IdentityPolicy.NONE:
        return []
    return live if policy is IdentityPolicy.EVERY_ENTRANT else live[:1]


def _offered(found: Order) -> list[tuple[Companion, bool]]:
    """Return whom a member may name by a tap, and whether their document can be compared there."""
    show = found.performance
    policy = show.identity_policy
    if policy is IdentityPolicy.NONE or found.state is not OrderState.HELD:
        return []
    return [
        (one, services.fits(one, show.sale_opens_at))
        for one in companions_of(current_member().id)
        if policy is IdentityPolicy.EVERY_ENTRANT or one.relation is Relation.SELF
    ]


def order_state(found: Order, live_count: int) -> str:
    """Return how an order stands: "off" if its show is, "lapsed" if its seats are no longer its own."""
    waits = found.state in (OrderState.HELD, OrderState.AWAITING_PAYMENT)
    if waits and found.performance.cancelled_at is not None:
        return "off"
    return "lapsed" if waits and live_count < found.seat_count else found.state.value


def _json(found: Order) -> dict[str, Any]:
    """Return an order as JSON clients read it, as it stands now."""
    ends_at: datetime = found.pay_by or found.hold_ends_at
    parts = queries.parts_of(found)
    state = order_state(found, parts.live)
    return {
        "order": found.code,
        "state": state,
        "seats": parts.seats or [],
        "held_until": ends_at.astimezone(clock.SHANGHAI).isoformat()
        if state != OrderState.SETTLED
        else None,
        "tickets": parts.tickets or [],
        "payment": payments.told_beside(_payment_of(found, parts.payment)),
    }


def _payment_of(found: Order, payment_id: int | None) -> Payment | None:
    """Return by what an order's money was asked: its own payment, or that of its package."""
    if found.package_order_id is not None:
        return payments.find(PACKAGES, found.package_order_id)
    return db.session.get(Payment, payment_id) if payment_id else None


def _done(found: Order, status: int = 200) -> ResponseReturnValue:
    """Answer a command on an order, in its transaction: on to its page, or the order as JSON."""
    if wants_json():
        return _json(found), status
    return redirect(url_for("tickets.order", code=found.code), code=303)


def _do(act: Callable[[Known, str], Order], code: str, said: str = "") -> ResponseReturnValue:
    """Do something with an order and answer; a page that came too late shows the order as it stands."""
    try:
        with transaction():
            answered = _done(act(current_member(), code))
    except HoldLapsed:
        if wants_json():
            raise
        return redirect(url_for("tickets.order", code=code), code=303)
    if said and not wants_json():
        flash(gettext(said))
    return answered


@bp.post("/orders/<code:code>/confirm")
@allow(Role.MEMBER, Role.ACTING)
@reads(EntrantsForm, LadderForm)
def confirm(code: str) -> ResponseReturnValue:
    """Settle a free order, or keep a priced one until its money comes; some shows ask who comes."""
    form = EntrantsForm() if request.is_json or OF_ENTRANTS & set(request.form) else None
    try:
        return _do(_settling(form, LadderForm()), code)
    except (*ABOUT_ENTRANTS, LadderChanged) as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _page(queries.order_of(current_member().id, code), form, refusal)


def _settling(form: EntrantsForm | None, shown: LadderForm) -> Callable[[Known, str], Order]:
    """Return what confirms an order as its page showed it, with the entrants of a form.

    Raises:
        BadInput, EntrantsNeeded: somebody is not named as it must be.
    """
    checked(shown)
    settle = partial(services.confirm, seen=shown.ladder.data)
    if form is None:
        return settle
    checked(form)
    named = form.people(current_member().id)
    return partial(settle, entrants=named, guardian=form.guardian.data)


@bp.post("/orders/<code:code>/extend")
@allow(Role.MEMBER, Role.ACTING)
def extend(code: str) -> ResponseReturnValue:
    """Give a hold its one extension."""
    return _do(services.extend, code, N_("保留时间延长好了。"))


@bp.post("/orders/<code:code>/cancel")
@allow(Role.MEMBER, Role.ACTING)
def cancel(code: str) -> ResponseReturnValue:
    """Let an order go; a provider's page by which it may still be paid is closed before."""
    close_pages_of(PART, queries.order_of(current_member().id, code).id)
    return _do(services.cancel, code)
