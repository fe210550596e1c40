"""订球场: which hours have a free court today and tomorrow, and one taken by a tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock, words
from palace.clock import iso
from palace.courts import queries, services
from palace.courts.errors import NoSuchCourts
from palace.courts.forms import TakeForm, day_of
from palace.courts.queries import Kind, Mine
from palace.courts.rules import Hour, left_of
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.rooms import rules
from palace.rooms.errors import Failure, RuleFailed
from palace.rooms.models import Reservation
from palace.rooms.queries.facts import figures_of
from palace.rooms.queries.terms import facts_of
from palace.rooms.wishes import Facts, Opens, Span
from palace.web import allow, answer, checked, pass_on, public, reads, refusal_words, wants_json

MOST_DAYS = 14
OF_WHO_LOOKS = {
    "barred",
    "not_verified",
    "too_many_ahead",
    "member_day_full",
    "unit_day_full",
    "window_over",
    "stopped",
}
"""Rules that stand in the way of a whole day; the others are about an hour or a court."""

bp = Blueprint("courts", __name__)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody looks at: a kind of court and a day, of those there are."""

    kinds: Sequence[Kind]
    kind: Kind | None
    days: Sequence[date]
    day: date


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of a day: minutes of the member's, dates of their unit's; None: no limit."""

    minutes: int | None = None
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of a kind of court as somebody sees it.

    `why`: what stands in the way of taking any hour; `opens_at`: the instant from which it may be taken.
    """

    hours: Sequence[Hour]
    left: Left = Left()
    why: Sequence[Failure] = ()
    opens_at: datetime | None = None

    @property
    def may(self) -> bool:
        """Return whether an hour may be tried."""
        return not self.why and self.opens_at is None


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/courts")
@public
@reads(query=["site", "kind", "day"])
def home() -> ResponseReturnValue:
    """Show how many courts of a kind are free in each hour of a day, and what somebody may still take."""
    asked = request.args
    return _page(_chosen(asked.get("site"), asked.get("kind"), day_of(asked.get("day"))))


def _chosen(site: str | None, kind: str | None, day: date | None) -> Chosen:
    """Return what was asked for; where there is no such thing, the first that there is."""
    found, today = queries.kinds(), clock.palace_day(clock.now())
    here = [one for one in found if one.site.code == site] or found
    chosen = next((one for one in here if one.code == kind), here[0] if here else None)
    days = _days(chosen, today) if chosen else [today]
    return Chosen(kinds=found, kind=chosen, days=days, day=day if day in days else days[0])


def _days(kind: Kind, today: date) -> list[date]:
    """Return the days that people look at: today and those that open one after another."""
    policy = kind.policy
    ahead = policy.opens_days if policy.opens is Opens.ROLLING else MOST_DAYS
    return [today + timedelta(days=by) for by in range(min(max(ahead, 1), MOST_DAYS) + 1)]


def back_to_courts() -> str:
    """Return the page that a stranger who tapped an hour goes on to, the same kind and day."""
    asked = {name: request.form[name] for name in ("site", "kind", "day") if name in request.form}
    return url_for("courts.home", **asked)  # type: ignore[arg-type]  # texts all of them


@bp.post("/courts/take")
@allow(Role.MEMBER, Role.ACTING, back=back_to_courts)
@reads(TakeForm)
def take() -> ResponseReturnValue:
    """Take a free court of a kind for an hour."""
    form = TakeForm()
    try:
        checked(form)
        with transaction():
            made = services.take(
                current_member(),
                _kind(form.site.data, form.kind.data),
                form.wanted_day,
                form.wanted_hour,
                by=current_user.actor,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        chosen = _chosen(form.site.data, form.kind.data, day_of(form.day.data))
        return _page(chosen, refusal)
    return _taken(made)


def _kind(site: str | None, code: str | None) -> Kind:
    """Return a kind of court.

    Raises:
        NoSuchCourts: there is none.
    """
    found = [
        one for one in queries.kinds() if one.code == code and site in (None, "", one.site.code)
    ]
    if not found:
        raise NoSuchCourts
    return found[0]


def _taken(made: Reservation) -> ResponseReturnValue:
    court = _court_of(made)
    if wants_json():
        return {
            "reservation": made.code,
            "space": made.space_id,
            "court": words.named(court.space),
            "starts_at": iso(court.starts_at),
            "ends_at": iso(court.ends_at),
        }, 201
    when = f"{words.instant_words(court.starts_at)}–{words.time_words(court.ends_at)}"
    flash(gettext("订好了：%(court)s，%(when)s。", court=words.named(court.space), when=when))
    return redirect(url_for("rooms.reservation", code=made.code), 303)


def _court_of(made: Reservation) -> Mine:
    coming = queries.coming(current_member().id, queries.kinds(), clock.now())
    return next(one for one in coming if one.code == made.code)


def _page(chosen: Chosen, refusal: PalaceError | None = None) -> Response:
    now, kind = clock.now(), chosen.kind
    member: Known | None = current_user.member if current_user.is_authenticated else None
    mine = queries.coming(member.id, chosen.kinds, now) if member else []
    day = _day_of(kind, chosen.day, mine, member, now) if kind else Day(hours=[])
    return answer(
        "courts/home.html",
        lambda: _json(chosen, day, now),
        status=refusal.status if refusal else 200,
        chosen=chosen,
        kind=kind,
        houses=_houses(chosen.kinds),
        kinds=[one for one in chosen.kinds if kind and one.site.id == kind.site.id],
        days=[(one, clock.at(one, time())) for one in chosen.days],
        starts_at=clock.at(chosen.day, time()),
        day=day,
        mine=mine,
        why=[refusal_words(RuleFailed(one)) for one in day.why],
        now=now,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _houses(kinds: Sequence[Kind]) -> list[Any]:
    return list({kind.site.id: kind.site for kind in kinds}.values())


def _day_of(
    kind: Kind, day: date, mine: Sequence[Mine], member: Known | None, now: datetime
) -> Day:
    ours = {court.space_id for court in kind.courts}
    by_start = {one.starts_at: one.code for one in mine if one.space.id in ours}
    hours = queries.hours(kind, day, now, by_start)
    if not hours:
        return Day(hours=hours)
    if member is None:
        return Day(hours=hours, opens_at=_opens_at(kind, day, now))
    last = hours[-1]
    wish = kind.wish(kind.courts[0], _span(day, last), member)
    facts = facts_of(wish, member, wish.space_id, swaps={}, in_series=False)
    failures = rules.failed_rules(wish, facts)
    return Day(
        hours=hours,
        left=_left(day, facts),
        why=[one for one in failures if one.code in OF_WHO_LOOKS],
        opens_at=_opens_at(kind, day, now),
    )


def _span(day: date, hour: Hour) -> Span:
    return Span(day=day, starts_at=hour.starts_at, ends_at=hour.ends_at)


def _left(day: date, facts: Facts) -> Left:
    figures = facts.figures
    minutes = left_of(figures.member_day_minutes, facts.member_minutes.get(day, 0))
    count = left_of(figures.unit_day_count, facts.unit_counts.get(day, 0))
    return Left(minutes=minutes, count=count if facts.has_unit else None)


def _opens_at(kind: Kind, day: date, now: datetime) -> datetime | None:
    """Return from when a day may be taken, where that is to come."""
    opens_at, _ = rules.window(day, figures_of(kind.policy), clock.SHANGHAI)
    return opens_at if now < opens_at else None


def _json(chosen: Chosen, day: Day, now: datetime) -> dict[str, Any]:
    kind = chosen.kind
    return {
        "now": iso(now),
        "day": chosen.day.isoformat(),
        "days": [one.isoformat() for one in chosen.days],
        "site": kind and kind.site.code,
        "kind": kind and kind.code,
        "kinds": [
            {"site": one.site.code, "kind": one.code, "courts": len(one.courts)}
            for one in chosen.kinds
        ],
        "opens_at": iso(day.opens_at) if day.opens_at else None,
        "minutes_left": day.left.minutes,
        "unit_left": day.left.count,
        "why": [one.code for one in day.why],
        "hours": [
            {
                "starts_at": iso(hour.starts_at),
                "ends_at": iso(hour.ends_at),
                "free": len(hour.free),
                "mine": hour.mine,
            }
            for hour in day.hours
        ],
    }
