"""The page staff begin their day with."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.boxoffice import queries
from palace.boxoffice.queries import Figures
from palace.care.rules import Line
from palace.care.services import health
from palace.lists.services import answer
from palace.members.posts import AT_COUNTERS, OF_STAFF
from palace.members.rules import Role
from palace.web import allow, reads, wants_json

SHOWS = (Role.DOOR, *AT_COUNTERS)


def init_app(app: Flask) -> None:
    """Put the page beside the staff's sign-in, which is the members' part."""
    app.add_url_rule("/staff", "staff.home", home)
    app.add_url_rule("/staff/names", "staff.names", names)


@allow(*OF_STAFF)
def home() -> ResponseReturnValue:
    """Begin the day: how today's and tomorrow's performances are sold; for administrators what is amiss."""
    now, sells = clock.now(), not current_user.roles.isdisjoint(SHOWS)
    coming = queries.coming(now, current_user.sites(*SHOWS)) if sells else []
    if wants_json():
        return {"performances": [_json(figures) for figures in coming]}
    return render_template(
        "members/staff_home.html",
        staff=current_user.staff or current_user.member,
        sells=sells,
        performances=coming,
        unprintable=queries.unprintable_names(now) if sells else [],
        red=_red() if Role.ADMIN in current_user.roles else None,
    )


def _red() -> list[Line]:
    """Return what is not well, for the administrator's line of health."""
    return [line for line in health() if not line.well]


@allow(*SHOWS)
@reads(query=queries.NAMES.words)
def names() -> ResponseReturnValue:
    """Show the tickets whose name no font has, as far back as notices are kept."""
    return answer(queries.NAMES)


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
