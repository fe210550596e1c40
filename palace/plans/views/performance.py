"""The plan of one performance: which it has, which it may have, and who would lose a seat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock, words
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.plans import queries, services
from palace.plans.errors import SeatsInTheWay, ZonesUnpriced
from palace.plans.forms import SwitchForm
from palace.plans.queries import Version
from palace.plans.rules import HINDRANCES
from palace.plans.views.base import bp, own_sites, told
from palace.programme.models import Performance
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

ONE = "/performances/<id:performance_id>"
MOST_SHOWN = 200


@dataclass(frozen=True)
class Choice:
    """A version a performance may have, or why not: seats in the way, zones without a price."""

    version: Version
    hindered: int
    why: str


@bp.get(ONE)
@allow(*AT_PROGRAMME)
def performance(performance_id: int) -> ResponseReturnValue:
    """Show which plan a performance has, and for each other one of its hall whether it may have it."""
    return _page(queries.get_performance(performance_id, own_sites()))


def _page(shown: Performance, refusal: PalaceError | None = None) -> Response:
    choices, current = _choices(shown)
    hindered = refusal.seats if isinstance(refusal, SeatsInTheWay) else []
    return answer(
        "plans/performance.html",
        lambda: {
            "performance": shown.id,
            "plan": shown.plan_id,
            "choices": [_choice_json(choice) for choice in choices],
        },
        status=refusal.status if refusal else 200,
        performance=shown,
        current=current,
        choices=choices,
        refusal=told(refusal),
        hindered=hindered[:MOST_SHOWN],
        hindrances=HINDRANCES,
    )


def _choices(shown: Performance) -> tuple[list[Choice], Version | None]:
    now = clock.now()
    versions = queries.versions(None, now, shown.space_id)
    choices = []
    for version in versions:
        if version.plan.id == shown.plan_id:
            continue
        try:
            hindered, why = len(services.in_the_way(shown, version.plan, now)), ""
        except ZonesUnpriced as refusal:
            hindered, why = 0, refusal_words(refusal)
        choices.append(Choice(version, hindered, why))
    current = [version for version in versions if version.plan.id == shown.plan_id]
    return choices, current[0] if current else None


def _choice_json(choice: Choice) -> dict[str, Any]:
    plan = choice.version.plan
    return {
        "plan": plan.id,
        "name": plan.drawing["name"][words.language()],
        "version": plan.version,
        "hindered": choice.hindered,
        "may": not choice.hindered and not choice.why,
    }


@bp.post(ONE)
@allow(*AT_PROGRAMME)
@reads(SwitchForm)
def switch(performance_id: int) -> ResponseReturnValue:
    """Give a performance another plan: everybody keeps their seat, or it is refused with who would not."""
    form = SwitchForm()
    shown = queries.get_performance(performance_id, own_sites())
    try:
        checked(form)
        with transaction():
            moved = services.switch(performance_id, form.plan.data or 0, int(form.seen.data or 0))
    except PalaceError as refusal:
        if wants_json():
            if isinstance(refusal, SeatsInTheWay):
                refusal.values["fields"] = {
                    one.seat.code: str(gettext(HINDRANCES[one.why]))
                    for one in refusal.seats[:MOST_SHOWN]
                }
            raise
        return _page(queries.get_performance(performance_id, own_sites()), refusal)
    if wants_json():
        return _page(queries.get_performance(performance_id, own_sites()))
    flash(gettext("换好了，%(count)s个有人或预留的座位跟着换到了新图上。", count=moved))
    return redirect(url_for("plans.performance", performance_id=shown.id), 303)
