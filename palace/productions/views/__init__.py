"""The programme's desk: what there is, a production, its writing and its review."""

from flask import Flask, request
from flask_login import current_user

from palace.members.rules import Role
from palace.pictures.rules import MEGABYTES
from palace.productions.views import one, writing
from palace.productions.views.base import bp

__all__ = ["init_app", "let_a_picture_in", "one", "writing"]

UPLOADS = {"productions.create", "productions.change"}
ROOM = 128 * 1024
"""What stands beside a picture in its form: both languages, as browsers write them."""


def init_app(app: Flask) -> None:
    """Put the pages on the application."""
    app.register_blueprint(bp)


def let_a_picture_in() -> None:
    """Let who writes productions send more to their addresses than anybody may elsewhere."""
    if request.endpoint not in UPLOADS or request.mimetype != "multipart/form-data":
        return
    if current_user.is_authenticated and Role.PROGRAMME in current_user.roles:
        request.max_content_length = (MEGABYTES << 20) + ROOM
        request.max_form_memory_size = ROOM
