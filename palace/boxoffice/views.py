"""The page staff begin their day with."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from palace import clock
from palace.boxoffice import queries
from palace.boxoffice.queries import Figures
from palace.members.queries import current_staff
from palace.members.rules import Role
from palace.web import allow, wants_json


def init_app(app: Flask) -> None:
    """Put the page beside the staff's sign-in, which is the members' part."""
    app.add_url_rule("/staff", "staff.home", home)


@allow(Role.ADMIN, Role.COUNTER, Role.DOOR)
def home() -> ResponseReturnValue:
    """Show how today's and tomorrow's performances are sold, and what printing could not write."""
    now = clock.now()
    coming, unprintable = queries.coming(now), queries.unprintable_names(now)
    if wants_json():
        return {"performances": [_json(figures) for figures in coming]}
    return render_template(
        "members/staff_home.html",
        staff=current_staff(),
        performances=coming,
        unprintable=unprintable,
    )


def _json(figures: Figures) -> dict[str, Any]:
    performance = figures.stub.performance
    return {
        "performance": performance.id,
        "starts_at": performance.starts_at.astimezone(clock.SHANGHAI).isoformat(),
        "sold": figures.sold,
        "held": figures.held,
        "kept": figures.kept,
        "left": figures.left,
    }
