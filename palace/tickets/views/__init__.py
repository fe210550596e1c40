"""Pages and addresses of shows, orders and tickets: parse, call a service, answer."""

from flask import Flask

from palace.tickets import seatmap, seatstate
from palace.tickets.views import changing, choosing, orders, shows, tickets
from palace.tickets.views.base import bp

__all__ = ["changing", "choosing", "init_app", "orders", "shows", "tickets"]


def init_app(app: Flask) -> None:
    """Register the pages, and the seat state in front of them."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(
        held_orders=orders.held_orders, show_line=shows.show_line, map_words=seatmap.map_words
    )
    seatstate.init_app(app)
