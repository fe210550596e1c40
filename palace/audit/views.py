"""操作记录: who did what, before and after, and why."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from palace.audit import services
from palace.audit.queries import LINES
from palace.db import transaction
from palace.lists.services import answer
from palace.members.rules import Role
from palace.web import allow, reads

log = logging.getLogger("palace.audit")

bp = Blueprint("audit", __name__)


def init_app(app: Flask) -> None:
    """Put the page on the application."""
    app.register_blueprint(bp)
    app.after_request(note_refused)


def note_refused(response: Response) -> Response:
    """Note who was refused a page of other roles; the refusal stands, whatever becomes of the note."""
    if response.status_code != HTTPStatus.FORBIDDEN or not current_user.is_authenticated:
        return response
    try:
        with transaction():
            services.note_refusal(request.endpoint or "", current_user.actor)
    except SQLAlchemyError as error:
        log.warning("refusal not noted", extra={"values": {"kind": type(error).__name__}})
    return response


@bp.get("/staff/audit")
@allow(Role.ADMIN)
@reads(query=LINES.words)
def lines() -> ResponseReturnValue:
    """Show the audit: found by time, person, act and subject, newest first."""
    return answer(LINES)
