"""The openings and the kept seats of one show, for who puts it on."""

from flask import Flask

from palace.kept.views import openings, seats
from palace.kept.views.base import bp

__all__ = ["init_app", "openings", "seats"]


def init_app(app: Flask) -> None:
    """Put the pages on the application."""
    app.register_blueprint(bp)
