"""What the pages of troupes share: whose troupe it is, hours in words, a troupe as programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms.models import Occurrence
from palace.troupedesk.queries import rooms_of
from palace.troupes import queries
from palace.troupes.errors import OfWholePalace
from palace.troupes.models import SafetyLetter, Troupe
from palace.troupes.queries import InSeason, Led, Sites
from palace.web import pass_on, refusal_words
from palace.words import named

MINUTES = 60
LEADERS = (Role.MEMBER, Role.ACTING)
"""Who leads a troupe is looked up: that changes, and somebody else's troupe is not found."""
MAY = AT_PROGRAMME
LED = "/<id:troupe_id>"

leaders = Blueprint("troupes", __name__, url_prefix="/troupes")
staff = Blueprint("troupedesk", __name__, url_prefix="/staff/troupes")


@staff.app_template_filter("duration")
def duration_words(minutes: int) -> str:
    """Return how long something is: 2小时, 1小时30分钟."""
    whole, rest = divmod(minutes, MINUTES)
    if not rest:
        return str(gettext("%(hours)s小时", hours=whole))
    if not whole:
        return str(gettext("%(minutes)s分钟", minutes=rest))
    return str(gettext("%(hours)s小时%(minutes)s分钟", hours=whole, minutes=rest))


def led(troupe_id: int) -> Led:
    """Return a troupe that the member leads, or is a deputy of.

    Raises:
        NotFound: they do not.
    """
    return queries.get_led(current_member().id, troupe_id)


def sites() -> Sites:
    """Return the houses whose troupes this person looks after; None: all."""
    found: Sites = current_user.sites(*MAY)
    return found


def check_wide() -> None:
    """Let only who looks after all houses go on.

    Raises:
        OfWholePalace: they look after some.
    """
    if sites() is not None:
        raise OfWholePalace


def told(refusal: PalaceError) -> str:
    """Return a refusal's sentence for a page that shows its form again; bad fields say it themselves.

    Raises:
        PalaceError: the refusal itself, to programs, and of what is not there.
    """
    pass_on(refusal)
    db.session.rollback()
    return "" if isinstance(refusal, BadInput) else refusal_words(refusal)


def done(said: str, endpoint: str, **where: Any) -> ResponseReturnValue:
    """Say that something is done, and go on to a page."""
    flash(gettext(said))
    return redirect(url_for(endpoint, **where), 303)


def troupe_json(troupe: Troupe) -> dict[str, Any]:
    """Return a troupe as programs read it."""
    return {
        "troupe": troupe.id,
        "code": troupe.code,
        "name_zh": troupe.name_zh,
        "name_en": troupe.name_en,
        "kind": troupe.kind.value,
        "size": troupe.size,
        "site": troupe.site_id,
        "week_minutes": troupe.week_minutes,
        "month_minutes": troupe.month_minutes,
        "ended_at": clock.iso(troupe.ended_at) if troupe.ended_at else None,
    }


def season_json(one: InSeason) -> dict[str, Any]:
    """Return how a troupe stands in a season as programs read it."""
    asked = one.certification
    return {
        "season": one.season.id,
        "name": named(one.season),
        "starts_on": one.season.starts_on.isoformat(),
        "ends_on": one.season.ends_on.isoformat(),
        "letter": one.letter.id if one.letter else None,
        "state": asked.state.value if asked else None,
        "signed": asked.letter_id if asked else None,
        "asked_at": clock.iso(asked.asked_at) if asked else None,
        "decided_at": clock.iso(asked.decided_at) if asked and asked.decided_at else None,
        "why": asked.why if asked else None,
    }


def letter_json(letter: SafetyLetter) -> dict[str, Any]:
    """Return a version of a safety letter as programs read it."""
    return {
        "letter": letter.id,
        "version": letter.version,
        "text_zh": letter.text_zh,
        "text_en": letter.text_en,
        "published_at": clock.iso(letter.published_at),
    }


def rehearsals_json(found: Sequence[Occurrence]) -> list[dict[str, Any]]:
    """Return rehearsals as programs read them."""
    rooms = rooms_of(found)
    return [
        {
            "occurrence": one.id,
            "reservation": one.reservation.code,
            "starts_at": clock.iso(one.starts_at),
            "ends_at": clock.iso(one.ends_at),
            "room": named(rooms[one.space_id].space),
            "state": one.state.value,
        }
        for one in found
    ]


def one_season(troupe_id: int, season_id: int) -> InSeason:
    """Return a season that is not over, and how a troupe stands in it.

    Raises:
        NotFound: there is none.
    """
    return queries.in_season(troupe_id, season_id, clock.palace_day(clock.now()))
