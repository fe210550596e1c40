"""The desk of troupes: the list, founding one, what it is, and whether it is certified."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import NotFound, PalaceError
from palace.lists import services as lists
from palace.members.rules import mask_name
from palace.rooms.states import STANDING_WORDS
from palace.text import N_
from palace.troupedesk import queries as hours
from palace.troupedesk.forms import ChangedTroupeForm, DecideForm, LeaderForm, NewTroupeForm
from palace.troupedesk.views.base import (
    LED,
    MAY,
    MINUTES,
    done,
    rehearsals_json,
    season_json,
    sites,
    staff,
    told,
    troupe_json,
)
from palace.troupes import queries, services
from palace.troupes.models import Troupe
from palace.troupes.rules import KINDS, STANDINGS
from palace.venues.models import Site
from palace.venues.queries import sites as every_site
from palace.web import allow, answer, checked, reads, wants_json


@staff.get("")
@allow(*MAY)
@reads(query=hours.TROUPES.words)
def troupes() -> ResponseReturnValue:
    """Show the troupes of one's houses, who waits to be certified among them."""
    return lists.answer(hours.TROUPES)


@staff.get("/new")
@allow(*MAY)
def new() -> ResponseReturnValue:
    """Show the form for a new troupe."""
    return _new()


@staff.post("/new")
@allow(*MAY)
@reads(NewTroupeForm)
def found() -> ResponseReturnValue:
    """Found a troupe at one of one's houses."""
    form = NewTroupeForm()
    try:
        checked(form)
        site = next((one for one in _houses() if one.code == form.site.data), None)
        if site is None:
            raise NotFound
        with transaction():
            troupe = services.found(site.id, form.facts)
    except PalaceError as refusal:
        return _new(form, told(refusal), refusal.status)
    if wants_json():
        return troupe_json(troupe), 201
    said = N_("建好了，请指定负责人。")
    return done(said, "troupedesk.troupe", troupe_id=troupe.id)


@staff.get(LED)
@allow(*MAY)
def troupe(troupe_id: int) -> ResponseReturnValue:
    """Show a troupe: what it is, who leads it, how it stands, what it has taken."""
    return show(troupe_id)


@staff.post(LED)
@allow(*MAY)
@reads(ChangedTroupeForm)
def change(troupe_id: int) -> ResponseReturnValue:
    """Change what a troupe is."""
    queries.get_troupe(troupe_id, sites())
    form = ChangedTroupeForm()
    try:
        checked(form)
        with transaction():
            services.change(troupe_id, form.facts, seen=form.seen.data or "")
    except PalaceError as refusal:
        return show(troupe_id, told(refusal), refusal.status, facts=form)
    return _done(troupe_id, N_("改好了。"))


@staff.post(f"{LED}/seasons/<id:season_id>/decide")
@allow(*MAY)
@reads(DecideForm)
def decide(troupe_id: int, season_id: int) -> ResponseReturnValue:
    """Certify a troupe for a season, or refuse it; the first of two who decide does."""
    queries.get_troupe(troupe_id, sites())
    form = DecideForm()
    try:
        checked(form)
        with transaction():
            services.decide(troupe_id, season_id, form.decision, by=current_user.actor)
    except PalaceError as refusal:
        decided = {"decided": (season_id, form)}
        return show(troupe_id, told(refusal), refusal.status, **decided)
    return _done(troupe_id, N_("办好了，已经通知负责人。"))


def _done(troupe_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return show(troupe_id)
    return done(said, "troupedesk.troupe", troupe_id=troupe_id)


def _houses() -> list[Site]:
    mine = sites()
    return [one for one in every_site() if mine is None or one.id in mine]


def _new(form: NewTroupeForm | None = None, said: str = "", status: int = 200) -> Response:
    return answer(
        "troupedesk/new.html",
        {},
        status=status,
        form=form or NewTroupeForm(formdata=None),
        houses=_houses(),
        kinds=KINDS,
        told=said,
    )


def show(troupe_id: int, said: str = "", status: int = 200, **forms: Any) -> Response:
    """Show a troupe at the desk, with the form that was refused."""
    found, now = queries.get_troupe(troupe_id, sites()), clock.now()
    today = clock.palace_day(now)
    shown: dict[str, Any] = {
        "seasons": queries.seasons_of(troupe_id, today),
        "its_standing": queries.stands(troupe_id, today),
        "posts": queries.posts_of(troupe_id),
        "roster": queries.roster(troupe_id),
        "coming": hours.coming(troupe_id, now),
    }
    return answer(
        "troupedesk/troupe.html",
        lambda: _json(found, shown),
        status=status,
        troupe=found,
        house=hours.site_of(found),
        facts=forms.get("facts") or _facts(found),
        seen=services.seen_as(found),
        leader=forms.get("leader") or LeaderForm(formdata=None),
        decided=forms.get("decided", (0, None)),
        blank=DecideForm(formdata=None),
        hours=hours.hours(found),
        used=hours.used(troupe_id, today),
        rooms=hours.rooms_of(shown["coming"]),
        kinds=KINDS,
        standings=STANDINGS,
        states=STANDING_WORDS,
        told=said,
        **shown,
    )


def _facts(troupe: Troupe) -> ChangedTroupeForm:
    week, month = troupe.week_minutes, troupe.month_minutes
    return ChangedTroupeForm(
        formdata=None,
        obj=troupe,
        kind=troupe.kind.value,
        week_hours=None if week is None else week // MINUTES,
        month_hours=None if month is None else month // MINUTES,
    )


def _json(troupe: Troupe, shown: dict[str, Any]) -> dict[str, Any]:
    until = shown["its_standing"].until
    return {
        **troupe_json(troupe),
        "seen": services.seen_as(troupe),
        "standing": shown["its_standing"].standing.value,
        "certified_until": until.isoformat() if until else None,
        "seasons": [season_json(one) for one in shown["seasons"]],
        "leaders": [
            {
                "post": one.id,
                "role": one.role.value,
                "name": mask_name(one.member.name) if one.member else "",
            }
            for one in shown["posts"]
        ],
        "roster_count": len(shown["roster"]),
        "rehearsals": rehearsals_json(shown["coming"]),
    }
