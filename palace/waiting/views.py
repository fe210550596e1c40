"""排队等票: joining and leaving the queue of a full show, one's turn, and the queue as staff see it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_COUNTERS
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.programme import queries as programme
from palace.programme.queries import performance_at
from palace.text import N_
from palace.throttle import limiter
from palace.tickets.models import Order
from palace.tickets.terms import terms_of
from palace.venues import queries as venues
from palace.waiting import printing, queries, services
from palace.waiting.forms import JoinForm
from palace.waiting.models import WaitEntry
from palace.waiting.queries import Standing
from palace.waiting.rules import LIVE, WaitState
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

SEEN_BY = (Role.PROGRAMME, *AT_COUNTERS)
ONE = "/performances/<id:performance_id>/wait"
OFFER = "/offers/<code:code>"
PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: f"member:{current_member().id}"
)

bp = Blueprint("waiting", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and lend the page of a show and 我的 what they say of it."""
    app.register_blueprint(bp)
    app.jinja_env.globals["waiting_at"] = waiting_at
    app.jinja_env.globals["waits_for"] = waits_for


def waiting_at(performance_id: int) -> dict[str, Any]:
    """Return what the page of a full show says of its queue, and what who looks may wait for."""
    member = current_user.member
    queue = queries.queue_of(performance_id, member.id if member else None)
    return {
        "standing": queries.live_standing(member.id, performance_id) if member else None,
        "count": queue.count,
        "next": queue.next,
        "most": queue.most,
        "zones": zones_of(queue.plan_id),
    }


def waits_for() -> list[Standing]:
    """Return what the signed-in member waits for or is offered."""
    return queries.standings(current_user.member.id) if current_user.member else []


def show_path(performance_id: int) -> str:
    """Return the page of a show: where a stranger who wanted to wait goes on after signing in."""
    return url_for("tickets.performance", performance_id=performance_id)


def bring_up(performance_id: int) -> None:
    """Pass on what is over or came free, where somebody looks: pages tell what is true now."""
    if queries.is_due(performance_id, clock.now()):
        with transaction():
            services.pass_on(performance_id)


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def home(performance_id: int) -> ResponseReturnValue:
    """Show where the member stands in the queue of a show, and the rule it goes by."""
    programme.listed(performance_id)
    bring_up(performance_id)
    return _page(performance_id)


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING, back=show_path)
@reads(JoinForm)
def join(performance_id: int) -> ResponseReturnValue:
    """Wait for places of a show."""
    form = JoinForm()
    try:
        checked(form)
        with transaction():
            services.join(current_member(), performance_id, form.wanted)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(performance_id, form, refusal)
    if wants_json():
        return _json(performance_id), 201
    return redirect(url_for("waiting.home", performance_id=performance_id), 303)


@bp.post(f"{ONE}/leave")
@allow(Role.MEMBER, Role.ACTING)
def leave(performance_id: int) -> ResponseReturnValue:
    """Wait no longer."""
    programme.listed(performance_id)
    with transaction():
        services.leave(current_member(), performance_id)
    return _told(performance_id, N_("不再排队了。"))


def _told(performance_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _json(performance_id)
    flash(gettext(said))
    return redirect(url_for("waiting.home", performance_id=performance_id), 303)


def _page(
    performance_id: int, form: JoinForm | None = None, refusal: PalaceError | None = None
) -> Response:
    show = programme.listed(performance_id)
    terms = terms_of(current_member(), performance_id)
    standing = queries.standing_at(current_member().id, performance_id)
    most = max(0, terms.show.seats_per_member - terms.held)
    return answer(
        "waiting/home.html",
        lambda: _json(performance_id),
        status=refusal.status if refusal else 200,
        one=show,
        standing=standing,
        waits=standing is not None and standing.entry.state in LIVE,
        zones=zones_of(terms.show.plan_id),
        wheelchair=services.waits_for_wheelchair(terms),
        form=form or JoinForm(formdata=None),
        counts=range(1, most + 1),
        refusal=refusal_words(refusal) if refusal else "",
        rules=venues.house_rules(),
        quiet=services.offer_times(),
    )


def zones_of(plan_id: int | None) -> list[tuple[str, str]]:
    """Return the zones of a plan, code and name; none where it has one at most."""
    drawn = venues.plan(plan_id).drawn.drawing.get("zones", []) if plan_id else []
    zones = [(zone["code"], zone["name"][words.language()]) for zone in drawn]
    return zones if len(zones) > 1 else []


def _json(performance_id: int) -> dict[str, Any]:
    """Return where a member stands, as JSON clients read it."""
    standing = queries.standing_at(current_member().id, performance_id)
    entry = standing.entry if standing else None
    return {
        "performance": performance_id,
        "state": entry and entry.state,
        "place": standing and standing.place,
        "count": entry and entry.count,
        "together": entry and entry.together,
        "fewer": entry and entry.fewer,
        "zone": entry and entry.zone,
        "offer": _offer_json(entry) if entry else None,
    }


def _offer_json(entry: WaitEntry) -> dict[str, Any] | None:
    if entry.state is not WaitState.OFFERED or entry.lapses_at is None:
        return None
    return {
        "code": entry.code,
        "count": entry.offered_count,
        "seats": entry.offered,
        "lapses_at": entry.lapses_at.astimezone(clock.SHANGHAI).isoformat(),
    }


@bp.get(f"{ONE}.pdf")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def slip(performance_id: int) -> ResponseReturnValue:
    """Send the waiting slip: paper for who has no phone at hand."""
    standing = queries.live_standing(current_member().id, performance_id)
    if standing is None:
        raise NotFound
    page = printing.page_of(standing)
    db.session.rollback()
    response = make_response(printing.pdf(page))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="waiting.pdf"'
    return response


@bp.get(OFFER)
@allow(Role.MEMBER, Role.ACTING)
def offer(code: str) -> ResponseReturnValue:
    """Show whose turn it is what they are offered, until when, and what it costs."""
    entry = queries.entry_of(current_member().id, code)
    bring_up(entry.performance_id)
    return _offer_page(queries.entry_of(current_member().id, code))


def _offer_page(entry: WaitEntry, refusal: PalaceError | None = None) -> Response:
    now = clock.now()
    is_open = entry.state is WaitState.OFFERED and entry.lapses_at and now < entry.lapses_at
    return answer(
        "waiting/offer.html",
        lambda: _json(entry.performance_id),
        status=refusal.status if refusal else 200,
        entry=entry,
        one=entry.performance,
        is_open=is_open,
        seats=queries.offered_seats(entry) if is_open else [],
        price=services.price_of(current_member(), entry) if is_open else None,
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post(f"{OFFER}/accept")
@allow(Role.MEMBER, Role.ACTING)
def accept(code: str) -> ResponseReturnValue:
    """Take what was offered."""
    try:
        with transaction():
            order = services.accept(current_member(), code, large_text=words.large_text())
            where = url_for("tickets.order", code=order.code)
            body = order_json(order)
    except PalaceError as refusal:
        return _refused(code, refusal)
    return body if wants_json() else redirect(where, 303)


def _refused(code: str, refusal: PalaceError) -> ResponseReturnValue:
    """Show an offer that could not be taken or given up, with the reason."""
    pass_on(refusal)
    db.session.rollback()
    entry = queries.entry_of(current_member().id, code)
    bring_up(entry.performance_id)
    return _offer_page(queries.entry_of(current_member().id, code), refusal)


def order_json(order: Order) -> dict[str, Any]:
    """Return what became of an offer, as JSON clients read it."""
    return {"order": order.code, "state": order.state, "count": order.seat_count}


@bp.post(f"{OFFER}/decline")
@allow(Role.MEMBER, Role.ACTING)
def decline(code: str) -> ResponseReturnValue:
    """Give up what was offered, for the next."""
    try:
        with transaction():
            entry = services.decline(current_member(), code)
    except PalaceError as refusal:
        return _refused(code, refusal)
    return _told(entry.performance_id, N_("让给后面的人了，谢谢。"))


@bp.get("/staff/programme/performances/<id:performance_id>/waiting")
@allow(*SEEN_BY)
def staff(performance_id: int) -> ResponseReturnValue:
    """Show the queue of a show as staff see it: who, what, in which order, and who was passed by and why."""
    show = performance_at(performance_id, current_user.sites(*SEEN_BY))
    bring_up(performance_id)
    waiting = queries.all_of(performance_id, LIVE)
    ended = queries.all_of(performance_id, [state for state in WaitState if state not in LIVE])
    return answer(
        "waiting/staff.html",
        {"entries": [_entry_json(entry) for entry in [*waiting, *ended]]},
        one=show,
        seats=venues.plan(show.plan_id).by_code if show.plan_id else {},
        waiting=waiting,
        ended=ended,
        in_all=queries.wanted_in_all(performance_id),
    )


def _entry_json(entry: WaitEntry) -> dict[str, Any]:
    until = entry.lapses_at if entry.state is WaitState.OFFERED else None
    return {
        "entry": entry.id,
        "state": entry.state,
        "count": entry.count,
        "together": entry.together,
        "fewer": entry.fewer,
        "zone": entry.zone,
        "passed": entry.passed,
        "passed_why": entry.passed_why,
        "lapses_at": until and until.astimezone(clock.SHANGHAI).isoformat(),
    }
