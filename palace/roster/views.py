"""The roster's pages for administrators: upload, what it would do, do it."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role, mask_name
from palace.roster import claims, queries, services, vouching
from palace.roster.errors import REFUSALS, RosterRefused, UnitUnknown
from palace.roster.forms import ApplyForm, UploadForm
from palace.roster.models import RosterImport
from palace.roster.rules import WORDS, ImportState, Reason, asks_again
from palace.text import N_
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

UPLOAD = "roster.upload"
ROOM = 64 * 1024
SHOWN = 50
BUSY = {ImportState.WAITING, ImportState.APPLYING}
STATES = {
    ImportState.WAITING: N_("正在读"),
    ImportState.CHECKED: N_("等您确认"),
    ImportState.APPLYING: N_("正在导入"),
    ImportState.APPLIED: N_("已导入"),
    ImportState.REFUSED: N_("没有导入"),
}
NUMBER = "int(max=9223372036854775807)"

bp = Blueprint("roster", __name__)


def init_app(app: Flask) -> None:
    """Put the pages on the application."""
    app.register_blueprint(bp)


def let_a_roster_in() -> None:
    """Let an administrator send more to this one address than anybody may elsewhere."""
    if request.endpoint != UPLOAD or request.method != "POST":
        return
    if current_user.is_authenticated and Role.ADMIN in current_user.roles:
        request.max_content_length = (house_rules().roster_file_mb << 20) + ROOM


@bp.get("/staff/roster")
@allow(Role.ADMIN)
def home() -> Response:
    """Show where a roster is uploaded, and the newest imports."""
    return _home()


def _home(form: UploadForm | None = None, refusal: PalaceError | None = None) -> Response:
    imports = queries.recent()
    body = {"imports": [_json(row) for row in imports]}
    return answer(
        "roster/home.html",
        body,
        status=refusal.status if refusal else 200,
        chosen=form.unit.data if form else "",
        complete=bool(form and form.complete.data),
        refusal=refusal_words(refusal) if refusal else "",
        imports=imports,
        units=queries.all_units(),
        states=STATES,
        largest=house_rules().roster_file_mb,
    )


@bp.post("/staff/roster")
@allow(Role.ADMIN)
@reads(UploadForm)
def upload() -> ResponseReturnValue:
    """Take a roster (the part `file` of a multipart form), CSV or XLSX, and have it read."""
    form = UploadForm()
    try:
        checked(form)
        with transaction():
            row = _uploaded(form)
    except PalaceError as refusal:
        if wants_json():
            raise
        return _home(form, refusal)
    return _see(row, 201)


def _uploaded(form: UploadForm) -> RosterImport:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise RosterRefused
    code = (form.unit.data or "").strip()
    unit = queries.find_unit(code) if code else None
    if code and unit is None:
        raise UnitUnknown
    row = services.upload(
        file.stream,
        file.filename,
        unit_id=unit.id if unit else None,
        complete=bool(form.complete.data),
        actor=current_user.actor,
    )
    claims.wake_worker()
    return row


@bp.get(f"/staff/roster/<{NUMBER}:import_id>")
@allow(Role.ADMIN)
def show(import_id: int) -> Response:
    """Show how far an import is, what it would do or did, and which lines were left out."""
    return _show(queries.get_import(import_id))


def _show(row: RosterImport, refusal: PalaceError | None = None) -> Response:
    percent = house_rules().roster_leave_percent
    many = row.complete and asks_again(
        row.counts.get("leaving", 0), row.counts.get("listed", 0), percent
    )
    return answer(
        "roster/import.html",
        _json(row),
        status=refusal.status if refusal else 200,
        row=row,
        unit=queries.unit_of(row),
        busy=row.state in BUSY,
        state=STATES[row.state],
        many=many,
        percent=percent,
        refusal=refusal_words(refusal) if refusal else "",
        why=gettext(REFUSALS.get(row.refusal or "", RosterRefused).message),
        kept=[(mask_name(one.name), one.unit.name_zh) for one in queries.kept_by(row)],
        errors=[(one.line, _reason(one.reason)) for one in queries.errors_of(row.id, SHOWN)],
    )


@bp.post(f"/staff/roster/<{NUMBER}:import_id>/apply")
@allow(Role.ADMIN)
@reads(ApplyForm)
def apply(import_id: int) -> ResponseReturnValue:
    """Have the worker do what the import would change."""
    form = ApplyForm()
    checked(form)
    try:
        with transaction():
            row = services.apply(import_id, confirmed=bool(form.confirmed.data))
            claims.wake_worker()
    except PalaceError as refusal:
        if wants_json():
            raise
        return _show(queries.get_import(import_id), refusal)
    return _see(row, 200)


@bp.get(f"/staff/roster/<{NUMBER}:import_id>/errors.csv")
@allow(Role.ADMIN)
def errors(import_id: int) -> Response:
    """Send the lines that were left out and why; nothing of what stands in them."""
    row, to = queries.get_import(import_id), io.StringIO()
    sheet = csv.writer(to)
    sheet.writerow([gettext("行"), gettext("原因")])
    sheet.writerows([one.line, _reason(one.reason)] for one in queries.errors_of(row.id))
    sent = Response("\ufeff" + to.getvalue(), mimetype="text/csv")
    sent.headers["Content-Disposition"] = f'attachment; filename="roster-{row.id}-errors.csv"'
    return sent


@bp.post("/mine/standing")
@allow(Role.MEMBER)
def ask_again() -> ResponseReturnValue:
    """Have the office that vouches asked about the member once more."""
    with transaction():
        vouching.ask_again(current_member().id)
    if wants_json():
        return {}
    flash(gettext("马上再核对一次，一两分钟后回来看。"))
    return redirect(url_for("mine.home"), 303)


def _reason(code: str) -> str:
    sentence: str = gettext(WORDS[Reason(code)])
    return sentence


def _see(row: RosterImport, status: int) -> ResponseReturnValue:
    if wants_json():
        return _json(row), status
    return redirect(url_for("roster.show", import_id=row.id), 303)


def _json(row: RosterImport) -> dict[str, Any]:
    return {
        "import": row.id,
        "state": row.state.value,
        "read": row.read_rows,
        "complete": row.complete,
        "counts": row.counts,
        "refusal": row.refusal,
    }
