"""Seasons of the troupes and the versions of their safety letters: the whole palace's."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.text import N_
from palace.troupedesk.forms import LetterForm, SeasonForm
from palace.troupedesk.views.base import (
    MAY,
    check_wide,
    done,
    letter_json,
    sites,
    staff,
    told,
)
from palace.troupes import queries, services
from palace.troupes.errors import LetterChanged
from palace.troupes.models import Season
from palace.web import allow, answer, checked, reads, wants_json

SEASONS = "/seasons"
SEASON = f"{SEASONS}/<id:season_id>"
LETTER_CHANGED = LetterChanged.status


@staff.get(SEASONS)
@allow(*MAY)
def seasons() -> ResponseReturnValue:
    """Show the seasons, and the form for a new one."""
    return _seasons()


@staff.post(SEASONS)
@allow(*MAY)
@reads(SeasonForm)
def add_season() -> ResponseReturnValue:
    """Add a season."""
    check_wide()
    form = SeasonForm()
    try:
        checked(form)
        with transaction():
            names = (form.name_zh.data or "", form.name_en.data or "")
            season = services.add_season(*names, *form.span)
    except PalaceError as refusal:
        return _seasons(form, told(refusal), refusal.status)
    if wants_json():
        return _seasons(status=201)
    return done(N_("加好了，请写安全承诺书。"), "troupedesk.season", season_id=season.id)


@staff.get(SEASON)
@allow(*MAY)
def season(season_id: int) -> ResponseReturnValue:
    """Show a season's safety letter in its versions, and where a new one is published."""
    return _season(season_id)


@staff.post(SEASON)
@allow(*MAY)
@reads(LetterForm)
def publish(season_id: int) -> ResponseReturnValue:
    """Publish a new version of a season's safety letter."""
    check_wide()
    form = LetterForm()
    try:
        checked(form)
        with transaction():
            services.publish_letter(
                season_id,
                _plain(form.text_zh.data),
                _plain(form.text_en.data),
                after=form.after.data or 0,
                by=current_user.actor,
            )
    except PalaceError as refusal:
        return _season(season_id, form, told(refusal), refusal.status)
    if wants_json():
        return _season(season_id, status=201)
    return done(N_("新的一版发布了，以后签的是这一版。"), "troupedesk.season", season_id=season_id)


def _plain(typed: str | None) -> str:
    """Return a text with plain line ends."""
    return (typed or "").replace("\r\n", "\n").replace("\r", "\n")


def _seasons(form: SeasonForm | None = None, said: str = "", status: int = 200) -> Response:
    found = queries.seasons()
    return answer(
        "troupedesk/seasons.html",
        lambda: {"seasons": [_json(one) for one in found]},
        status=status,
        seasons=found,
        form=form or SeasonForm(formdata=None),
        may_change=sites() is None,
        told=said,
    )


def _season(
    season_id: int, form: LetterForm | None = None, said: str = "", status: int = 200
) -> Response:
    one, letters = queries.get_season(season_id), queries.letters(season_id)
    newest = letters[0] if letters else None
    if form is None:
        form = LetterForm(formdata=None, obj=newest, after=newest.version if newest else 0)
    elif status == LETTER_CHANGED:
        form.after.data = newest.version if newest else 0
    return answer(
        "troupedesk/season.html",
        lambda: {**_json(one), "letters": [letter_json(letter) for letter in letters]},
        status=status,
        season=one,
        letters=letters,
        form=form,
        may_change=sites() is None,
        told=said,
    )


def _json(season: Season) -> dict[str, Any]:
    return {
        "season": season.id,
        "name_zh": season.name_zh,
        "name_en": season.name_en,
        "starts_on": season.starts_on.isoformat(),
        "ends_on": season.ends_on.isoformat(),
    }
