"""The list of plans with where they are used, the upload of a sheet, and one version with its files."""

from __future__ import annotations

from itertools import groupby
from typing import Any, BinaryIO

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock, words
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.plans import queries, services
from palace.plans.errors import PlanFileTooLarge, PlanFileUnreadable
from palace.plans.forms import UploadForm
from palace.plans.models import PlanDraft
from palace.plans.queries import Version
from palace.plans.reading import LARGEST, read_file
from palace.plans.views.base import bp, doubts, draft_json, own_sites, problems, told
from palace.plans.writers import WRITE, FileKind
from palace.tickets.seatmap import plan_svg
from palace.venues import queries as venues
from palace.venues.models import SeatingPlan
from palace.web import allow, answer, checked, reads, wants_json

ONE = "/<id:plan_id>"
MIMES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.JSON: "application/json",
}


@bp.get("")
@allow(*AT_PROGRAMME)
def home() -> ResponseReturnValue:
    """Show the plans of every hall, where they are used, and where a sheet is uploaded."""
    return _home()


def _home(form: UploadForm | None = None, refusal: PalaceError | None = None) -> Response:
    sites, now = own_sites(), clock.now()
    versions, drafts = queries.versions(sites, now), queries.drafts(sites)
    by_space = {
        space_id: list(those)
        for space_id, those in groupby(versions, lambda version: version.plan.space_id)
    }
    spaces = queries.spaces(sites)
    return answer(
        "plans/home.html",
        lambda: {
            "plans": [_version_json(version) for version in versions],
            "drafts": [draft_json(draft) for draft in drafts],
        },
        status=refusal.status if refusal else 200,
        spaces=spaces,
        halls=[(space, by_space[space.id]) for space in spaces if space.id in by_space],
        drafts=drafts,
        form=form,
        refusal=told(refusal),
        problems=problems(refusal),
    )


def _version_json(version: Version) -> dict[str, Any]:
    return {
        **_plan_json(version.plan),
        "seats": version.seats,
        "coming": version.coming,
        "uses": version.uses,
    }


def _plan_json(plan: SeatingPlan) -> dict[str, Any]:
    return {
        "plan": plan.id,
        "space": plan.space_id,
        "code": plan.code,
        "name": plan.drawing["name"][words.language()],
        "version": plan.version,
    }


@bp.post("")
@allow(*AT_PROGRAMME)
@reads(UploadForm)
def upload() -> ResponseReturnValue:
    """Read a plan (the part `file` of a multipart form: CSV, XLSX or JSON) into a draft to look at."""
    form = UploadForm()
    try:
        checked(form)
        with transaction():
            draft = _drafted(form)
    except PalaceError as refusal:
        if wants_json():
            lines = problems(refusal)
            if lines:
                refusal.values["fields"] = {str(line): sentence for line, sentence in lines}
            raise
        return _home(form, refusal)
    return _see_draft(draft)


def _drafted(form: UploadForm) -> PlanDraft:
    sites = own_sites()
    plan = queries.get_plan(form.plan.data, sites) if form.plan.data else None
    space = queries.get_space(plan.space_id if plan else form.space.data or 0, sites)
    file = _file()
    as_the_hall = {"name": {"zh": space.name_zh, "en": space.name_en}}
    base = services.document_of(plan) if plan else as_the_hall
    return services.begin(space, read_file(file, base), plan)


def _file() -> BinaryIO:
    """Return the file that was sent.

    Raises:
        PlanFileUnreadable, PlanFileTooLarge: there is none, or it is larger than any plan.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise PlanFileUnreadable
    size = sent.stream.seek(0, 2)
    sent.stream.seek(0)
    if size > LARGEST:
        raise PlanFileTooLarge
    return sent.stream  # type: ignore[return-value]  # werkzeug's own temporary file


def _see_draft(draft: PlanDraft) -> ResponseReturnValue:
    if wants_json():
        return draft_json(draft), 201
    return redirect(url_for("plans.draft", draft_id=draft.id), 303)


@bp.get(ONE)
@allow(*AT_PROGRAMME)
def plan(plan_id: int) -> ResponseReturnValue:
    """Show a version: its map as members see it, its files, and which performances use it."""
    return _plan(queries.get_plan(plan_id, own_sites()))


def _plan(shown: SeatingPlan, refusal: PalaceError | None = None) -> Response:
    used, now = queries.users(shown.id), clock.now()
    whole = venues.plan(shown.id)
    return answer(
        "plans/plan.html",
        lambda: {
            **_plan_json(shown),
            "seats": len(whole.seats),
            "performances": [one.id for one in used],
        },
        status=refusal.status if refusal else 200,
        plan=shown,
        space=queries.get_space(shown.space_id, None),
        svg=plan_svg(whole.drawn, whole.seats, words.language()),
        seats=whole.seats,
        versions=queries.versions(None, now, shown.space_id),
        used=used,
        now=now,
        doubts=doubts(services.document_of(shown)),
        refusal=told(refusal),
        kinds=list(FileKind),
    )


@bp.get(f"{ONE}/plan.csv")
@allow(*AT_PROGRAMME)
def as_csv(plan_id: int) -> ResponseReturnValue:
    """Send a version as a sheet that is read again as it is."""
    return _sent(plan_id, FileKind.CSV)


@bp.get(f"{ONE}/plan.xlsx")
@allow(*AT_PROGRAMME)
def as_xlsx(plan_id: int) -> ResponseReturnValue:
    """Send a version as a workbook that is read again as it is."""
    return _sent(plan_id, FileKind.XLSX)


@bp.get(f"{ONE}/plan.json")
@allow(*AT_PROGRAMME)
def as_json(plan_id: int) -> ResponseReturnValue:
    """Send a version as a seatplan/1 document."""
    return _sent(plan_id, FileKind.JSON)


def _sent(plan_id: int, kind: FileKind) -> Response:
    shown = queries.get_plan(plan_id, own_sites())
    body = WRITE[kind](services.document_of(shown), words.language())
    sent = Response(body, content_type=MIMES[kind])
    name = f"{shown.code}-v{shown.version}.{kind.value}"
    sent.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return sent


@bp.post(f"{ONE}/edit")
@allow(*AT_PROGRAMME)
def edit(plan_id: int) -> ResponseReturnValue:
    """Begin a draft from a version; the version itself stays as it is."""
    sites = own_sites()
    with transaction():
        shown = queries.get_plan(plan_id, sites)
        draft = services.begin_from(shown, queries.get_space(shown.space_id, sites))
    return _see_draft(draft)


@bp.post(f"{ONE}/retire")
@allow(*AT_PROGRAMME)
def retire(plan_id: int) -> ResponseReturnValue:
    """Take a version off the lists that no performance uses."""
    shown = queries.get_plan(plan_id, own_sites())
    try:
        with transaction():
            services.retire(plan_id)
    except PalaceError as refusal:
        if wants_json():
            raise
        return _plan(shown, refusal)
    if wants_json():
        return _plan_json(shown)
    flash(gettext("删掉了。"))
    return redirect(url_for("plans.home"), 303)
