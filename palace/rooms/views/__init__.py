"""Pages and addresses of rooms: finding one, taking it, what was taken, waiting for one."""

from flask import Flask

from palace.rooms.views import changing, confirming, finding, reserving, series, waiting
from palace.rooms.views.base import bp
from palace.rooms.views.cells import on_day, use_words

__all__ = ["changing", "confirming", "finding", "init_app", "reserving", "series", "waiting"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and how its pages say a day and a use."""
    app.register_blueprint(bp)
    waiting.init_app(app)
    app.jinja_env.filters.update(on_day=on_day, use_words=use_words)
