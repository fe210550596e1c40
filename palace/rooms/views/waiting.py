"""排队等场地: joining the queue for a room at a time, where one stands, one's turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import SHANGHAI, iso, palace_day
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import FIRST_YEAR, LAST_YEAR, as_typed
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms import services
from palace.rooms.forms import MOST_MINUTES, JoinWaitForm
from palace.rooms.models import Room, RoomWait
from palace.rooms.policies import Policy
from palace.rooms.queries import facts, waits
from palace.rooms.queries.due import due_among
from palace.rooms.queries.waits import Standing
from palace.rooms.services import Wish, offering, waiting
from palace.rooms.states import WaitState
from palace.rooms.wishes import Span, Takers
from palace.text import N_
from palace.troupes import queries as troupes
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/spaces/<id:space_id>/wait"
ENTRY = "/room-waits/<code:code>"
bp = Blueprint("room_waits", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this page, lend 我的 what it says, and let who waits come before others."""
    app.register_blueprint(bp)
    services.on_room_freed["waiting"] = waiting.room_freed
    services.on_room_wanted["waiting"] = waiting.before_others
    app.jinja_env.globals["waits_for_rooms"] = waits_for_rooms


def waits_for_rooms() -> list[Standing]:
    """Return which rooms the signed-in member, or a troupe they lead, waits for or is offered."""
    member = current_user.member
    return waits.standings(member, clock.now()) if member else []


def bring_up(space_ids: Sequence[int], span: Span) -> None:
    """Pass on what is over or came free, where somebody looks: pages tell what is true now."""
    for space_id in due_among(space_ids, span, clock.now()):
        with transaction():
            waiting.tend(space_id, span)


def kind_of(room: Room, any_of: bool) -> Policy | None:
    """Return the kind any court of which somebody asks for; None: it is about the one room."""
    return room.policy if any_of and room.policy.takers is Takers.MEMBER else None


def _spaces(room: Room, kind: Policy | None) -> list[int]:
    return waits.courts_of(kind.id) if kind else [room.space_id]


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(query=["starts", "minutes", "purpose", "people", "troupe", "any"])
def home(space_id: int) -> ResponseReturnValue:
    """Show where the member stands in the queue for a room at a time, or let them join it."""
    room, span = facts.room(space_id), _span_asked()
    kind = kind_of(room, request.args.get("any") == "1")
    bring_up(_spaces(room, kind), span)
    return _page(room, span, kind)


def _span_asked() -> Span:
    """Return the time that the address names.

    Raises:
        NotFound: it names none.
    """
    try:
        starts_at = datetime.fromisoformat(request.args.get("starts", "")).replace(microsecond=0)
    except ValueError:
        raise NotFound from None
    minutes = request.args.get("minutes", 0, type=int)
    if not (0 < minutes <= MOST_MINUTES and FIRST_YEAR <= starts_at.year <= LAST_YEAR):
        raise NotFound
    return span_of(starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=SHANGHAI), minutes)


def span_of(starts_at: datetime, minutes: int) -> Span:
    """Return a span by its start and its length."""
    ends_at = starts_at + timedelta(minutes=minutes)
    return Span(day=palace_day(starts_at), starts_at=starts_at, ends_at=ends_at)


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(JoinWaitForm)
def join(space_id: int) -> ResponseReturnValue:
    """Wait for a room at a time."""
    form, room = JoinWaitForm(), facts.room(space_id)
    kind = kind_of(room, form.any.data)
    try:
        checked(form)
        wish = _wish(room, form)
        with transaction():
            wait = waiting.join(wish, kind_id=kind.id if kind else None, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        if form.starts.data is None or not form.minutes.data:
            raise
        return _page(room, form.span, kind, form, refusal)
    if wants_json():
        return _json(waits.standing_of(wait)), 201
    return redirect(url_for("room_waits.entry", code=wait.code), 303)


def _wish(room: Room, form: JoinWaitForm) -> Wish:
    alone = room.policy.takers is Takers.MEMBER
    return Wish(
        space_id=room.space_id,
        spans=(form.span,),
        purpose=form.purpose.data or "",
        people=form.people.data or 0,
        troupe_id=None if alone else form.troupe.data,
        member=current_member(),
    )


def _page(
    room: Room,
    span: Span,
    kind: Policy | None,
    form: JoinWaitForm | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    member = current_member()
    spaces = _spaces(room, kind)
    newest = waits.newest(member, spaces, span)
    standing = waits.standing_of(newest) if newest else None
    led = [one.troupe for one in troupes.led_by(member.id)]
    return answer(
        "rooms/wait.html",
        lambda: _json(standing, room, span, kind),
        status=refusal.status if refusal else 200,
        room=room,
        span=span,
        starts=as_typed(span.starts_at),
        standing=standing,
        kind=kind,
        place=waits.next_place(spaces, span),
        form=form or _filled_in(room, span, led),
        led=led,
        purposes=_purposes(room),
        alone=room.policy.takers is Takers.MEMBER,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _purposes(room: Room) -> list[Any]:
    return [one for one in facts.purposes() if not room.purposes or one.code in room.purposes]


def _filled_in(room: Room, span: Span, led: list[Any]) -> JoinWaitForm:
    """Return the form as the address, or what is known of a troupe, fills it in."""
    asked = request.args.get("troupe", type=int)
    troupe = next((one for one in led if one.id == asked), led[0] if led else None)
    known = [one.code for one in _purposes(room)]
    purpose = request.args.get("purpose") or (troupe.kind.value if troupe else "")
    people = request.args.get("people", type=int) or (troupe.size if troupe else 2)
    return JoinWaitForm(
        formdata=None,
        starts=span.starts_at,
        minutes=span.minutes,
        purpose=purpose if purpose in known else (known or [""])[0],
        people=max(people, room.min_people),
        troupe=troupe.id if troupe else None,
    )


@bp.get(ENTRY)
@allow(Role.MEMBER, Role.ACTING)
def entry(code: str) -> ResponseReturnValue:
    """Show where somebody stands who waits, and in their turn what they are offered."""
    wait = waits.wait_for(current_member(), code)
    bring_up(waits.spaces_of(wait), offering.span_of_wait(wait))
    return _entry_page(waits.wait_for(current_member(), code))


def _entry_page(wait: RoomWait, refusal: PalaceError | None = None) -> Response:
    standing = waits.standing_of(wait)
    return answer(
        "rooms/wait_entry.html",
        lambda: _json(standing),
        status=refusal.status if refusal else 200,
        standing=standing,
        wait=wait,
        room=standing.room,
        again=url_for(
            "room_waits.home",
            space_id=wait.space_id,
            starts=as_typed(wait.starts_at),
            minutes=offering.span_of_wait(wait).minutes,
            any=1 if wait.kind_id else None,
        ),
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post(f"{ENTRY}/accept")
@allow(Role.MEMBER, Role.ACTING)
def accept(code: str) -> ResponseReturnValue:
    """Take what was offered."""
    wait = waits.wait_for(current_member(), code)
    try:
        with transaction():
            offering.accept(current_member(), wait, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        wait = waits.wait_for(current_member(), code)
        bring_up(waits.spaces_of(wait), offering.span_of_wait(wait))
        return _entry_page(waits.wait_for(current_member(), code), refusal)
    return _told(code, N_("约上了。"))


@bp.post(f"{ENTRY}/leave")
@allow(Role.MEMBER, Role.ACTING)
def leave(code: str) -> ResponseReturnValue:
    """Wait no longer, or give up what was offered, for the next."""
    wait = waits.wait_for(current_member(), code)
    with transaction():
        waiting.leave(wait, by=current_user.actor)
    return _told(code, N_("不再等了，让给后面的人。"))


def _told(code: str, said: str) -> ResponseReturnValue:
    if wants_json():
        return _json(waits.standing_of(waits.wait_for(current_member(), code)))
    flash(gettext(said))
    return redirect(url_for("room_waits.entry", code=code), 303)


def _json(
    standing: Standing | None,
    room: Room | None = None,
    span: Span | None = None,
    kind: Policy | None = None,
) -> dict[str, Any]:
    """Return where somebody stands, as JSON clients read it."""
    wait = standing.wait if standing else None
    when, any_of = wait or span, wait.kind if wait else kind
    return {
        "space": wait.space_id if wait else room and room.space_id,
        "any_of": any_of and any_of.code,
        "starts_at": when and iso(when.starts_at),
        "ends_at": when and iso(when.ends_at),
        "code": wait and wait.code,
        "state": standing and standing.state,
        "place": standing.place if standing and standing.state is WaitState.WAITING else None,
        "lapses_at": iso(standing.lapses_at) if standing and standing.lapses_at else None,
        "reservation": standing.offered.reservation.code
        if standing and standing.offered and standing.state is WaitState.TAKEN
        else None,
    }
