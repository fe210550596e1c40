"""Coupons: the page where members take one and find theirs, and the programme's desk of them."""

from flask import Flask, request
from flask_login import current_user

from palace.coupons.forms import LONGEST_PASTED
from palace.coupons.queries import has_pools
from palace.coupons.reading import LARGEST
from palace.coupons.views import codes, desk, mine, writing
from palace.coupons.views.base import bp
from palace.members.posts import AT_PROGRAMME

__all__ = ["codes", "desk", "init_app", "let_codes_in", "mine", "writing"]

ROOM = 64 * 1024
ESCAPED = 3
"""How much longer pasted lines may be as a browser sends them."""


def init_app(app: Flask) -> None:
    """Put the pages on the application, and what other pages ask: whether there are coupons here."""
    app.register_blueprint(bp)
    app.jinja_env.globals["has_coupons"] = has_pools


def let_codes_in() -> None:
    """Let who looks after coupons send a partner's list to the one address that takes it."""
    if request.endpoint != "coupons.bring_in" or request.method != "POST":
        return
    if current_user.is_authenticated and not current_user.roles.isdisjoint(AT_PROGRAMME):
        request.max_content_length = LARGEST + ESCAPED * LONGEST_PASTED + ROOM
        request.max_form_memory_size = ESCAPED * LONGEST_PASTED + ROOM
