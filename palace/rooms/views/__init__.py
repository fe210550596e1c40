"""Pages and addresses of rooms: finding one, taking it, what was taken, waiting for one."""

from datetime import date, time

from flask import Flask

from palace.clock import at
from palace.rooms.views import changing, confirming, finding, reserving, series, waiting
from palace.rooms.views.base import bp
from palace.words import day_words

__all__ = ["changing", "confirming", "finding", "init_app", "reserving", "series", "waiting"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and how its pages say a day."""
    app.register_blueprint(bp)
    waiting.init_app(app)
    app.jinja_env.filters["on_day"] = on_day


def on_day(day: date) -> str:
    """Return a palace day as said: 12月1日 周二."""
    return day_words(at(day, time()))
