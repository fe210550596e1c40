"""A draft: seats chosen on the drawing or by rows and changed, zones and entrances named; kept or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps

from palace import words
from palace.db import transaction
from palace.errors import PalaceError
from palace.forms import Form
from palace.members.posts import AT_PROGRAMME
from palace.plans import queries, services
from palace.plans.errors import DraftChanged
from palace.plans.forms import DropPartForm, KeepForm, PartForm, SeatsForm, SeenForm
from palace.plans.models import PlanDraft
from palace.plans.rules import Part
from palace.plans.views.base import (
    PALETTE,
    bp,
    colour_of,
    doubts,
    draft_json,
    drawn,
    own_sites,
    told,
)
from palace.venues.rules import PlanSeat, SeatType
from palace.web import allow, answer, checked, reads, wants_json

ONE = "/drafts/<id:draft_id>"


@bp.get(ONE)
@allow(*AT_PROGRAMME)
def draft(draft_id: int) -> ResponseReturnValue:
    """Show a draft: its drawing, what is asked about it, and what may be changed."""
    return _page(queries.get_draft(draft_id, own_sites()))


def _page(
    shown: PlanDraft, refusal: PalaceError | None = None, form: Form | None = None
) -> Response:
    document = shown.document
    _drawing, seats, svg = drawn(document)
    zones = _counted(document, "categories", "category")
    entrances = _counted(document, "entrances", "entrance")
    return answer(
        "plans/draft.html",
        lambda: draft_json(shown),
        status=refusal.status if refusal else 200,
        draft=shown,
        document=document,
        svg=svg,
        sections=_sections(document, seats),
        zones=zones,
        entrances=entrances,
        zone_options=[(one["code"], one["name"]) for one in zones],
        entrance_options=[(one["code"], one["name"]) for one in entrances],
        kinds=Counter(seat.type.value for seat in seats),
        types=list(SeatType),
        palette=PALETTE,
        edit_words=htmlsafe_json_dumps({"count": gettext("选中{count}座")}),
        doubts=doubts(document),
        refusal=told(refusal),
        has_plan=shown.plan is not None or queries.has_plan(shown.space_id, document["id"]),
        **_typed(form),
    )


def _typed(form: Form | None) -> dict[str, Any]:
    """Return what was typed and refused, for the part of the page it came from."""
    picked = form if isinstance(form, SeatsForm) else None
    kind = "entrance" if (request.endpoint or "").endswith("entrance") else "zone"
    return {
        "picked": picked,
        "picked_parts": picked.parts.words if picked else [],
        "part_typed": form if isinstance(form, PartForm) else None,
        "part_kind": kind,
        "keeping": form if isinstance(form, KeepForm) else None,
    }


def _counted(document: Part, parts: str, field: str) -> list[dict[str, Any]]:
    counts = Counter(seat[field] for seat in document["seats"])
    return [
        {
            "code": part["code"],
            "zh": part["name"]["zh"],
            "en": part["name"]["en"],
            "name": part["name"][words.language()],
            "colour": colour_of(part, place),
            "seats": counts[part["code"]],
        }
        for place, part in enumerate(document[parts])
    ]


def _sections(document: Part, seats: list[PlanSeat]) -> list[dict[str, Any]]:
    """Return sections with their rows and blocks, each with the span of its seats in plan order."""
    names = {one["code"]: one["name"][words.language()] for one in document["sections"]}
    found = []
    for section, those in groupby(seats, lambda seat: seat.section):
        rows = [
            _row(section, row, list(of_row))
            for row, of_row in groupby(list(those), lambda seat: seat.row)
        ]
        found.append(
            {
                "part": section,
                "name": names[section],
                "rows": rows,
                "first": rows[0]["first"],
                "last": rows[-1]["last"],
            }
        )
    return found


def _row(section: str, row: str, seats: list[PlanSeat]) -> dict[str, Any]:
    blocks = [(block, list(those)) for block, those in groupby(seats, lambda seat: seat.block)]
    return {
        "part": f"{section}/{row}",
        "row": row,
        "first": seats[0].ordinal,
        "last": seats[-1].ordinal,
        "seats": seats,
        "blocks": [
            {
                "part": f"{section}/{row}/{block}",
                "first": those[0].ordinal,
                "last": those[-1].ordinal,
                "numbers": (those[0].number, those[-1].number),
            }
            for block, those in blocks
        ]
        if len(blocks) > 1
        else [],
    }


def _changed(draft_id: int, form: Form, act: Callable[[], str]) -> ResponseReturnValue:
    """Do something to a draft and show it again; a refusal stands above what was typed."""
    shown = queries.get_draft(draft_id, own_sites())
    try:
        checked(form)
        with transaction():
            sentence = act()
    except PalaceError as refusal:
        if wants_json():
            raise
        if isinstance(refusal, DraftChanged):
            shown = queries.get_draft(draft_id, own_sites())
        return _page(shown, refusal, form)
    if wants_json():
        return draft_json(queries.get_draft(draft_id, own_sites()))
    flash(sentence)
    return redirect(url_for("plans.draft", draft_id=draft_id), 303)


@bp.post(f"{ONE}/seats")
@allow(*AT_PROGRAMME)
@reads(SeatsForm)
def set_seats(draft_id: int) -> ResponseReturnValue:
    """Give chosen seats another zone, type, entrance, or say that their view is restricted."""
    form = SeatsForm()

    def act() -> str:
        count = services.set_seats(
            draft_id, form.seen.data or 0, form.seats.words, form.parts.words, form.change
        )
        return str(gettext("改了%(count)s座。", count=count))

    return _changed(draft_id, form, act)


@bp.post(f"{ONE}/zones")
@allow(*AT_PROGRAMME)
@reads(PartForm)
def set_zone(draft_id: int) -> ResponseReturnValue:
    """Add a zone, or give one other names and another colour."""
    return _set_part(draft_id, "zone", PartForm())


@bp.post(f"{ONE}/entrances")
@allow(*AT_PROGRAMME)
@reads(PartForm)
def set_entrance(draft_id: int) -> ResponseReturnValue:
    """Add an entrance, or give one other names."""
    return _set_part(draft_id, "entrance", PartForm())


def _set_part(draft_id: int, kind: str, form: PartForm) -> ResponseReturnValue:
    def act() -> str:
        part: Part = {
            "code": form.code.data,
            "name": {"zh": form.name_zh.data, "en": form.name_en.data},
        }
        if kind == "zone" and form.colour.data:
            part["colour"] = form.colour.data
        services.set_part(draft_id, form.seen.data or 0, kind, part, new=bool(form.new.data))
        return str(gettext("改好了。"))

    return _changed(draft_id, form, act)


@bp.post(f"{ONE}/zones/drop")
@allow(*AT_PROGRAMME)
@reads(DropPartForm)
def drop_zone(draft_id: int) -> ResponseReturnValue:
    """Take an empty zone off."""
    return _drop_part(draft_id, "zone", DropPartForm())


@bp.post(f"{ONE}/entrances/drop")
@allow(*AT_PROGRAMME)
@reads(DropPartForm)
def drop_entrance(draft_id: int) -> ResponseReturnValue:
    """Take an empty entrance off."""
    return _drop_part(draft_id, "entrance", DropPartForm())


def _drop_part(draft_id: int, kind: str, form: DropPartForm) -> ResponseReturnValue:
    def act() -> str:
        services.drop_part(draft_id, form.seen.data or 0, kind, form.code.data or "")
        return str(gettext("删掉了。"))

    return _changed(draft_id, form, act)


@bp.post(f"{ONE}/keep")
@allow(*AT_PROGRAMME)
@reads(KeepForm)
def keep(draft_id: int) -> ResponseReturnValue:
    """Keep a draft as the next version of its plan, or as a plan of its own."""
    form, shown = KeepForm(), queries.get_draft(draft_id, own_sites())
    try:
        checked(form)
        with transaction():
            names = {"zh": form.name_zh.data, "en": form.name_en.data}
            plan = services.keep(
                draft_id,
                form.seen.data or 0,
                code=form.code.data or "",
                names=names if form.own.data else None,
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(queries.get_draft(draft_id, own_sites()), refusal, form)
    if wants_json():
        return {"plan": plan.id, "version": plan.version, "space": shown.space_id}, 201
    flash(gettext("存好了，是第%(version)s版。", version=plan.version))
    return redirect(url_for("plans.plan", plan_id=plan.id), 303)


@bp.post(f"{ONE}/drop")
@allow(*AT_PROGRAMME)
@reads(SeenForm)
def drop(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away; no version changes."""
    form, shown = SeenForm(), queries.get_draft(draft_id, own_sites())
    try:
        checked(form)
        with transaction():
            services.drop(draft_id, form.seen.data or 0)
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(queries.get_draft(shown.id, own_sites()), refusal, form)
    if wants_json():
        return {}
    flash(gettext("草稿扔掉了，座位图没有变。"))
    return redirect(url_for("plans.home"), 303)
