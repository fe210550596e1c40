"""The till: payments found and taken, money given back, shifts, printed codes, units' accounts."""

from __future__ import annotations

from flask import Flask

from palace.till.views import (  # noqa: F401 - their addresses
    accounts,
    codes,
    counter,
    giving_back,
    shifts,
    unmatched,
)
from palace.till.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
