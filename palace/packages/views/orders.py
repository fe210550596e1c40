"""A package's order: confirm or let go, the tickets of all its shows, giving them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace

from flask import Response, flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.agenda import blocks
from palace.agenda import queries as agenda
from palace.companions.errors import TooManyMinors, TooManyPeople
from palace.companions.models import Companion
from palace.companions.queries import companions_of
from palace.companions.rules import Relation
from palace.db import db, transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.identities.errors import DocumentNeeded, EntrantsNeeded, IdentityTaken
from palace.identities.rules import NAMES
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.money import Fen
from palace.packages import queries, services
from palace.packages.rules import ladder_of
from palace.packages.views.base import bp, by_start, deadline, order_json, state_of
from palace.packages.views.buying import done
from palace.payments.services import close_pages_of, steps_of
from palace.programme.rules import IdentityPolicy, Returns
from palace.text import N_
from palace.throttle import limiter
from palace.tickets import printing
from palace.tickets import queries as tickets
from palace.tickets.entrants import EntrantsForm
from palace.tickets.errors import HoldLapsed, LadderChanged
from palace.tickets.fields import LadderForm, ReturnsForm
from palace.tickets.models import Order, PackageOrder
from palace.tickets.rules import PACKAGES, OrderState
from palace.tickets.services import fits
from palace.tickets.services.owing import back_now
from palace.venues import queries as venues
from palace.web import allow, answer, checked, reads, refusal_words, wants_json
from palace.words import named

ONE = "/packages/orders/<code:code>"
OF_ENTRANTS = frozenset({"person", "name", "document", "number"})
ABOUT_ENTRANTS = (
    BadInput,
    DocumentNeeded,
    EntrantsNeeded,
    IdentityTaken,
    TooManyMinors,
    TooManyPeople,
)
PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: f"member:{current_member().id}"
)


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def order(code: str) -> ResponseReturnValue:
    """Show a package's order: the seats at every show, their deadline, what to do next."""
    return _page(queries.order_of(current_member().id, code))


def _page(
    found: PackageOrder, form: EntrantsForm | None = None, refusal: PalaceError | None = None
) -> Response:
    """Return the page of a package's order, with what was said of who comes and why that was refused."""
    member, now = current_member(), clock.now()
    parts = by_start(queries.parts(found))
    claims = [tickets.live_claims(one, now) for one in parts]
    state = state_of(parts, [len(live) for live in claims])
    policy = _policy(parts)
    waiting = [claim.held_until for live in claims for claim in live if claim.held_until]
    return answer(
        "packages/order.html",
        lambda: order_json(found),
        status=refusal.status if refusal else 200,
        order=found,
        parts=list(zip(parts, claims, strict=True)),
        tickets=queries.valid_tickets(found),
        state=state,
        policy=policy,
        unnamed=_unnamed(policy, found.seat_count),
        companions=_offered(parts, policy) if state == OrderState.HELD else [],
        ticked=form.person.data or [] if form else [],
        kept=form.kept if form else [{"name": member.name}],
        sentences=form.sentences if form else [],
        refusal=refusal_words(refusal) if refusal else "",
        documents=NAMES,
        guardian=form.guardian.data if form else False,
        consent=form.consent.data if form else False,
        now=now,
        ends_at=deadline(parts),
        lapses_at=min(waiting, default=now),
        total=Fen(sum(claim.price for live in claims for claim in live)),
        ladder=steps_of(ladder_of(one.performance.ladder_id for one in parts)),
        may_extend=state == OrderState.HELD and not any(one.extended for one in parts),
        rules=venues.house_rules(),
        pay_code=(member.phone or "")[-4:],
        whole=found.package.returns is Returns.WHOLE,
    )


def _policy(parts: Sequence[Order]) -> IdentityPolicy:
    """Return whose documents are asked for: everybody's as soon as one show asks for them."""
    asked = {one.performance.identity_policy for one in parts}
    strictest = (IdentityPolicy.EVERY_ENTRANT, IdentityPolicy.BUYER)
    return next((policy for policy in strictest if policy in asked), IdentityPolicy.NONE)


def _unnamed(policy: IdentityPolicy, count: int) -> list[SimpleNamespace]:
    """Return a place for each person who is asked for: whoever it is sits elsewhere at each show."""
    people = {IdentityPolicy.NONE: 0, IdentityPolicy.BUYER: 1}.get(policy, count)
    return [SimpleNamespace(seat=None) for _ in range(people)]


def _offered(parts: Sequence[Order], policy: IdentityPolicy) -> list[tuple[Companion, bool]]:
    """Return whom a member may name by a tap, and whether their document can be compared at every show."""
    asking = [one for one in parts if one.performance.identity_policy is not IdentityPolicy.NONE]
    return [
        (one, all(fits(one, part.performance.sale_opens_at) for part in asking))
        for one in (companions_of(current_member().id) if asking else ())
        if policy is IdentityPolicy.EVERY_ENTRANT or one.relation is Relation.SELF
    ]


def _do(
    act: Callable[[Known, str], PackageOrder], code: str, said: str = ""
) -> ResponseReturnValue:
    """Do something with an order and answer; a page that came too late shows the order as it stands."""
    try:
        with transaction():
            answered = done(act(current_member(), code))
    except HoldLapsed as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _page(queries.order_of(current_member().id, code), refusal=refusal)
    if said and not wants_json():
        flash(gettext(said))
    return answered


@bp.post(f"{ONE}/confirm")
@allow(Role.MEMBER, Role.ACTING)
@reads(EntrantsForm, LadderForm)
def confirm(code: str) -> ResponseReturnValue:
    """Settle a free package, or keep a priced one until its money comes; some shows ask who comes."""
    form = EntrantsForm() if request.is_json or OF_ENTRANTS & set(request.form) else None
    try:
        return _do(_settling(form, LadderForm()), code)
    except (*ABOUT_ENTRANTS, LadderChanged) as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _page(queries.order_of(current_member().id, code), form, refusal)


def _settling(form: EntrantsForm | None, shown: LadderForm) -> Callable[[Known, str], PackageOrder]:
    """Return what confirms an order as its page showed it, with the entrants of a form."""
    checked(shown)
    settle = partial(services.confirm, seen=shown.ladder.data)
    if form is None:
        return settle
    checked(form)
    named_ones = form.people(current_member().id)
    return partial(settle, entrants=named_ones, guardian=bool(form.guardian.data))


@bp.post(f"{ONE}/extend")
@allow(Role.MEMBER, Role.ACTING)
def extend(code: str) -> ResponseReturnValue:
    """Give a held package its one extension."""
    return _do(services.extend, code, N_("保留时间延长好了。"))


@bp.post(f"{ONE}/cancel")
@allow(Role.MEMBER, Role.ACTING)
def cancel(code: str) -> ResponseReturnValue:
    """Let a package go; a provider's page by which it may still be paid is closed before."""
    close_pages_of(PACKAGES, queries.order_of(current_member().id, code).id)
    return _do(services.cancel, code)


@bp.get(f"{ONE}/return")
@allow(Role.MEMBER, Role.ACTING)
def ask_return(code: str) -> ResponseReturnValue:
    """Ask once before all tickets of a package are given back."""
    return _return_page(code)


def _return_page(code: str, refusal: PalaceError | None = None) -> Response:
    found, now = queries.order_of(current_member().id, code), clock.now()
    return answer(
        "packages/return.html",
        lambda: order_json(found),
        status=refusal.status if refusal else 200,
        order=found,
        tickets=[(one, back_now(one, now)) for one in services.returnable(found)],
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post(f"{ONE}/return")
@allow(Role.MEMBER, Role.ACTING)
@reads(ReturnsForm)
def give_back(code: str) -> ResponseReturnValue:
    """Give back every ticket of a package, or none, with the money its page showed."""
    form = ReturnsForm()
    try:
        checked(form)
        with transaction():
            answered = done(services.give_back(current_member(), code, dict(form.tickets)))
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _return_page(code, refusal)
    if not wants_json():
        flash(gettext("整套退好了，座位让给别人了。"))
    return answered


@bp.get(f"{ONE}.pdf")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def tickets_pdf(code: str) -> ResponseReturnValue:
    """Send the tickets of all shows of a package in one PDF, a page each."""
    found = queries.order_of(current_member().id, code)
    valid = sorted(queries.valid_tickets(found), key=lambda one: one.performance.starts_at)
    if not valid:
        raise NotFound
    entrants = {one.id: entrant.name for one in valid if (entrant := tickets.entrant_of(one))}
    page = printing.batch_of(valid, entrants)
    db.session.rollback()  # nothing in the database waits for paper
    return _file(printing.pdf(page), "application/pdf", f"package-{code[:6]}.pdf")


@bp.get(f"{ONE}.ics")
@allow(Role.MEMBER, Role.ACTING)
def tickets_ics(code: str) -> ResponseReturnValue:
    """Send the shows of a package for the member's own calendar."""
    found = queries.order_of(current_member().id, code)
    ids = sorted({one.performance_id for one in queries.valid_tickets(found)})
    if not ids:
        raise NotFound
    entries = [agenda.entry_of(found.member_id, f"performance:{one}") for one in ids]
    body = blocks.ics([entry.block for entry in entries], named(found.package))
    return _file(body, "text/calendar; charset=utf-8", "package.ics")


def _file(body: bytes, kind: str, name: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
