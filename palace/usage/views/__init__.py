"""Slips on paper, the week of a house, and how its rooms were used."""

from __future__ import annotations

from flask import Flask

from palace.usage.views import class_slips, report, slips, week  # noqa: F401 - their addresses
from palace.usage.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
