"""What the pages of openings and kept seats share."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from palace.kept import queries
from palace.members.posts import AT_PROGRAMME
from palace.programme.models import Performance

DESK = AT_PROGRAMME

bp = Blueprint("kept", __name__, url_prefix="/staff/programme/performances/<id:performance_id>")


def get_performance(performance_id: int) -> Performance:
    """Return a performance of the houses this programme manager works for."""
    return queries.get_performance(performance_id, current_user.sites(*DESK))
