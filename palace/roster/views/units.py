"""The roster's pages for a unit's organiser: the unit's own people and those below, nobody else's."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace.errors import NotFound
from palace.members.rules import Role
from palace.roster import queries
from palace.roster.forms import ApplyForm, UploadForm
from palace.roster.views import base
from palace.roster.views.base import Desk, bp
from palace.web import allow, reads

ALL = "/unit/<id:unit_id>/roster"
ONE = f"{ALL}/<id:import_id>"


def _desk(unit_id: int) -> Desk:
    """Return the desk of a unit somebody has a post for.

    Raises:
        NotFound: there is no such unit, or it is somebody else's.
    """
    unit = queries.get_unit(unit_id) if unit_id in current_user.units(Role.UNIT) else None
    if unit is None:
        raise NotFound
    return Desk(unit)


@bp.get(ALL)
@allow(Role.UNIT)
def unit_home(unit_id: int) -> Response:
    """Show where the unit's own roster is uploaded, and its newest imports."""
    return base.shown_home(_desk(unit_id))


@bp.post(ALL)
@allow(Role.UNIT)
@reads(UploadForm)
def unit_upload(unit_id: int) -> ResponseReturnValue:
    """Take the unit's own roster (the part `file` of a multipart form), CSV or XLSX, and have it read."""
    return base.uploaded(_desk(unit_id), UploadForm())


@bp.get(ONE)
@allow(Role.UNIT)
def unit_show(unit_id: int, import_id: int) -> Response:
    """Show how far an import is, what it would do or did, and which lines were left out."""
    return base.shown(_desk(unit_id), import_id)


@bp.post(f"{ONE}/apply")
@allow(Role.UNIT)
@reads(ApplyForm)
def unit_apply(unit_id: int, import_id: int) -> ResponseReturnValue:
    """Have the worker do what the import would change on the unit's own roster."""
    return base.applied(_desk(unit_id), import_id, ApplyForm())


@bp.get(f"{ONE}/errors.csv")
@allow(Role.UNIT)
def unit_errors(unit_id: int, import_id: int) -> Response:
    """Send the lines that were left out and why; nothing of what stands in them."""
    return base.errors_of(_desk(unit_id), import_id)
