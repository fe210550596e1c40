"""群发: a mass notice written, looked at by another person, started, stopped; and its answer page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.broadcasts import queries, services
from palace.broadcasts.errors import BroadcastMoved
from palace.broadcasts.forms import BroadcastForm, ReviseForm, SeenForm, WordForm
from palace.broadcasts.models import Broadcast
from palace.broadcasts.queries import Sites
from palace.broadcasts.rules import Audience, Stage
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.notices import senders
from palace.notices.rules import BROADCAST, quiet_ends
from palace.text import N_
from palace.venues.queries import house_rules, message_rules
from palace.web import allow, answer, checked, public, reads, refusal_words, wants_json

WRITERS = AT_PROGRAMME
STARTED, RUNS_ALREADY = N_("开始发了。"), N_("早就开始了，没有再发一遍。")
STOPPED, GOES_ON = N_("停下了，还没轮到的不再发。"), N_("接着发了，已经收到的人不会再收到。")
AUDIENCES = {
    Audience.MEMBERS: N_("全体工会会员"),
    Audience.UNIT: N_("一个单位和它下面的会员"),
    Audience.PERFORMANCE: N_("有某一场票的人"),
}
STAGES = {
    Stage.DRAFT: N_("还没开始"),
    Stage.RUNNING: N_("正在发"),
    Stage.STOPPED: N_("停下了"),
    Stage.DONE: N_("发完了"),
}
ONE = "/staff/broadcasts/<id:broadcast_id>"

bp = Blueprint("broadcasts", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/staff/broadcasts")
@allow(*WRITERS)
def home() -> ResponseReturnValue:
    """Show the newest mass notices."""
    found = queries.newest(_sites())
    return answer(
        "broadcasts/home.html",
        {"broadcasts": [_row(one) for one in found]},
        broadcasts=found,
        stages=STAGES,
        audiences=AUDIENCES,
    )


@bp.get("/staff/broadcasts/new")
@allow(*WRITERS)
def new() -> ResponseReturnValue:
    """Show the form of a new one."""
    return _form()


@bp.post("/staff/broadcasts")
@allow(*WRITERS)
@reads(BroadcastForm)
def write() -> ResponseReturnValue:
    """Write one down; nothing goes out yet."""
    form = BroadcastForm()
    try:
        checked(form)
        with transaction():
            broadcast = services.write(form.text, _staff_id(), _sites(), clock.now())
    except PalaceError as refusal:
        return _form(form, refusal=refusal)
    return _done(broadcast, N_("写好了，还没有发。看看下面对不对。"), 201)


@bp.get(ONE)
@allow(*WRITERS)
@reads(query=["edit"])
def show(broadcast_id: int) -> ResponseReturnValue:
    """Show one: what it would reach and cost, or how far it has come."""
    return _page(queries.get(broadcast_id, _sites()), editing=request.args.get("edit") == "1")


@bp.post(ONE)
@allow(*WRITERS)
@reads(ReviseForm)
def revise(broadcast_id: int) -> ResponseReturnValue:
    """Change one that has not started."""
    form = ReviseForm()
    broadcast = queries.get(broadcast_id, _sites())
    try:
        checked(form)
        with transaction():
            broadcast = services.revise(
                broadcast_id,
                form.text,
                _staff_id(),
                seen=int(form.seen.data or 0),
                sites=_sites(),
                now=clock.now(),
            )
    except PalaceError as refusal:
        return _page(broadcast, form=form, refusal=refusal)
    return _done(broadcast, N_("改好了，还没有发。"), 200)


@bp.post(f"{ONE}/start")
@allow(*WRITERS, fresh=True)
@reads(SeenForm)
def start(broadcast_id: int) -> ResponseReturnValue:
    """Start one, once."""
    form, begun = SeenForm(), False
    broadcast = queries.get(broadcast_id, _sites())
    try:
        checked(form)
        with transaction():
            broadcast, begun = services.start(
                broadcast_id,
                _staff_id(),
                seen=form.seen.data or 0,
                sites=_sites(),
                now=clock.now(),
            )
    except PalaceError as refusal:
        return _page(broadcast, refusal=refusal)
    return _done(broadcast, STARTED if begun else RUNS_ALREADY, 200)


@bp.post(f"{ONE}/stop")
@allow(*WRITERS)
def stop(broadcast_id: int) -> ResponseReturnValue:
    """Stop one; only what is being sent at this instant still goes."""
    with transaction():
        broadcast = services.stop(broadcast_id, sites=_sites())
    return _done(broadcast, STOPPED, 200)


@bp.post(f"{ONE}/go-on")
@allow(*WRITERS)
def go_on(broadcast_id: int) -> ResponseReturnValue:
    """Let a stopped one go on to those it has not reached."""
    with transaction():
        broadcast = services.go_on(broadcast_id, sites=_sites())
    return _done(broadcast, GOES_ON, 200)


@bp.get("/answers")
@public
@reads(WordForm)
def answers() -> ResponseReturnValue:
    """Show what the word of a message stands for; anybody may read it."""
    form = WordForm(request.args)
    typed = (form.word.data or "") if form.validate() else ""
    found = queries.by_word(typed) if typed else None
    told = _answer_json(found) if found else None
    return answer(
        "broadcasts/answers.html",
        {"answer": told},
        found=found,
        typed=form.word.data or "",
        asked=bool(form.word.data),
    )


def _answer_json(found: Broadcast) -> dict[str, str]:
    return {"title": words.named(found, "title"), "body": words.named(found, "body")}


def _sites() -> Sites:
    sites: Sites = current_user.sites(*WRITERS)
    return sites


def _staff_id() -> int:
    """Return who writes.

    Raises:
        NotFound: posts of members open no mass notices.
    """
    if current_user.staff is None:
        raise NotFound
    return int(current_user.staff.id)


def _row(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "broadcast": broadcast.id,
        "title": words.named(broadcast, "title"),
        "state": broadcast.state,
        "audience": broadcast.audience,
        "receivers": broadcast.receivers,
        "revision": broadcast.revision,
    }


def _json(broadcast: Broadcast) -> dict[str, Any]:
    stands, reach = queries.progress(broadcast), queries.estimate(broadcast, clock.now())
    return _row(broadcast) | {
        "word": broadcast.word,
        "reaches": reach.receivers,
        "messages": reach.messages,
        "cost": reach.cost,
        "waiting": stands.waiting,
        "going": stands.going,
        "sent": stands.sent,
        "inbox": stands.inbox,
        "failed": stands.failed,
    }


def _form(sent: BroadcastForm | None = None, refusal: PalaceError | None = None) -> Response:
    form = sent or BroadcastForm(formdata=None, outside=True)
    if refusal:
        _refuse(form, refusal)
    return answer(
        "broadcasts/new.html",
        {},
        status=refusal.status if refusal else 200,
        form=form,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    sites = _sites()
    return {
        "performances": queries.performances(clock.now(), sites),
        "audiences": {
            one: said
            for one, said in AUDIENCES.items()
            if sites is None or one is Audience.PERFORMANCE
        },
    }


def _refuse(form: BroadcastForm, refusal: PalaceError) -> None:
    if wants_json():
        raise refusal
    db.session.rollback()
    if not form.errors:
        form.form_errors.append(refusal_words(refusal))


def _page(
    broadcast: Broadcast,
    form: ReviseForm | None = None,
    refusal: PalaceError | None = None,
    *,
    editing: bool = False,
) -> Response:
    if refusal and (wants_json() or isinstance(refusal, NotFound)):
        raise refusal
    if refusal:
        db.session.rollback()
        broadcast = queries.get(broadcast.id, _sites())
    moved = isinstance(refusal, BroadcastMoved)
    if form and moved:
        form.seen.data = str(broadcast.revision)
    now = clock.now()
    draft = broadcast.state is Stage.DRAFT
    known = {"unit": broadcast.unit.name_zh if broadcast.unit else ""}
    return answer(
        "broadcasts/broadcast.html",
        lambda: _json(broadcast),
        status=refusal.status if refusal else 200,
        broadcast=broadcast,
        form=form or ReviseForm(formdata=None, obj=broadcast, data=known),
        refusal=refusal_words(refusal) if refusal else "",
        editing=bool(form) or editing,
        moved=moved,
        reach=queries.estimate(broadcast, now) if draft else None,
        progress=None if draft else queries.progress(broadcast),
        rests=quiet_ends(now, message_rules(), clock.SHANGHAI),
        must_be_other=draft and broadcast.written_by == _staff_id(),
        above=house_rules().broadcast_confirm_above,
        message=senders.text_of(BROADCAST, broadcast.subject, broadcast.values),
        stages=STAGES,
        said_audiences=AUDIENCES,
        **_choices(),
    )


def _done(broadcast: Broadcast, said: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return _json(broadcast), status
    flash(gettext(said))
    return redirect(url_for("broadcasts.show", broadcast_id=broadcast.id), 303)
