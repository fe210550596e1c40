"""A member's private calendar feed: read-only, opened by the secret in its address."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, request
from flask.typing import ResponseReturnValue

from palace.agenda import blocks, queries
from palace.web import public

FEED_NAME = "工人文化宫"
KEPT = "private, max-age=900"

bp = Blueprint("calendars", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/calendars/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """Send the feed; an unchanged one costs one query and no body."""
    mark = queries.feed_mark(secret)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, status=304)
    return _answer(blocks.ics(queries.feed_blocks(mark), FEED_NAME), mark.tag, status=200)


def _answer(body: bytes, tag: str, *, status: int) -> Response:
    response = make_response(body, status)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = KEPT
    response.headers["Content-Disposition"] = 'inline; filename="palace.ics"'
    response.set_etag(tag)
    return response
