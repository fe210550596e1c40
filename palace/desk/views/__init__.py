"""The programme desk's pages; who may use them may be limited to a house."""

from flask import Flask

from palace.desk.views import performances, playing, publishing, sale, selling, staging, tiers
from palace.desk.views.base import bp

__all__ = [
    "init_app",
    "performances",
    "playing",
    "publishing",
    "sale",
    "selling",
    "staging",
    "tiers",
]


def init_app(app: Flask) -> None:
    """Register the pages of the programme desk."""
    app.register_blueprint(bp)
