"""Rooms of one's houses: the list, one room's facts, and dates that lie outside of opening hours."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from palace import clock
from palace.clock import iso
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.hours.queries.weeks import get_space, houses
from palace.roomdesk.errors import RoomChanged
from palace.roomdesk.forms import RoomForm
from palace.roomdesk.queries.rooms import (
    equipment,
    facts_of,
    find_room,
    noise_pairs,
    not_lent,
    policies_at,
    rooms,
    seen_as,
    stands_in,
)
from palace.roomdesk.queries.ways import outside_hours
from palace.roomdesk.services.rooms import set_room as write_room
from palace.roomdesk.views.base import ADMINISTRATORS, DESK, bp, own_sites, saved
from palace.rooms.models import Room
from palace.rooms.queries.facts import purposes
from palace.venues.models import Space
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

ONE = f"{DESK}/<id:space_id>"


@bp.get(DESK)
@allow(*ADMINISTRATORS)
def home() -> ResponseReturnValue:
    """Show the rooms of one's houses by floor, the spaces that are not lent, and what hears what."""
    own, shown = own_sites(), rooms(own_sites())
    return answer(
        "roomdesk/home.html",
        lambda: {"rooms": [_line(one) for one in shown]},
        own=houses(own),
        shown=shown,
        spaces=not_lent(own),
        pairs=noise_pairs(own),
        purposes={one.code: one for one in purposes()},
    )


@bp.get(f"{DESK}/outside")
@allow(*ADMINISTRATORS)
def outside() -> ResponseReturnValue:
    """Show the dates to come that lie outside of the opening hours as they are by now."""
    found = outside_hours(own_sites(), clock.now())
    return answer(
        "roomdesk/outside.html",
        lambda: {
            "dates": [
                {
                    "occurrence": one.occurrence.id,
                    "space": one.space.id,
                    "starts_at": iso(one.occurrence.starts_at),
                    "ends_at": iso(one.occurrence.ends_at),
                    "title": one.words,
                }
                for one in found
            ]
        },
        found=found,
    )


@bp.get(ONE)
@allow(*ADMINISTRATORS)
def room(space_id: int) -> ResponseReturnValue:
    """Show what is written of a room, or of a space that may become one, and where it is changed."""
    return _page(get_space(space_id, own_sites()))


@bp.post(ONE)
@allow(*ADMINISTRATORS)
@reads(RoomForm)
def set_room(space_id: int) -> ResponseReturnValue:
    """Write what a room is; a space that was none is lent from here on."""
    space, form = get_space(space_id, own_sites()), RoomForm()
    try:
        checked(form)
        with transaction():
            changed = write_room(space, form.facts, seen=form.seen.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(space, form, refusal)
    if wants_json():
        return _page(space)
    flash(saved(changed=bool(changed)))
    return redirect(url_for("roomdesk.room", space_id=space.id), 303)


def _page(
    space: Space, form: RoomForm | None = None, refusal: PalaceError | None = None
) -> Response:
    facts = facts_of(space)
    shown = form or RoomForm(formdata=None, seen=seen_as(facts), **_as_typed(facts))
    if isinstance(refusal, RoomChanged):
        shown.seen.data = seen_as(facts)
    things = equipment(space.site_id)
    return answer(
        "roomdesk/room.html",
        lambda: _json(space),
        status=refusal.status if refusal else 200,
        space=space,
        is_lent=find_room(space.id) is not None,
        form=shown,
        policies=policies_at(space.site_id),
        purposes=purposes(),
        things=things,
        typed=dict(zip(shown.things.data or (), shown.counts.data or (), strict=False)),
        facts=facts,
        moved=isinstance(refusal, RoomChanged),
        told=_told(refusal, shown),
    )


def _told(refusal: PalaceError | None, form: RoomForm) -> str:
    """Return what stands above the page: nothing where each field says it by itself."""
    if refusal is None:
        return ""
    if not form.errors:
        return refusal_words(refusal)
    return str((form.seen.errors or form.things.errors or form.counts.errors or [""])[0])


def _as_typed(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        **facts,
        "policy": str(facts["policy_id"] or ""),
        "things": [str(number) for number in facts["equipment"]],
        "counts": [str(count) for count in facts["equipment"].values()],
    }


def _line(one: Room) -> dict[str, Any]:
    return {
        "space": one.space_id,
        "site": one.space.site_id,
        "name": named(one.space),
        "floor": one.floor,
        "policy": one.policy_id,
        "bookable": one.bookable,
    }


def _json(space: Space) -> dict[str, Any]:
    facts = facts_of(space)
    return {
        "space": space.id,
        "name": named(space),
        "seen": seen_as(facts),
        "policy": facts["policy_id"],
        "equipment": [
            {"equipment": number, "count": count} for number, count in stands_in(space.id).items()
        ],
        **{name: facts[name] for name in facts if name not in {"policy_id", "equipment"}},
    }
