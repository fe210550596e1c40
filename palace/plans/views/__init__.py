"""Seat plans on the staff's desk: the list, a version, a draft, and the plan of a performance."""

from flask import Flask, request
from flask_login import current_user

from palace.members.posts import AT_PROGRAMME
from palace.plans.reading import LARGEST
from palace.plans.views import draft, home, performance
from palace.plans.views.base import bp

__all__ = ["draft", "home", "init_app", "let_a_plan_in", "performance"]

ROOM = 64 * 1024
LARGER = {"plans.upload": LARGEST + ROOM, "plans.set_seats": 450_000}


def init_app(app: Flask) -> None:
    """Put the pages on the application."""
    app.register_blueprint(bp)


def let_a_plan_in() -> None:
    """Let who looks after plans send a whole house to the two addresses that take one."""
    room = LARGER.get(request.endpoint or "")
    if room is None or request.method != "POST":
        return
    if current_user.is_authenticated and not current_user.roles.isdisjoint(AT_PROGRAMME):
        request.max_content_length = room
