"""Rosters on the palace's desk and on each unit's own."""

from flask import Flask, request
from flask_login import current_user

from palace.members.rules import Role
from palace.roster.views import staff, units
from palace.roster.views.base import bp
from palace.venues.queries import house_rules

__all__ = ["init_app", "let_a_roster_in", "staff", "units"]

UPLOADS = {"roster.upload": Role.ADMIN, "roster.unit_upload": Role.UNIT}
ROOM = 64 * 1024


def init_app(app: Flask) -> None:
    """Put the pages on the application."""
    app.register_blueprint(bp)


def let_a_roster_in() -> None:
    """Let who brings rosters send more to their one address than anybody may elsewhere."""
    role = UPLOADS.get(request.endpoint or "")
    if role is None or request.method != "POST":
        return
    if current_user.is_authenticated and role in current_user.roles:
        request.max_content_length = (house_rules().roster_file_mb << 20) + ROOM
