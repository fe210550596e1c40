"""The roster's pages for administrators, and a member's wish to be asked about once more."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.db import transaction
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.roster import vouching
from palace.roster.forms import ApplyForm, UploadForm
from palace.roster.views import base
from palace.roster.views.base import Desk, bp
from palace.web import allow, reads, wants_json

ONE = "/staff/roster/<id:import_id>"


@bp.get("/staff/roster")
@allow(Role.ADMIN)
def home() -> Response:
    """Show where a roster is uploaded, and the newest imports."""
    return base.shown_home(Desk())


@bp.post("/staff/roster")
@allow(Role.ADMIN)
@reads(UploadForm)
def upload() -> ResponseReturnValue:
    """Take a roster (the part `file` of a multipart form), CSV or XLSX, and have it read."""
    return base.uploaded(Desk(), UploadForm())


@bp.get(ONE)
@allow(Role.ADMIN)
def show(import_id: int) -> Response:
    """Show how far an import is, what it would do or did, and which lines were left out."""
    return base.shown(Desk(), import_id)


@bp.post(f"{ONE}/apply")
@allow(Role.ADMIN)
@reads(ApplyForm)
def apply(import_id: int) -> ResponseReturnValue:
    """Have the worker do what the import would change."""
    return base.applied(Desk(), import_id, ApplyForm())


@bp.get(f"{ONE}/errors.csv")
@allow(Role.ADMIN)
def errors(import_id: int) -> Response:
    """Send the lines that were left out and why; nothing of what stands in them."""
    return base.errors_of(Desk(), import_id)


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
