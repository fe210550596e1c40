"""The desk of rooms, and closures."""

from flask import Flask

from palace.roomdesk.views import closures, equipment, policies, rooms
from palace.roomdesk.views.base import bp

__all__ = ["closures", "equipment", "init_app", "policies", "rooms"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
    app.register_blueprint(closures.bp)
