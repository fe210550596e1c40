"""Pages of blocks: the palace's desk, the organiser's, and the link in the chat group."""

from flask import Flask

from palace.blocks.views import desk, link, unit, unit_lists, unit_paper
from palace.blocks.views.base import bp

__all__ = ["desk", "init_app", "link", "unit", "unit_lists", "unit_paper"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
