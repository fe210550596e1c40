"""Certificates: given by teacher and office, kept by members, checked by everybody."""

from __future__ import annotations

from flask import Flask

from palace.certificates.views import desk, own  # noqa: F401 - their addresses
from palace.certificates.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
