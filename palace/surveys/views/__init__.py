"""Pages and addresses of menus of courses, and of scores."""

from flask import Flask

from palace.surveys import models  # noqa: F401 - its tables
from palace.surveys.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
