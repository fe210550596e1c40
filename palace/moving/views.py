"""取消或改期: the preview, the second person, and how far the telling is; a holder's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import Form
from palace.lists.services import answer as lists_answer
from palace.members.posts import AT_PROGRAMME
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.moving import effects, queries, services
from palace.moving.effects import Preview, Target
from palace.moving.forms import ConfirmForm, DecideForm, ProposeForm, Wanted, WantedForm
from palace.moving.models import Move
from palace.moving.queries import OWED_TO, REFUNDS
from palace.moving.rules import MoveState
from palace.moving.services import Wish
from palace.moving.services.proposing import as_shown, clash_words
from palace.programme.models import Performance
from palace.programme.queries import performance_at
from palace.proposals import seen_as
from palace.tickets.models import Ticket
from palace.venues.queries import spaces_at
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

LOOKS = (*AT_PROGRAMME, Role.REVIEWER)

bp = Blueprint("moving", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and what a ticket's page says of a moved show."""
    app.register_blueprint(bp)
    app.jinja_env.globals["move_of"] = move_of
    app.jinja_env.globals["moves_to_confirm"] = moves_to_confirm


def move_of(ticket: Ticket) -> tuple[Move, bool] | None:
    """Return the move of a ticket's show, and whether its holder was asked and has not said 保留 yet."""
    found = queries.news_of(ticket.member_id, ticket.performance_id)
    return (found[0], bool(found[1] and found[1].kept_at is None)) if found else None


def moves_to_confirm() -> int:
    """Return how many proposals wait for whoever is signed in to be the second person."""
    if current_user.roles.isdisjoint(LOOKS):
        return 0
    return queries.count_to_confirm(clock.now(), _sites(), current_user.actor)


def _sites(roles: tuple[Role, ...] = LOOKS) -> frozenset[int] | None:
    sites: frozenset[int] | None = current_user.sites(*roles)
    return sites


@bp.get("/staff/programme/moves")
@allow(*LOOKS)
def home() -> ResponseReturnValue:
    """Show what waits for a second person, what is under way, and the shows that are to come."""
    found = queries.recent(_sites())
    return answer(
        "moving/home.html",
        lambda: {"moves": [_move_json(move) for move in found]},
        moves=found,
        by_production=queries.coming(clock.now(), _sites()),
        may_plan=not current_user.roles.isdisjoint(AT_PROGRAMME),
        may_refund=not current_user.roles.isdisjoint(OWED_TO),
    )


@bp.get("/staff/programme/refunds")
@allow(*OWED_TO)
@reads(query=REFUNDS.words)
def refunds() -> ResponseReturnValue:
    """Show the money that has to go back, ticket by ticket."""
    return lists_answer(REFUNDS)


@bp.get("/staff/programme/performances/<id:performance_id>/move")
@allow(*LOOKS)
@reads(WantedForm)
def show(performance_id: int) -> ResponseReturnValue:
    """Show what is proposed or under way for a show, or what a wish would do."""
    return _page(performance_id, WantedForm(request.args or None))


@bp.post("/staff/programme/performances/<id:performance_id>/move")
@allow(*AT_PROGRAMME)
@reads(ProposeForm)
def propose(performance_id: int) -> ResponseReturnValue:
    """Propose to call a show off or move it."""
    form = ProposeForm()

    def act() -> str:
        found = performance_at(performance_id, _sites(AT_PROGRAMME))
        wish = _wish(form, found, AT_PROGRAMME)
        title, shown = form.title.data or "", form.shown.data or ""
        services.propose(found, wish, title=title, shown=shown, actor=current_user.actor)
        return str(gettext("已提出，等另一位同事确认。还没有改任何东西。"))

    return _act(performance_id, form, act)


@bp.post("/staff/programme/performances/<id:performance_id>/move/confirm")
@allow(*LOOKS, fresh=True)
@reads(ConfirmForm)
def confirm(performance_id: int) -> ResponseReturnValue:
    """Do what was proposed, as the second person."""
    form = ConfirmForm()

    def act() -> str:
        performance_at(performance_id, _sites())
        mark, seen = form.mark.data or "", form.seen.data or ""
        services.confirm(
            performance_id, form.move.data or 0, mark=mark, seen=seen, actor=current_user.actor
        )
        return str(gettext("办好了，正在通知大家。"))

    return _act(performance_id, form, act)


@bp.post("/staff/programme/performances/<id:performance_id>/move/withdraw")
@allow(*LOOKS)
@reads(DecideForm)
def withdraw(performance_id: int) -> ResponseReturnValue:
    """Withdraw a proposal."""
    form = DecideForm()

    def act() -> str:
        performance_at(performance_id, _sites())
        services.withdraw(performance_id, form.move.data or 0, current_user.actor)
        return str(gettext("撤回了，什么都没有改。"))

    return _act(performance_id, form, act)


@bp.post("/staff/programme/performances/<id:performance_id>/move/retry")
@allow(*LOOKS)
@reads(DecideForm)
def retry(performance_id: int) -> ResponseReturnValue:
    """Try once more with those whom telling failed."""
    form = DecideForm()

    def act() -> str:
        performance_at(performance_id, _sites())
        services.retry(performance_id, form.move.data or 0)
        return str(gettext("正在重新通知。"))

    return _act(performance_id, form, act)


@bp.post("/performances/<id:performance_id>/keep")
@allow(Role.MEMBER, Role.ACTING)
def keep(performance_id: int) -> ResponseReturnValue:
    """Say that one comes to a moved show all the same."""
    with transaction():
        services.keep(current_member().id, performance_id, clock.now())
    if wants_json():
        return {}
    flash(gettext("好的，票保留着。"))
    return redirect(url_for("mine.home"), code=303)


def _act(performance_id: int, form: Form, act: Callable[[], str]) -> ResponseReturnValue:
    """Do one step and go back to the page, or show there why it was refused, with what was typed."""
    try:
        checked(form)
        with transaction():
            said = act()
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(performance_id, form if isinstance(form, ProposeForm) else None, refusal)
    if not wants_json():
        flash(said)
        return redirect(url_for("moving.show", performance_id=performance_id), code=303)
    return _page(performance_id)


def _page(
    performance_id: int, typed: Wanted | None = None, refusal: PalaceError | None = None
) -> Response:
    found = performance_at(performance_id, _sites())
    open_one = queries.find_open(found.id)
    form = _form(open_one, typed)
    told = refusal
    target = effects.target_of(open_one) if open_one else None
    if open_one is None and (isinstance(form, ProposeForm) or form.kind.data):
        try:
            target = _asked(found, form)
        except PalaceError as wrong:
            told = told or wrong
    shown = effects.preview(found, target, clock.now()) if target else None
    last = open_one or queries.latest(found.id)
    return answer(
        "moving/show.html",
        lambda: _json(found, last, shown),
        status=told.status if told and refusal else 200,
        one=found,
        form=form,
        target=target,
        shown=shown,
        texts=_texts(target, open_one, found) if target else [],
        move=last,
        progress=queries.progress(last.id) if last else None,
        failures=queries.failures(last.id) if last else [],
        mark=queries.mark(open_one, found, shown.displaced_ids) if open_one and shown else "",
        seen=seen_as(shown.figures) if shown else "",
        as_shown=as_shown(found),
        is_mine=open_one is not None and open_one.proposed_by == current_user.actor,
        may_plan=not current_user.roles.isdisjoint(AT_PROGRAMME),
        is_over=services.is_over(found, clock.now()),
        spaces=effects.spaces(_sites()),
        plans=effects.plans(_sites(), found.plan_id),
        clash_words=clash_words,
        refusal=refusal_words(told) if told else "",
    )


def _form(open_one: Move | None, typed: Wanted | None) -> Wanted:
    """Return what was typed, or what a link says; a link asks nothing while something is open."""
    if isinstance(typed, WantedForm) and typed.kind.data and open_one is None:
        typed.validate()
        return typed
    return typed if isinstance(typed, ProposeForm) else WantedForm()


def _asked(found: Performance, form: Wanted) -> Target | None:
    """Return what a form makes of the show; None while it has faults of its own."""
    faults = getattr(form, "errors", {})
    if faults and set(faults) - {"title", "shown"}:
        return None
    return services.target_for(found, _wish(form, found, LOOKS), clock.now())


def _wish(form: Wanted, found: Performance, roles: tuple[Role, ...]) -> Wish:
    """Return what is wanted of a show.

    Raises:
        NotFound: its hall is of a house where they have none of these posts.
    """
    wish, sites = form.wish(found.starts_at), _sites(roles)
    if wish.space_id and sites is not None and wish.space_id not in spaces_at(sites):
        raise NotFound
    return wish


def _texts(target: Target, move: Move | None, found: Performance) -> list[tuple[str, str]]:
    """Return what people will be told, in each language by its code."""
    old = move.old_starts_at if move else found.starts_at
    texts = []
    for language in words.LOCALES:
        with words.spoken(language):
            texts.append((language, services.text_for(target, old, found)))
    return texts


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "move": move.id,
        "performance": move.performance_id,
        "kind": move.kind,
        "state": move.state,
        "old_starts_at": move.old_starts_at.astimezone(clock.SHANGHAI).isoformat(),
        "starts_at": move.starts_at.astimezone(clock.SHANGHAI).isoformat(),
    }


def _json(found: Performance, move: Move | None, shown: Preview | None) -> dict[str, Any]:
    """Return a show's move as programs read it, with what it takes to confirm it."""
    told = queries.progress(move.id) if move else None
    is_open = move is not None and move.state is MoveState.PROPOSED
    return {
        "performance": found.id,
        "shown": as_shown(found),
        "move": _move_json(move) if move else None,
        "mark": queries.mark(move, found, shown.displaced_ids)
        if move and shown and is_open
        else None,
        "seen": seen_as(shown.figures) if shown else None,
        "clashes": [clash_words(clash) for clash in shown.clashes] if shown else [],
        "displaced": sorted(shown.displaced_ids) if shown else [],
        "missing": list(shown.missing) if shown else [],
        "told": told.told if told else 0,
        "waiting": told.waiting if told else 0,
        "failed": told.failed if told else 0,
    }
