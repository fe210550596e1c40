"""Files of lists: asked for, watched, fetched by who asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Flask, Response, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import BadInput, NotAllowed, NotFound
from palace.lists.queries import known
from palace.lists.services import exporting
from palace.members.posts import STAFF_ONLY
from palace.members.rules import Role
from palace.reports import queries, services
from palace.reports.errors import ExportNotReady
from palace.reports.forms import ExportForm
from palace.reports.models import Export
from palace.reports.rules import ExportState
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, same_site_path, wants_json

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EXPORTERS = (*STAFF_ONLY, Role.UNIT)

bp = Blueprint("reports", __name__)


def init_app(app: Flask) -> None:
    """Put the pages on the application, and let lists leave the house by them."""
    app.register_blueprint(bp)
    exporting["csv"] = services.send_csv


@bp.get("/staff/exports")
@allow(*EXPORTERS)
def exports() -> Response:
    """Show the files this person asked for, and how far each has come."""
    found = queries.exports_of(current_user)
    body = {"exports": [_json(export) for export in found]}
    going = any(export.state in {ExportState.WAITING, ExportState.WRITING} for export in found)
    response = answer(
        "reports/exports.html", body, exports=found, lists=known, rules=house_rules(), going=going
    )
    if going:
        response.headers["Refresh"] = "5"
    return response


@bp.post("/staff/exports")
@allow(*EXPORTERS)
@reads(ExportForm)
def ask() -> ResponseReturnValue:
    """Have a list written as a workbook, as it stands at its address."""
    form = ExportForm()
    checked(form)
    parts = urlsplit(same_site_path(form.address.data, "/"))
    of, where = services.of_address(parts.path)
    asked = of.asked(dict(parse_qsl(parts.query)))
    if asked.errors:
        raise BadInput(fields={word: gettext(sentence) for word, sentence in asked.errors.items()})
    with transaction():
        export = services.ask_workbook(of, asked, where)
    if wants_json():
        return _json(export)
    return redirect(url_for("reports.exports"), 303)


@bp.get("/staff/exports/<code:code>.xlsx")
@allow(*EXPORTERS)
def fetch(code: str) -> ResponseReturnValue:
    """Send a workbook to who asked for it, and to nobody else."""
    export = queries.find_export(code, current_user)
    if export is None:
        raise NotFound
    if not services.may_open(export.endpoint, current_user.roles):
        raise NotAllowed
    path = services.file_of(export)
    if export.state is not ExportState.READY or not path.exists():
        raise ExportNotReady
    day = clock.palace_day(export.asked_at)
    name = f"{export.endpoint}-{day}.xlsx"
    return send_file(path, WORKBOOK, as_attachment=True, download_name=name, max_age=0)


def _json(export: Export) -> dict[str, Any]:
    return {
        "export": export.code,
        "list": export.endpoint,
        "format": export.format.value,
        "state": export.state.value,
        "rows": export.row_count,
        "asked_at": export.asked_at.astimezone(clock.SHANGHAI).isoformat(),
    }
