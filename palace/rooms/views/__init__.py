"""Pages and addresses of rooms."""

from flask import Flask

from palace.rooms.views import waiting

__all__ = ["init_app", "waiting"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    waiting.init_app(app)
