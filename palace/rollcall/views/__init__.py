"""Pages and addresses of who teaches and of who was there."""

from flask import Flask

from palace.rollcall import models  # noqa: F401 - its tables
from palace.rollcall.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
