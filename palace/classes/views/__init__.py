"""What a class has beside its sessions: pages of its teacher and the office, and of who is in it."""

from __future__ import annotations

from flask import Flask, request
from flask_login import current_user

from palace.classes.views import desk, own, paper  # noqa: F401 - their addresses
from palace.classes.views.base import MAY, bp
from palace.pictures.rules import MEGABYTES

ROOM = 16 * 1024
"""What stands beside a picture in its form."""


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


def let_a_picture_in() -> None:
    """Let teachers and the office send a picture of a class's chat group, which is longer than a form."""
    if request.endpoint != "classes.put_picture" or request.mimetype != "multipart/form-data":
        return
    if current_user.is_authenticated and not current_user.roles.isdisjoint(MAY):
        request.max_content_length = (MEGABYTES << 20) + ROOM
        request.max_form_memory_size = ROOM
