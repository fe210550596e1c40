"""Pages and addresses of what a class has beside its sessions."""

from flask import Flask

from palace.classes import models  # noqa: F401 - its tables
from palace.classes.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
