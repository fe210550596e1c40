"""The programme's desk: batches of a performance, made, looked through, printed, stopped."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.codes import printing, queries, services
from palace.codes.errors import NothingToPrint
from palace.codes.forms import MakeForm
from palace.codes.models import CodeBatch
from palace.codes.queries import CODES
from palace.codes.rules import REASONS
from palace.codes.sealing import text_at
from palace.codes.views.base import batch_json, bp
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import as_typed, new_key
from palace.lists.services import answer as answer_list
from palace.members.posts import AT_PROGRAMME
from palace.members.services import note
from palace.programme.queries import performance_at, tiers_sold, zones_sold
from palace.venues import queries as venues
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

OF_SHOW = "/staff/programme/performances/<id:performance_id>/codes"
HERE = "/staff/codes/<id:batch_id>"


@bp.get("/staff/codes")
@allow(*AT_PROGRAMME)
def coming() -> ResponseReturnValue:
    """Show the batches of the shows to come."""
    now = clock.now()
    batches = queries.coming(now, _sites())
    counted = queries.counted(batches, now)
    return answer(
        "codes/coming.html",
        lambda: {"batches": [batch_json(one, counted[one.id]) for one in batches]},
        batches=batches,
        counted=counted,
    )


@bp.get(OF_SHOW)
@allow(*AT_PROGRAMME)
def of_show(performance_id: int) -> ResponseReturnValue:
    """Show the batches of a performance, and make another."""
    return _show_page(performance_id)


@bp.post(OF_SHOW)
@allow(*AT_PROGRAMME)
@reads(MakeForm)
def make(performance_id: int) -> ResponseReturnValue:
    """Make a batch of codes."""
    form, show = MakeForm(), performance_at(performance_id, _sites())
    try:
        checked(form)
        with transaction():
            actor = current_user.actor
            made = services.make(show, form.making, actor=actor, key=form.key.data or "")
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _show_page(performance_id, form, refusal)
    if wants_json():
        return _one_json(made), 201
    flash(gettext("做好了，可以打印。"))
    return redirect(url_for("codes.one", batch_id=made.id), 303)


def _show_page(
    performance_id: int, form: MakeForm | None = None, told: PalaceError | None = None
) -> Response:
    show, now = performance_at(performance_id, _sites()), clock.now()
    batches = queries.of_performance(show.id)
    counted = queries.counted(batches, now)
    if form is None:
        form = MakeForm(formdata=None, key=new_key(), keeps=True)
        early = venues.house_rules().block_release_hours
        form.ends.typed = as_typed(services.usual_end(show, early))
    return answer(
        "codes/show.html",
        lambda: {"batches": [batch_json(one, counted[one.id]) for one in batches]},
        status=told.status if told else 200,
        show=show,
        batches=batches,
        counted=counted,
        form=form,
        reasons=REASONS,
        tiers=tiers_sold(show.id),
        zones=sorted(zones_sold(show.id) - {""}),
        open=show.cancelled_at is None and now < show.starts_at,
        told=refusal_words(told) if told else "",
    )


@bp.get(HERE)
@allow(*AT_PROGRAMME)
def one(batch_id: int) -> ResponseReturnValue:
    """Show a batch: how much of it is used, its paper, and how to stop it."""
    batch, now = queries.batch_at(batch_id, _sites()), clock.now()
    return answer(
        "codes/one.html",
        lambda: _one_json(batch),
        batch=batch,
        show=batch.performance,
        counted=queries.counted([batch], now)[batch.id],
        reasons=REASONS,
    )


@bp.get(f"{HERE}/list")
@allow(*AT_PROGRAMME)
@reads(query=CODES.words)
def listed(batch_id: int) -> ResponseReturnValue:
    """Show the codes of a batch: who used which; as a file with their texts."""
    return answer_list(CODES, batch_id=batch_id)


@bp.get(f"{HERE}/slips.pdf")
@allow(*AT_PROGRAMME)
def slips(batch_id: int) -> ResponseReturnValue:
    """Send the codes nobody has used as slips to be cut."""
    batch, now = queries.batch_at(batch_id, _sites()), clock.now()
    is_over = queries.counted([batch], now)[batch.id].is_over
    numbers = [] if is_over else queries.open_numbers(batch)
    found = [(number, text_at(batch.key_id, batch.seed, number)) for number in numbers]
    codes = [(number, text) for number, text in found if text]
    if not codes:
        raise NothingToPrint
    body = printing.slips(batch, codes)
    with transaction():
        note("codes_printed", f"codes:{batch.id}", after={"codes": len(codes)})
    response = make_response(body)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="codes-{batch.id}.pdf"'
    return response


@bp.post(f"{HERE}/stop")
@allow(*AT_PROGRAMME)
def stop(batch_id: int) -> ResponseReturnValue:
    """Stop a batch: what is opened stays opened."""
    batch = queries.batch_at(batch_id, _sites())
    with transaction():
        services.stop(batch.id)
    if wants_json():
        return one(batch_id)
    flash(gettext("停用了，没用的码都作废，没订走的座位放回公开售票。"))
    return redirect(url_for("codes.one", batch_id=batch_id), 303)


def _sites() -> Any:
    return current_user.sites(*AT_PROGRAMME)


def _one_json(batch: CodeBatch) -> dict[str, Any]:
    return batch_json(batch, queries.counted([batch], clock.now())[batch.id])
