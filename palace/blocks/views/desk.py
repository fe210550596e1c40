"""The palace's desk: blocks of a performance given to units, changed, taken back; paper for the counter."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.blocks import printing, queries, services
from palace.blocks.errors import SeatsUnknown
from palace.blocks.forms import WAYS, ChangeForm, GiveForm, UnitSearch
from palace.blocks.models import Block
from palace.blocks.services.giving import as_shown
from palace.blocks.views.base import (
    BLOCK,
    NONE_YET,
    block_json,
    blocks_json,
    bp,
    pdf,
    ticket_json,
    who,
)
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import MOST_VALUES, as_typed, new_key
from palace.joining.queries import any_units_called
from palace.members.posts import AT_COUNTERS, AT_PROGRAMME
from palace.members.rules import Role, mask_name
from palace.programme.models import Performance
from palace.programme.queries import performance_at, tiers_sold
from palace.tickets.queries import closed_seats
from palace.tickets.seatmap import plan_svg
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

OF_SHOW = "/staff/programme/performances/<id:performance_id>/blocks"
HERE = f"/staff/blocks/{BLOCK}"
GIVES = AT_PROGRAMME
SEES = (Role.PROGRAMME, *AT_COUNTERS)


@bp.get("/staff/blocks")
@allow(*SEES)
def coming() -> ResponseReturnValue:
    """Show the blocks of the shows to come: what of them is to be printed or fetched."""
    now = clock.now()
    blocks = queries.coming(now, current_user.sites(*SEES))
    return answer(
        "blocks/coming.html",
        lambda: {"blocks": blocks_json(blocks, now)},
        blocks=blocks,
        counted=queries.counted(blocks, now),
    )


@bp.get(OF_SHOW)
@allow(*GIVES)
@reads(UnitSearch)
def of_show(performance_id: int) -> ResponseReturnValue:
    """Show the blocks of a performance, and give another."""
    search = UnitSearch(request.args)
    return _show_page(performance_id, search.words, marks=bool(search.marks.data))


@bp.post(OF_SHOW)
@allow(*GIVES)
@reads(GiveForm)
def give(performance_id: int) -> ResponseReturnValue:
    """Keep places for a unit."""
    form, show = GiveForm(), _show(performance_id)
    try:
        checked(form)
        with transaction():
            given = services.give(
                show,
                int(form.unit.data or 0),
                int(form.tier.data or 0),
                form.places(_marked(form, show)),
                form.terms,
                actor=who().actor,
                key=form.key.data or "",
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        marks = bool(form.seats.data or form.rows.data)
        return _show_page(performance_id, form.q.data or "", form, refusal, marks=marks)
    if wants_json():
        return _one_json(given), 201
    flash(gettext("留好了，已经通知单位经办人。"))
    return redirect(url_for("blocks.of_show", performance_id=performance_id), 303)


def _show(performance_id: int) -> Performance:
    return performance_at(performance_id, current_user.sites(*GIVES))


def _marked(form: GiveForm, show: Performance) -> tuple[str, ...]:
    """Return the seats that were marked: one by one, and all that are free of the rows."""
    named = list(form.seats.data or ())
    rows = set(form.rows.data or ())
    if rows and show.plan_id is None:
        raise SeatsUnknown
    if rows:
        free = _free(show)
        named += [seat.code for seat in free if f"{seat.section}:{seat.row}" in rows]
    return tuple(dict.fromkeys(named))


def _free(show: Performance) -> list[PlanSeat]:
    closed = closed_seats(show.id, clock.now())
    return [seat for seat in venues.seats(show.plan_id or 0) if seat.id not in closed]


def _show_page(
    performance_id: int,
    sought: str,
    form: GiveForm | None = None,
    told: PalaceError | None = None,
    *,
    marks: bool = False,
) -> Response:
    show, now = _show(performance_id), clock.now()
    blocks = queries.of_performance(show.id)
    found = any_units_called(sought)
    return answer(
        "blocks/show.html",
        lambda: {"blocks": blocks_json(blocks, now)},
        status=told.status if told else 200,
        show=show,
        blocks=blocks,
        counted=queries.counted(blocks, now),
        came=queries.turn_out(blocks, now),
        none_yet=NONE_YET,
        sought=sought,
        found=found,
        years={unit.id: queries.turn_out_of_year(unit.id, now) for unit in found},
        tiers=tiers_sold(show.id),
        form=form or _new_form(show),
        ways=WAYS,
        **(_marking(show) if marks and show.plan_id else {}),
        told=refusal_words(told) if told else "",
    )


def _new_form(show: Performance) -> GiveForm:
    early = venues.house_rules().block_release_hours
    form = GiveForm(formdata=None, key=new_key())
    form.releases.typed = as_typed(services.usual_release(show, early))
    return form


def _marking(show: Performance) -> dict[str, Any]:
    """Return what seats are marked by: the drawing, and the free ones by section and row."""
    plan = venues.plan(show.plan_id or 0)
    return {
        "sections": _sections(show),
        "plan_svg": plan_svg(plan.drawn, plan.seats, words.language()),
        "most_seats": MOST_VALUES,
    }


def _sections(show: Performance) -> list[tuple[str, list[tuple[str, str, list[PlanSeat]]]]]:
    """Return the free seats of a performance, by section and row, as they are marked."""
    plan = venues.plan(show.plan_id or 0)
    names = {one["code"]: one["name"][words.language()] for one in plan.drawn.drawing["sections"]}
    return [
        (
            names.get(section, section),
            [
                (row, f"{section}:{row}", list(seats))
                for row, seats in groupby(those, key=lambda seat: seat.row)
            ],
        )
        for section, those in groupby(_free(show), key=lambda seat: seat.section)
    ]


@bp.get(HERE)
@allow(*SEES)
def one(block_id: int) -> ResponseReturnValue:
    """Show a block: who has what of it, the paper, and how to change it."""
    return _block_page(block_id)


@bp.post(HERE)
@allow(*GIVES)
@reads(ChangeForm)
def change(block_id: int) -> ResponseReturnValue:
    """Change a block; what is handed out stays."""
    found, form = _staff_block(block_id), ChangeForm()
    try:
        checked(form)
        with transaction():
            services.change(found.id, form.shown.data or "", form.count.data, form.terms)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _block_page(block_id, refusal, form)
    return _done(block_id, gettext("改好了。"))


@bp.post(f"{HERE}/release")
@allow(*GIVES)
def take_back(block_id: int) -> ResponseReturnValue:
    """Release a block now: what is not handed out goes on sale."""
    found = _staff_block(block_id)
    with transaction():
        services.take_back(found.id)
    return _done(block_id, gettext("收回了，没发出去的已经可以订。"))


@bp.get(f"{HERE}/tickets.pdf")
@allow(*SEES)
def staff_tickets_pdf(block_id: int) -> ResponseReturnValue:
    """Send the paper tickets of a block to the counter's printer."""
    found = queries.staff_block(block_id, current_user.sites(*SEES))
    return pdf(printing.batch(found), f"tickets-{found.id}")


@bp.get(f"{HERE}/sheet.pdf")
@allow(*SEES)
def staff_sheet_pdf(block_id: int) -> ResponseReturnValue:
    """Send the sheet to be signed to the counter's printer."""
    found = queries.staff_block(block_id, current_user.sites(*SEES))
    return pdf(printing.sheet(found), f"sheet-{found.id}")


def _staff_block(block_id: int) -> Block:
    return queries.staff_block(block_id, current_user.sites(*GIVES))


def _block_page(
    block_id: int, told: PalaceError | None = None, asked: ChangeForm | None = None
) -> Response:
    found, now = queries.staff_block(block_id, current_user.sites(*SEES)), clock.now()
    counted = queries.counted([found], now)[found.id]
    given = queries.given(found)
    form = asked or _as_it_is(found, counted.places)
    if told is not None:
        form.shown.data = as_shown(found, counted.places)
    return answer(
        "blocks/one.html",
        lambda: _one_json(found),
        status=told.status if told else 200,
        block=found,
        show=found.performance,
        counted=counted,
        came=queries.turn_out([found], now).get(found.id, NONE_YET),
        given=given,
        papers=[ticket for ticket in given if ticket.paper],
        form=form,
        ways=WAYS,
        changes=not current_user.roles.isdisjoint(GIVES) and not counted.is_over,
        told=refusal_words(told) if told else "",
    )


def _as_it_is(found: Block, places: int) -> ChangeForm:
    return ChangeForm(
        formdata=None,
        shown=as_shown(found, places),
        count=places,
        way=found.way.value,
        per_member=found.per_member,
        releases=found.releases_at,
    )


def _one_json(found: Block) -> dict[str, Any]:
    now = clock.now()
    counted = queries.counted([found], now)[found.id]
    came = queries.turn_out([found], now).get(found.id, NONE_YET)
    return block_json(found, counted, came) | {
        "shown": as_shown(found, counted.places),
        "tickets": [
            ticket_json(ticket) | {"name": mask_name(ticket.name)}
            for ticket in queries.given(found)
        ],
    }


def _done(block_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _block_page(block_id)
    flash(said)
    return redirect(url_for("blocks.one", block_id=block_id), 303)
