"""Pages and addresses of rooms: finding one, taking it, what was taken."""

from __future__ import annotations

from flask import Flask

from palace.rooms.views import changing, reserving, series
from palace.rooms.views.base import bp

__all__ = ["changing", "init_app", "reserving", "series"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
