"""The teacher's pages, the code their phone shows, leave, and the office's lists."""

from __future__ import annotations

from flask import Flask

from palace.rollcall.views import hours, invitations, leave, office, roll, scanning, teaching
from palace.rollcall.views.base import bp

__all__ = ["hours", "init_app", "invitations", "leave", "office", "roll", "scanning", "teaching"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and let the list of classes tell of whole terms."""
    app.register_blueprint(bp)
    app.jinja_env.globals["attended_terms"] = office.attended_terms
