"""Doors: their screens, signing in at them, one's own dates there, and the staff's pages."""

from __future__ import annotations

from flask import Flask

from palace.arrivals.views import desk, door, doors, own
from palace.arrivals.views.base import bp, door_of

__all__ = ["desk", "door", "doors", "init_app", "own"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and let other pages lead to a date of today."""
    app.register_blueprint(bp)
    app.jinja_env.globals["door_of"] = door_of
