"""分批开票: when a show opens for unions, for members and for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import transaction
from palace.errors import BadInput, PalaceError
from palace.kept import rules, services
from palace.kept.errors import OpeningsMoved
from palace.kept.forms import OpeningsForm, typed_instant
from palace.kept.services import MEMBERS
from palace.kept.views.base import DESK, bp, get_performance
from palace.programme import queries as programme
from palace.programme.models import Performance
from palace.programme.rules import Audience, Stage
from palace.roster.tree import find_units
from palace.web import allow, answer, checked, reads, refusal_words, wants_json


@bp.get("/openings")
@allow(*DESK)
def openings(performance_id: int) -> ResponseReturnValue:
    """Show when a show opens for whom, to be changed."""
    return _page(get_performance(performance_id))


@bp.post("/openings")
@allow(*DESK)
@reads(OpeningsForm)
def set_openings(performance_id: int) -> ResponseReturnValue:
    """Set when a show opens for whom."""
    performance, form = get_performance(performance_id), OpeningsForm()
    try:
        checked(form)
        early = _early(form, programme.stages(performance.id))
        public = form.public.instant
        if public is None or public >= performance.sale_closes_at:
            form.public.errors = [gettext("要早于停止订票的时间。")]
            raise BadInput(fields={"public": form.public.errors[0]})
        with transaction():
            services.set_openings(performance, public, early, seen=form.seen.data or "")
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(performance, form, refusal)
    if wants_json():
        return _json(performance)
    flash(gettext("存好了，马上照这个开票。"))
    return redirect(url_for("kept.openings", performance_id=performance.id), 303)


def _early(form: OpeningsForm, stages: Sequence[Stage]) -> dict[int | None, datetime]:
    """Return the openings that were typed, with one for the union that is to be added.

    Raises:
        OpeningsMoved: one is of a union that has none now.
        BadInput: no union, or more than one, is called so.
    """
    if not form.units.keys() <= {stage.unit_id for stage in stages}:
        raise OpeningsMoved
    early: dict[int | None, datetime] = {**form.units}
    if form.members.instant is not None:
        early[MEMBERS] = form.members.instant
    typed = (form.add.data or "").strip()
    if not typed:
        return early
    found = find_units(typed, basic=False)
    exact = [unit for unit in found if unit.name_zh == typed] or found
    if len(exact) != 1:
        told = gettext("没有找到这个单位，请换一个说法。")
        if exact:
            names = gettext("、").join(unit.name_zh for unit in exact[:8])
            told = gettext("有几个单位：%(names)s。请写全称。", names=names)
        form.add.errors = [told]
        raise BadInput(fields={"add": told})
    if form.add_at.instant is not None:
        early[exact[0].id] = form.add_at.instant
    return early


def _page(
    performance: Performance,
    form: OpeningsForm | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    stages = programme.stages(performance.id)
    seen = rules.seen_as(performance.sale_opens_at, stages)
    shown = form or OpeningsForm(
        formdata=None,
        public=typed_instant(performance.sale_opens_at),
        members=next((typed_instant(one.opens_at) for one in stages if not one.unit), ""),
        seen=seen,
    )
    moved = isinstance(refusal, OpeningsMoved)
    if moved:
        shown.seen.data = seen
    told = refusal and (moved or not isinstance(refusal, BadInput))
    return answer(
        "kept/openings.html",
        lambda: _json(performance),
        status=refusal.status if refusal else 200,
        performance=performance,
        titles=programme.working_title(performance.production),
        form=shown,
        units=_units(stages, form),
        stages=stages if moved else [],
        refusal=refusal_words(refusal) if refusal and told else "",
    )


def _units(stages: list[Stage], form: OpeningsForm | None) -> list[dict[str, Any]]:
    """Return the unions that have an opening, with what is typed for each and what is wrong with it."""
    typed = form.typed_units if form else {}
    wrong = getattr(form, "wrong", {})
    return [
        {
            "id": one.unit_id,
            "name": one.unit,
            "at": typed.get(str(one.unit_id), typed_instant(one.opens_at)),
            "wrong": wrong.get(str(one.unit_id), ""),
        }
        for one in stages
        if one.audience is Audience.UNIT
    ]


def _json(performance: Performance) -> dict[str, Any]:
    stages = programme.stages(performance.id)
    return {
        "performance": performance.id,
        "seen": rules.seen_as(performance.sale_opens_at, stages),
        "public": clock.iso(performance.sale_opens_at),
        "openings": [
            {
                "audience": one.audience.value,
                "unit": one.unit_id,
                "name": one.unit,
                "opens_at": clock.iso(one.opens_at),
            }
            for one in stages
        ],
    }
