"""The page staff begin their day with."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.boxoffice import queries
from palace.boxoffice.queries import Drafts, Figures, Waiting
from palace.care.services import glance
from palace.lists.services import answer
from palace.members.posts import AT_COUNTERS, AT_PROGRAMME, AT_REVIEW, FIRST_PAGES, OF_STAFF
from palace.members.rules import Role
from palace.troupes.queries import asked_count
from palace.web import allow, reads, wants_json

SHOWS = (Role.DOOR, *AT_COUNTERS)


def init_app(app: Flask) -> None:
    """Put the page beside the staff's sign-in, which is the members' part."""
    app.add_url_rule("/staff", "staff.home", home)
    app.add_url_rule("/staff/names", "staff.names", names)


@allow(*OF_STAFF)
def home() -> ResponseReturnValue:
    """Begin the day: what waits for this person, then how today's and tomorrow's performances are sold."""
    now, roles = clock.now(), current_user.roles
    sees, oversees = not roles.isdisjoint(SHOWS), Role.ADMIN in roles
    coming = queries.coming(now, current_user.sites(*SHOWS)) if sees else []
    waiting = queries.waiting(
        now,
        sells=not roles.isdisjoint(AT_COUNTERS),
        oversees=oversees,
        sites=current_user.sites(*AT_COUNTERS),
    )
    review = queries.reviewing(current_user)
    stages = not roles.isdisjoint(AT_PROGRAMME)
    drafts = queries.drafts(now, current_user.sites(*AT_PROGRAMME)) if stages else Drafts()
    troupes = asked_count(current_user.sites(*AT_PROGRAMME)) if stages else 0
    if wants_json():
        todo = _todo(waiting) | {"reviews": review.waiting, "sent_back": review.sent_back}
        todo |= {"drafts": drafts.count, "troupes": troupes}
        return {"performances": [_json(figures) for figures in coming], "waiting": todo}
    return render_template(
        "members/staff_home.html",
        staff=current_user.staff or current_user.member,
        sees=sees,
        sells=not roles.isdisjoint(AT_COUNTERS),
        oversees=oversees,
        stages=stages,
        writes=not roles.isdisjoint(AT_PROGRAMME),
        drafts=drafts,
        troupes=troupes,
        today=clock.palace_day(now),
        reviews=not roles.isdisjoint(AT_REVIEW),
        review=review,
        looks_after=not roles.isdisjoint({Role.ADMIN, Role.SITE_ADMIN}),
        pageless=[role for role in OF_STAFF if role in roles and role not in FIRST_PAGES],
        performances=coming,
        waiting=waiting,
        unprintable=queries.unprintable_names(now, current_user.sites(*SHOWS)) if sees else [],
        health=glance() if oversees else None,
    )


def _todo(waiting: Waiting) -> dict[str, int]:
    return {
        "appeals": waiting.appeals,
        "imports": waiting.imports,
        "applications": waiting.applications,
        "unpaid": waiting.unpaid.orders,
    }


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
