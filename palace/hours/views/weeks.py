"""The desk of hours: every house of one's own, and the week of a house or a space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from palace import clock
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.hours.errors import HoursChanged
from palace.hours.forms import WeekForm
from palace.hours.queries.closures import coming_closures
from palace.hours.queries.weeks import (
    get_site,
    get_space,
    houses,
    seen_as,
    spaces_of,
    week_of,
    weeks_of,
)
from palace.hours.rules import week_as_said
from palace.hours.services import weeks
from palace.hours.views.base import ADMINISTRATORS, DESK, bp, own_sites, saved
from palace.venues.fields import SeenForm
from palace.venues.models import Site, Space
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

HOUSE = f"{DESK}/houses/<id:site_id>"
SPACE = f"{DESK}/spaces/<id:space_id>"


@bp.get(DESK)
@allow(*ADMINISTRATORS)
def home() -> ResponseReturnValue:
    """Show the hours of one's houses, their spaces that have their own, and closures to come."""
    own = houses(own_sites())
    ids = [site.id for site in own]
    known, spaces = weeks_of(ids), spaces_of(ids)
    return answer(
        "hours/home.html",
        lambda: {"houses": [_json(site) for site in own]},
        own=own,
        week_of=lambda site_id, space_id=None: week_as_said(known.get((site_id, space_id), {})),
        has_own={space_id for _, space_id in known if space_id},
        spaces=spaces,
        closures=coming_closures(own_sites(), clock.now()),
    )


@bp.get(HOUSE)
@allow(*ADMINISTRATORS)
def house(site_id: int) -> ResponseReturnValue:
    """Show the week of a house, and where it is changed."""
    return _page(get_site(site_id, own_sites()))


@bp.post(HOUSE)
@allow(*ADMINISTRATORS, fresh=True)
@reads(WeekForm)
def set_house(site_id: int) -> ResponseReturnValue:
    """Set when a house is open on each day of the week."""
    return _set(get_site(site_id, own_sites()), WeekForm())


@bp.get(SPACE)
@allow(*ADMINISTRATORS)
def space(space_id: int) -> ResponseReturnValue:
    """Show the week of a space, its own or its house's, and where it is changed."""
    return _page(get_space(space_id, own_sites()))


@bp.post(SPACE)
@allow(*ADMINISTRATORS, fresh=True)
@reads(WeekForm)
def set_space(space_id: int) -> ResponseReturnValue:
    """Give a space hours of its own."""
    return _set(get_space(space_id, own_sites()), WeekForm())


@bp.post(f"{SPACE}/follow")
@allow(*ADMINISTRATORS, fresh=True)
@reads(SeenForm)
def follow(space_id: int) -> ResponseReturnValue:
    """Let a space be open when its house is."""
    found, form = get_space(space_id, own_sites()), SeenForm()
    return _do(
        found,
        form,
        lambda: weeks.follow_house(found, seen=form.seen.data or "", why=form.why.data or ""),
    )


def _set(place: Site | Space, form: WeekForm) -> ResponseReturnValue:
    return _do(
        place,
        form,
        lambda: weeks.set_week(
            place, form.week, seen=form.seen.data or "", why=form.why.data or ""
        ),
    )


def _do(place: Site | Space, form: SeenForm, act: Callable[[], bool]) -> ResponseReturnValue:
    try:
        checked(form)
        with transaction():
            changed = act()
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(place, form if isinstance(form, WeekForm) else None, refusal)
    if wants_json():
        return _page(place)
    flash(saved(changed=changed))
    return redirect(_address(place), 303)


def _page(
    place: Site | Space, typed: WeekForm | None = None, refusal: PalaceError | None = None
) -> Response:
    is_space = isinstance(place, Space)
    standing = week_of(*_ids(place))
    of_house = week_as_said(week_of(place.site_id)) if isinstance(place, Space) else {}
    form = typed or _form(place)
    if isinstance(refusal, HoursChanged):
        form.seen.data = seen_as(standing)
    return answer(
        "hours/week.html",
        lambda: _json(place),
        status=refusal.status if refusal else 200,
        place=place,
        is_space=is_space,
        own=bool(standing),
        week=week_as_said(standing),
        of_house=of_house,
        form=form,
        told=refusal_words(refusal) if refusal and not form.errors else form.seen.errors[:1],
        moved=isinstance(refusal, HoursChanged),
    )


def _form(place: Site | Space) -> WeekForm:
    """Return the form of a place as it stands; a space without its own begins with its house's."""
    standing = week_of(*_ids(place))
    shown = standing or (week_of(place.site_id) if isinstance(place, Space) else {})
    return WeekForm(formdata=None, seen=seen_as(standing), **week_as_said(shown))


def _ids(place: Site | Space) -> tuple[int, int | None]:
    return (place.site_id, place.id) if isinstance(place, Space) else (place.id, None)


def _address(place: Site | Space) -> str:
    if isinstance(place, Space):
        return url_for("hours.space", space_id=place.id)
    return url_for("hours.house", site_id=place.id)


def _json(place: Site | Space) -> dict[str, Any]:
    site_id, space_id = _ids(place)
    standing = week_of(site_id, space_id)
    return {
        "site": site_id,
        "space": space_id,
        "own": bool(standing),
        "week": week_as_said(standing),
        "seen": seen_as(standing),
    }
