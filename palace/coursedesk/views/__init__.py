"""The desk of courses: terms, courses, classes, their sessions, teachers, figures."""

from flask import Flask, request
from flask_login import current_user

from palace import clock
from palace.coursedesk.queries.classes import to_decide
from palace.coursedesk.views import (
    calling,
    courses,
    one,
    opening,
    planning,
    rules,
    sessions,
    teachers,
    terms,
)
from palace.coursedesk.views.base import MAY, bp, own_sites
from palace.pictures.rules import MEGABYTES

__all__ = [
    "calling",
    "courses",
    "init_app",
    "let_a_picture_in",
    "one",
    "opening",
    "planning",
    "rules",
    "sessions",
    "teachers",
    "terms",
]

UPLOADS = {"coursedesk.write_course", "coursedesk.change_course"}
ROOM = 128 * 1024
"""What stands beside a picture in its form: both languages, as browsers write them."""


def init_app(app: Flask) -> None:
    """Put the pages on the application, and how many classes wait for a decision where staff begin."""
    app.register_blueprint(bp)
    app.jinja_env.globals["call_offs_to_confirm"] = calling.call_offs_to_confirm
    app.jinja_env.globals["classes_to_decide"] = lambda: len(to_decide(own_sites(), clock.now()))


def let_a_picture_in() -> None:
    """Let who writes courses send more to their addresses than anybody may elsewhere."""
    if request.endpoint not in UPLOADS or request.mimetype != "multipart/form-data":
        return
    if current_user.is_authenticated and not current_user.roles.isdisjoint(MAY):
        request.max_content_length = (MEGABYTES << 20) + ROOM
        request.max_form_memory_size = ROOM
