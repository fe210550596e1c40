"""Prices and quotas of a performance, each as one table."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from palace import clock
from palace.db import transaction
from palace.desk.errors import BelowSold, ChangedMeanwhile
from palace.desk.forms import CellsForm, PricesForm, QuotasForm
from palace.desk.queries import selling
from palace.desk.rules import Stand, TwoFigures, Values, seen_as
from palace.desk.services import selling as services
from palace.desk.views.base import (
    MAY,
    ONE,
    at_fields,
    bp,
    done,
    moved_words,
    performance_of,
    saved,
    staged_json,
    stand,
)
from palace.errors import BadInput, PalaceError
from palace.programme.models import Performance
from palace.programme.services import zones_of
from palace.web import allow, answer, checked, pass_on, reads, refusal_words


@bp.get(f"{ONE}/prices")
@allow(*MAY)
def prices(performance_id: int) -> ResponseReturnValue:
    """Show what a performance costs by tier and zone, and where that is changed."""
    return _prices_page(performance_of(performance_id))


@bp.post(f"{ONE}/prices")
@allow(*MAY)
@reads(PricesForm)
def set_prices(performance_id: int) -> ResponseReturnValue:
    """Set what a performance costs; what is sold keeps its price."""
    one, form = performance_of(performance_id), PricesForm()
    try:
        checked(form)
        with transaction():
            wanted = _amounts(form, one)
            changed = services.set_prices(performance_id, wanted, seen=form.seen.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        return _prices_page(performance_of(performance_id), form, refusal)
    one = performance_of(performance_id)
    onward = "desk.check" if stand(one) is Stand.DRAFT else "desk.performance"
    return done(one, saved(changed=changed), onward)


def _amounts(form: PricesForm, one: Performance) -> Any:
    try:
        return form.amounts(zones_of(one.plan))
    except TwoFigures as wrong:
        raise BadInput(fields={"typed": form.wrong[wrong.cell]}) from None


def _prices_page(
    one: Performance, form: PricesForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    tiers = selling.tiers_for(one.id)
    values = selling.price_values(one, tiers)
    form = form or PricesForm(formdata=None, seen=seen_as(values), cells=" ".join(values))
    return answer(
        "desk/prices.html",
        lambda: staged_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        tiers=tiers,
        zones=_zones(one),
        form=form,
        **_cells(form, values, refusal),
    )


def _zones(one: Performance) -> list[dict[str, Any]]:
    """Return the zones of a performance as its plan draws them; places without seats are one."""
    return list(one.plan.drawing["zones"]) if one.plan else [{"code": "", "name": None}]


def _cells(form: CellsForm, values: Values, refusal: PalaceError | None) -> dict[str, Any]:
    """Return what stands in each cell: what was typed before what is, and what is wrong with it."""
    wrong: dict[str, str] = dict(getattr(form, "wrong", {}))
    told = at_fields(form, refusal) if refusal else ""
    if isinstance(refusal, ChangedMeanwhile):
        form.seen.data = seen_as(values)
        wrong |= {cell: moved_words(values[cell]) for cell in refusal.moved if cell in values}
    if isinstance(refusal, BelowSold):
        wrong[refusal.cell], told = refusal_words(refusal), ""
    shown = {**values, **{cell: typed for cell, typed in form.by_cell.items() if cell in values}}
    form.cells.data = " ".join(values)
    return {"typed": shown if refusal else values, "wrong": wrong, "told": told}


@bp.get(f"{ONE}/quotas")
@allow(*MAY)
def quotas(performance_id: int) -> ResponseReturnValue:
    """Show how many places may be sold in the house, of each tier and in each zone."""
    return _quotas_page(performance_of(performance_id))


@bp.post(f"{ONE}/quotas")
@allow(*MAY)
@reads(QuotasForm)
def set_quotas(performance_id: int) -> ResponseReturnValue:
    """Set how many places may be sold; never fewer than are."""
    performance_of(performance_id)
    form = QuotasForm()
    try:
        checked(form)
        with transaction():
            changed = services.set_quotas(performance_id, form.quotas, seen=form.seen.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        return _quotas_page(performance_of(performance_id), form, refusal)
    return done(performance_of(performance_id), saved(changed=changed))


def _quotas_page(
    one: Performance, form: QuotasForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    tiers = selling.tiers_for(one.id)
    values = selling.quota_cells(one, tiers)
    form = form or QuotasForm(formdata=None, seen=seen_as(values), cells=" ".join(values))
    return answer(
        "desk/quotas.html",
        lambda: staged_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        tiers=tiers,
        zones=[zone for zone in _zones(one) if zone["code"]],
        form=form,
        taken=selling.taken_by(one.id, clock.now()),
        **_cells(form, values, refusal),
    )
