"""Pages of this part."""

from __future__ import annotations

from flask import Blueprint, Flask

from palace.hours import models  # noqa: F401 - its tables belong to the schema

bp = Blueprint("hours", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
