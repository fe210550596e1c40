"""What the pages of opening hours share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_login import current_user

from palace.hours.models import SpecialDay
from palace.hours.queries.weeks import Sites, houses
from palace.hours.rules import CLOSED
from palace.members.rules import Role
from palace.text import N_
from palace.venues.figure import WEEKDAY_WORDS
from palace.words import named

DESK = "/staff/hours"
ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)
LIKE = {CLOSED: N_("闭馆"), **WEEKDAY_WORDS}
"""What a special day counts as, in words."""

bp = Blueprint("hours", __name__)


@bp.context_processor
def words() -> dict[str, Any]:
    """Lend the pages their words, and whose houses the desk is about."""
    return {"like_words": LIKE, "houses": lambda: houses(own_sites()), "whole": own_sites() is None}


def own_sites() -> Sites:
    """Return the houses whose hours this person sets; None: all. Who signed in with no such post has none."""
    if not current_user.is_authenticated:
        return frozenset()
    found: Sites = current_user.sites(*ADMINISTRATORS)
    return found


def day_json(one: SpecialDay) -> dict[str, Any]:
    """Return a special day as programs read it."""
    return {
        "special": one.id,
        "site": one.site_id,
        "day": one.day.isoformat(),
        "counts_as": one.counts_as,
        "name": named(one),
    }


def saved(*, changed: bool) -> str:
    """Return the sentence of a form that was saved."""
    return str(gettext("改好了，马上生效。") if changed else gettext("和原来一样，没有改。"))
