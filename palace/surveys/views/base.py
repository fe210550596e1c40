"""What the pages of menus share: the blueprint, whose menus, a menu as programs read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.surveys.models import Survey, SurveyLine
from palace.surveys.queries import Sites
from palace.web import pass_on, refusal_words
from palace.words import named

MEMBERS = (Role.MEMBER, Role.ACTING)
bp = Blueprint("surveys", __name__)


def sites() -> Sites:
    """Return the houses whose menus this person writes; None: all."""
    found: Sites = current_user.sites(*AT_PROGRAMME)
    return found


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


def survey_json(survey: Survey) -> dict[str, Any]:
    """Return a menu as programs read it."""
    return {
        "survey": survey.id,
        "title": named(survey, "title"),
        "site": survey.site.code,
        "choices": survey.choices,
        "opens_at": clock.iso(survey.opens_at),
        "closes_at": clock.iso(survey.closes_at),
    }


def line_json(line: SurveyLine) -> dict[str, Any]:
    """Return a line of a menu as programs read it."""
    return {
        "line": line.id,
        "subject": line.subject,
        "title": named(line, "title"),
        "about": named(line, "about"),
        "offering": line.offering_id,
    }


def lines_json(lines: Sequence[SurveyLine], chosen: Collection[int]) -> list[dict[str, Any]]:
    """Return the lines of a menu and which of them somebody chose."""
    return [line_json(line) | {"chosen": line.id in chosen} for line in lines]
