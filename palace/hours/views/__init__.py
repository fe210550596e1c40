"""Opening hours: what everybody may read, and the desk where they are set."""

from flask import Flask

from palace.hours import models  # noqa: F401 - its tables belong to the schema
from palace.hours.views import days, public, weeks
from palace.hours.views.base import bp

__all__ = ["days", "init_app", "public", "weeks"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
