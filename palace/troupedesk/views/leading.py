"""A leader's pages: my troupe with its hours and rehearsals, and the safety letter of a season."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms.states import STANDING_WORDS
from palace.text import N_
from palace.troupedesk import queries as hours
from palace.troupedesk.forms import SignForm
from palace.troupedesk.views.base import (
    LEADERS,
    LED,
    done,
    leaders,
    led,
    letter_json,
    one_season,
    rehearsals_json,
    season_json,
    told,
    troupe_json,
)
from palace.troupes import queries, services
from palace.troupes.queries import Led
from palace.troupes.rules import KINDS, STANDINGS
from palace.web import allow, answer, checked, reads, wants_json

SEASON = f"{LED}/seasons/<id:season_id>"


@leaders.get("")
@allow(*LEADERS)
def home() -> ResponseReturnValue:
    """Go to the troupe one leads, or show those one leads and those whose rosters name one."""
    mine, listed = _mine()
    if len(mine) == 1 and not listed and not wants_json():
        return redirect(url_for("troupes.troupe", troupe_id=mine[0].troupe.id), 303)
    return answer("troupes/home.html", _mine_json, mine=mine, listed=listed)


def _mine() -> tuple[list[Led], list[Any]]:
    member_id = current_member().id
    mine = queries.led_by(member_id)
    ids = {one.troupe.id for one in mine}
    return mine, [one for one in queries.rosters_of(member_id) if one.id not in ids]


def _mine_json() -> dict[str, Any]:
    mine, listed = _mine()
    return {
        "led": [{**troupe_json(one.troupe), "role": one.role.value} for one in mine],
        "member_of": [troupe_json(one) for one in listed],
    }


@leaders.post(f"{LED}/leave")
@allow(*LEADERS)
def leave(troupe_id: int) -> ResponseReturnValue:
    """Take oneself off a troupe's roster."""
    with transaction():
        services.leave(current_member().id, troupe_id)
    if wants_json():
        return _mine_json()
    return done(N_("退出了，以后的排练不再出现在“我的”里。"), "troupes.home")


@leaders.get(LED)
@allow(*LEADERS)
def troupe(troupe_id: int) -> ResponseReturnValue:
    """Show a leader their troupe: hours of the week, standing, what comes, who is in it."""
    mine = led(troupe_id)
    now, today = clock.now(), clock.palace_day(clock.now())
    shown: dict[str, Any] = {
        "hours": hours.hours(mine.troupe),
        "used": hours.used(troupe_id, today),
        "its_standing": queries.stands(troupe_id, today),
        "coming": hours.coming(troupe_id, now),
        "seasons": queries.seasons_of(troupe_id, today),
        "count": queries.roster_count(troupe_id),
    }
    return answer(
        "troupes/troupe.html",
        lambda: _troupe_json(mine, shown),
        mine=mine,
        troupe=mine.troupe,
        posts=queries.posts_of(troupe_id),
        rooms=hours.rooms_of(shown["coming"]),
        kinds=KINDS,
        standings=STANDINGS,
        states=STANDING_WORDS,
        **shown,
    )


def _troupe_json(mine: Led, shown: dict[str, Any]) -> dict[str, Any]:
    until = shown["its_standing"].until
    return {
        **troupe_json(mine.troupe),
        "role": mine.role.value,
        "hours": [
            {
                "week_minutes": one.week_minutes,
                "month_minutes": one.month_minutes,
                "policies": [policy.code for policy in one.policies],
            }
            for one in shown["hours"]
        ],
        "used_week_minutes": shown["used"].week_minutes,
        "used_month_minutes": shown["used"].month_minutes,
        "standing": shown["its_standing"].standing.value,
        "certified_until": until.isoformat() if until else None,
        "rehearsals": rehearsals_json(shown["coming"]),
        "seasons": [season_json(one) for one in shown["seasons"]],
        "roster_count": shown["count"],
    }


@leaders.get(SEASON)
@allow(*LEADERS)
def letter(troupe_id: int, season_id: int) -> ResponseReturnValue:
    """Show the safety letter of a season, signed or to be signed."""
    return _letter(troupe_id, season_id)


@leaders.post(SEASON)
@allow(Role.MEMBER)
@reads(SignForm)
def sign(troupe_id: int, season_id: int) -> ResponseReturnValue:
    """Sign the version that was shown and ask to be certified; nobody signs for somebody else."""
    led(troupe_id)
    form = SignForm()
    try:
        checked(form)
        with transaction():
            services.sign(current_member().id, troupe_id, season_id, form.letter_id)
    except PalaceError as refusal:
        return _letter(troupe_id, season_id, form, told(refusal), refusal.status)
    if wants_json():
        return _letter(troupe_id, season_id)
    said = N_("签好了，已经申请认定。有结果会通知您。")
    return done(said, "troupes.troupe", troupe_id=troupe_id)


def _letter(
    troupe_id: int,
    season_id: int,
    form: SignForm | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    mine, one = led(troupe_id), one_season(troupe_id, season_id)
    signed = one.certification
    shown = one.letter if one.may_sign or signed is None else queries.get_letter(signed.letter_id)
    return answer(
        "troupes/letter.html",
        lambda: {**season_json(one), "shown": letter_json(shown) if shown else None},
        status=status,
        mine=mine,
        troupe=mine.troupe,
        one=one,
        letter=shown,
        form=form or SignForm(formdata=None),
        told=said,
        title=gettext("安全承诺书"),
    )
