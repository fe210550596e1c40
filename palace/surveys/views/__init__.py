"""Menus and scores: what members see and send, and the office's desk."""

from __future__ import annotations

from flask import Flask

from palace.surveys.queries import course_average
from palace.surveys.rules import Average
from palace.surveys.views import desk, scoring, voting  # noqa: F401 - their addresses
from palace.surveys.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and let pages of courses show what they were given."""
    app.register_blueprint(bp)
    app.jinja_env.globals["stars_of_course"] = stars_of_course


def stars_of_course(course_id: int) -> Average | None:
    """Return what a course was given, once so many gave it that nobody's own score is told."""
    found = course_average(course_id)
    return found if found and found.is_public else None
