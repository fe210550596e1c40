"""Pages of codes: the programme's desk, and whoever has a code in their hand."""

from flask import Flask

from palace.codes.views import desk, link
from palace.codes.views.base import bp

__all__ = ["desk", "init_app", "link"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
