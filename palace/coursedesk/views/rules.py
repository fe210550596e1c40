"""The figures of classes: read with their sources, tried on what is coming, changed by administrators."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.coursedesk.forms import RulesForm
from palace.coursedesk.queries.rules import Ahead, ahead_of, default_of, figures_of, has_own
from palace.coursedesk.services.rules import set_figures
from palace.coursedesk.views.base import ADMINISTRATORS, bp
from palace.courses.figures import FIGURES, TITLES
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.hours.queries.weeks import get_site
from palace.hours.queries.weeks import houses as houses_of
from palace.venues.errors import FiguresChanged
from palace.venues.fields import FiguresForm, say_what_moved
from palace.venues.figure import seen_as
from palace.venues.models import Site
from palace.venues.queries import Sites
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/rules/<id:site_id>"


def _own() -> Sites:
    found: Sites = current_user.sites(*ADMINISTRATORS)
    return found


@bp.get("/rules")
@allow(*ADMINISTRATORS)
def all_rules() -> ResponseReturnValue:
    """Go to the figures of the first of one's houses."""
    return redirect(url_for("coursedesk.rules", site_id=houses_of(_own())[0].id), 303)


@bp.get(ONE)
@allow(*ADMINISTRATORS)
def rules(site_id: int) -> ResponseReturnValue:
    """Show the figures of classes of a house, and where they are changed."""
    return _page(get_site(site_id, _own()))


@bp.post(ONE)
@allow(*ADMINISTRATORS, fresh=True)
@reads(RulesForm)
def set_rules(site_id: int) -> ResponseReturnValue:
    """Change the figures of classes of a house, for what is enrolled in and opened from here on."""
    site, form = get_site(site_id, _own()), RulesForm()
    try:
        checked(form)
        with transaction():
            changed = set_figures(
                site.id, form.figures, seen=form.seen.data or "", why=form.why.data or ""
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        if isinstance(refusal, FiguresChanged):
            say_what_moved(form, refusal, figures_of(site.id))
        return _page(site, form, refusal)
    if wants_json():
        return _page(site)
    flash(gettext("改好了，马上生效。") if changed else gettext("和原来一样，没有改。"))
    return redirect(url_for("coursedesk.rules", site_id=site.id), 303)


@bp.post(f"{ONE}/look")
@allow(*ADMINISTRATORS)
@reads(RulesForm)
def look_at_rules(site_id: int) -> ResponseReturnValue:
    """Say what other figures would mean for the classes that are coming; nothing is changed."""
    site, form = get_site(site_id, _own()), RulesForm()
    try:
        checked(form)
    except PalaceError as refusal:
        pass_on(refusal)
        return _page(site, form, refusal)
    ahead = ahead_of(site.id, form.figures)
    if wants_json():
        return {"too_few": ahead.too_few, "too_many": ahead.too_many}
    return _page(site, form, ahead=ahead)


def _page(
    site: Site,
    form: FiguresForm | None = None,
    refusal: PalaceError | None = None,
    *,
    ahead: Ahead | None = None,
) -> Response:
    figures = figures_of(site.id)
    shown = form or RulesForm(formdata=None, seen=seen_as(figures), **figures)
    return answer(
        "coursedesk/rules.html",
        lambda: _json(site),
        status=refusal.status if refusal else 200,
        house=site,
        own=houses_of(_own()),
        has_own=has_own(site.id),
        sections=FIGURES,
        titles=TITLES,
        form=shown,
        default_of=default_of,
        ahead=ahead,
        told=refusal_words(refusal) if refusal and not shown.errors else "",
    )


def _json(site: Site) -> dict[str, Any]:
    figures = figures_of(site.id)
    return {
        "site": site.id,
        "own": has_own(site.id),
        "seen": seen_as(figures),
        "figures": [
            {"name": name, "value": value, "default": default_of(name)}
            for name, value in figures.items()
        ],
    }
