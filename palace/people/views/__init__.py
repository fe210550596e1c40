"""工作人员与岗位: every dangerous act asks for a fresh proof."""

from flask import Flask

from palace.people.views import everybody, one
from palace.people.views.base import bp

__all__ = ["everybody", "init_app", "one"]


def init_app(app: Flask) -> None:
    """Register the pages of who works here."""
    app.register_blueprint(bp)
