"""What both desks show of rosters: the upload, what it would do, do it; each for its own units."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.members.models import Unit
from palace.members.rules import mask_name
from palace.roster import claims, queries, services, tree
from palace.roster.errors import REFUSALS, RosterRefused, UnitUnknown
from palace.roster.forms import ApplyForm, UploadForm
from palace.roster.models import RosterImport
from palace.roster.rules import WORDS, ImportState, Reason, asks_again
from palace.text import N_
from palace.venues.queries import house_rules
from palace.web import answer, checked, refusal_words, wants_json

SHOWN = 50
BUSY = {ImportState.WAITING, ImportState.APPLYING}
STATES = {
    ImportState.WAITING: N_("正在读"),
    ImportState.CHECKED: N_("等您确认"),
    ImportState.APPLYING: N_("正在导入"),
    ImportState.APPLIED: N_("已导入"),
    ImportState.REFUSED: N_("没有导入"),
}

bp = Blueprint("roster", __name__)


@dataclass(frozen=True)
class Desk:
    """Where rosters are brought in: the palace's desk (no unit), or a unit's for itself and below."""

    unit: Unit | None = None

    def address(self, page: str, import_id: int | None = None) -> str:
        """Return the address of one of the desk's pages: home, upload, show, apply or errors."""
        of_import: dict[str, Any] = {} if import_id is None else {"import_id": import_id}
        if self.unit is None:
            return url_for(f"roster.{page}", **of_import)
        return url_for(f"roster.unit_{page}", unit_id=self.unit.id, **of_import)

    @property
    def back(self) -> str:
        """Return the page this desk hangs on."""
        if self.unit is None:
            return url_for("staff.home")
        return url_for("unions.unit", unit_id=self.unit.id)

    def units(self) -> list[Unit]:
        """Return the open units a roster may be for, besides the desk's own."""
        if self.unit is None:
            return queries.all_units()
        return queries.open_units_below(self.unit.id)

    def get_import(self, import_id: int) -> RosterImport:
        """Return an import of this desk.

        Raises:
            NotFound: there is none, or it is for units of another desk.
        """
        if self.unit is None:
            return queries.get_import(import_id)
        return queries.get_import_below(import_id, self.unit.id)

    def chosen(self, code: str) -> int | None:
        """Return the unit a roster is for, by its code; none typed is the desk's own.

        Raises:
            UnitUnknown: there is no such unit, or it is another desk's.
        """
        if not code:
            return self.unit.id if self.unit else None
        found = queries.find_unit(code)
        if found is None or not self._may(found):
            raise UnitUnknown
        return found.id

    def _may(self, found: Unit) -> bool:
        return self.unit is None or found.id in tree.units_below(self.unit.id)


def shown_home(
    desk: Desk, form: UploadForm | None = None, refusal: PalaceError | None = None
) -> Response:
    """Show where a roster is uploaded, and the newest imports."""
    imports = queries.recent(desk.unit.id if desk.unit else None)
    body = {"imports": [as_json(row) for row in imports]}
    return answer(
        "roster/home.html",
        body,
        status=refusal.status if refusal else 200,
        desk=desk,
        chosen=form.unit.data if form else "",
        complete=bool(form and form.complete.data),
        refusal=refusal_words(refusal) if refusal else "",
        imports=imports,
        units=desk.units(),
        states=STATES,
        largest=house_rules().roster_file_mb,
    )


def uploaded(desk: Desk, form: UploadForm) -> ResponseReturnValue:
    """Keep the file that was sent and have it read; what was chosen stays if it is refused."""
    try:
        checked(form)
        with transaction():
            row = _kept(desk, form)
    except PalaceError as refusal:
        if wants_json():
            raise
        return shown_home(desk, form, refusal)
    return _see(desk, row, 201)


def _kept(desk: Desk, form: UploadForm) -> RosterImport:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise RosterRefused
    unit_id = desk.chosen((form.unit.data or "").strip())
    if desk.unit is not None and unit_id is not None:
        services.check_day(unit_id)
    row = services.upload(
        file.stream,
        file.filename,
        unit_id=unit_id,
        complete=bool(form.complete.data),
        actor=current_user.actor,
    )
    claims.wake_worker()
    return row


def shown(desk: Desk, import_id: int, refusal: PalaceError | None = None) -> Response:
    """Show how far an import is, what it would do or did, and which lines were left out."""
    row, percent = desk.get_import(import_id), house_rules().roster_leave_percent
    many = row.complete and asks_again(
        row.counts.get("leaving", 0), row.counts.get("listed", 0), percent
    )
    return answer(
        "roster/import.html",
        as_json(row),
        status=refusal.status if refusal else 200,
        desk=desk,
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


def applied(desk: Desk, import_id: int, form: ApplyForm) -> ResponseReturnValue:
    """Have the worker do what an import of this desk would change."""
    checked(form)
    desk.get_import(import_id)
    try:
        with transaction():
            row = services.apply(import_id, confirmed=bool(form.confirmed.data))
            claims.wake_worker()
    except PalaceError as refusal:
        if wants_json():
            raise
        return shown(desk, import_id, refusal)
    return _see(desk, row, 200)


def errors_of(desk: Desk, import_id: int) -> Response:
    """Send the lines that were left out and why; nothing of what stands in them."""
    row, to = desk.get_import(import_id), io.StringIO()
    sheet = csv.writer(to)
    sheet.writerow([gettext("行"), gettext("原因")])
    sheet.writerows([one.line, _reason(one.reason)] for one in queries.errors_of(row.id))
    sent = Response("\ufeff" + to.getvalue(), mimetype="text/csv")
    sent.headers["Content-Disposition"] = f'attachment; filename="roster-{row.id}-errors.csv"'
    return sent


def _reason(code: str) -> str:
    sentence: str = gettext(WORDS[Reason(code)])
    return sentence


def _see(desk: Desk, row: RosterImport, status: int) -> ResponseReturnValue:
    if wants_json():
        return as_json(row), status
    return redirect(desk.address("show", row.id), 303)


def as_json(row: RosterImport) -> dict[str, Any]:
    """Return an import as programs read it: figures, never what stands in the file."""
    return {
        "import": row.id,
        "state": row.state.value,
        "read": row.read_rows,
        "complete": row.complete,
        "counts": row.counts,
        "refusal": row.refusal,
    }
