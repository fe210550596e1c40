"""A member's invoices, and finance's workbench: invoices, days matched, money that has to go back."""

from flask import Flask, request
from flask_login import current_user

from palace.books.forms import LONGEST_PASTED
from palace.books.queries import money, progress
from palace.books.reading import LARGEST
from palace.books.views import days, home, invoices, mine
from palace.books.views.base import BOOKS, bp

__all__ = ["days", "home", "init_app", "invoices", "let_tables_in", "mine"]

TABLES = ("books.bring_numbers", "books.bring_moved")
ROOM = 64 * 1024
ESCAPED = 3
"""How much longer pasted lines may be as a browser sends them."""


def init_app(app: Flask) -> None:
    """Register the addresses, and what pages of shows and classes say of money on its way back."""
    app.register_blueprint(bp)
    app.jinja_env.globals["refunds_of_show"] = progress.of_show
    app.jinja_env.globals["refunds_of_class"] = progress.of_class
    app.jinja_env.globals["refunds_named"] = money.named_in


def let_tables_in() -> None:
    """Let finance send a whole table to the addresses that take one."""
    if request.endpoint not in TABLES or request.method != "POST":
        return
    if current_user.is_authenticated and not current_user.roles.isdisjoint(BOOKS):
        request.max_content_length = LARGEST + ESCAPED * LONGEST_PASTED + ROOM
        request.max_form_memory_size = ESCAPED * LONGEST_PASTED + ROOM
