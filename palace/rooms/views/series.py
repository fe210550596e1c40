"""A troupe's weekly series: asked for step by step, and taken on exactly the dates that were shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import palace_day
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms.errors import NoiseBeside, RulesFailed
from palace.rooms.forms import SeriesFields, SeriesForm, SeriesQuery
from palace.rooms.models import Reservation
from palace.rooms.queries import facts
from palace.rooms.queries import series as queries
from palace.rooms.queries.free import Closed
from palace.rooms.queries.places import lent
from palace.rooms.queries.series import Asked, Bounds
from palace.rooms.queries.things import Stock, stock_at
from palace.rooms.series import Planned, Proposal
from palace.rooms.services.series import Shown, show, take_weekly, wish_of
from palace.rooms.views.base import bp
from palace.rooms.views.reserving import say_taken
from palace.text import N_
from palace.troupes import queries as troupes
from palace.troupes.models import Troupe
from palace.venues.rules import Use
from palace.web import allow, answer, checked, problem, reads, refusal_words, wants_json
from palace.words import named

ONE = "/troupes/<id:troupe_id>/series"
USUAL_MINUTES = 120
MONDAY = date(2024, 1, 1)
CLOSED = (Closed.DAY.value, Closed.HOURS.value, Use.CLOSURE.value)
WHY = {
    Closed.DAY.value: N_("不开门"),
    Closed.HOURS.value: N_("不在开放时间内"),
    Use.PERFORMANCE.value: N_("有演出"),
    Use.CLASS_SESSION.value: N_("有课"),
    Use.REHEARSAL.value: N_("有人约了"),
    Use.CLOSURE.value: N_("关闭"),
    queries.TOO_LATE: N_("来不及了，要提前约"),
    NoiseBeside.code: N_("隔壁会互相吵"),
}


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(SeriesQuery)
def series(troupe_id: int) -> ResponseReturnValue:
    """Show the way to a weekly series as far as it has been gone."""
    troupe = troupes.get_led(current_member().id, troupe_id).troupe
    return _page(troupe, SeriesQuery(request.args))


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(SeriesForm)
def take_series(troupe_id: int) -> ResponseReturnValue:
    """Take a series on exactly the dates that were shown, or nothing."""
    troupe = troupes.get_led(current_member().id, troupe_id).troupe
    form = SeriesForm()
    try:
        checked(form)
        with transaction():
            made = _taken(troupe, form)
            code, body = made.code, _made_json(made)
    except NotFound:
        raise
    except PalaceError as refusal:
        db.session.rollback()
        return _refused(troupe, form, refusal)
    if wants_json():
        return body, 201
    say_taken(made)
    return redirect(url_for("rooms.reservation", code=code), 303)


def _taken(troupe: Troupe, form: SeriesForm) -> Reservation:
    rooms = queries.lent_to(troupe)
    within = queries.bounds(troupe, rooms.values(), palace_day(clock.now()))
    asked = _asked(troupe, form, within)
    choices = [choice for _day, choice in sorted(form.choices.items())]
    wish = replace(
        wish_of(asked, choices, troupe.id, current_member()),
        note=(form.note.data or "").strip(),
        equipment=form.equipment.counts,
    )
    return take_weekly(wish, choices, by=current_user.actor, key=form.key.data)


def _refused(troupe: Troupe, form: SeriesForm, refusal: PalaceError) -> ResponseReturnValue:
    """Show the series again with what is so now: date by date why not, and what else there is."""
    if not wants_json():
        return _page(troupe, form, refusal)
    told = problem(refusal)
    shown = _shown(troupe, form, refusal)
    shown = _shown(troupe, form, refusal)
    whys = _whys(shown)
    dates = {"dates": [_planned_json(one, whys) for one in shown.planned]}
    told.set_data(jsonify(told.get_json() | dates).get_data())
    return told


def _asked(troupe: Troupe, form: SeriesFields, within: Bounds) -> Asked:
    """Return what was said so far; what was not is as the troupe had it last, or its roster says."""
    last = queries.usual(troupe)
    usual: dict[Any, Any] = {
        form.minutes: last.minutes if last else USUAL_MINUTES,
        form.people: troupe.size,
        form.purpose: last.purpose if last else troupe.kind.value,
        form.since: within.since,
        form.until: within.until,
    }
    for of, value in usual.items():
        if not of.data and not of.errors:
            of.data = value
    minutes, people, purpose, since, until = (
        value if of.errors else of.data for of, value in usual.items()
    )
    return Asked(
        weekday=None if form.weekday.errors else form.weekday.data,
        begins=form.begins.data,
        minutes=minutes,
        people=people,
        purpose=purpose,
        since=since,
        until=until,
        space_id=None if form.space.errors else form.space.data,
        choices=form.choices,
    )


def _shown(troupe: Troupe, form: SeriesFields, refusal: PalaceError | None = None) -> Shown:
    """Return a series as far as it is said, as things stand now."""
    now = clock.now()
    rooms = queries.lent_to(troupe)
    within = queries.bounds(troupe, rooms.values(), palace_day(now))
    noisy = cast("list[date]", refusal.values["days"]) if isinstance(refusal, NoiseBeside) else []
    asked = _asked(troupe, form, within)
    member, taken = current_member(), form.data.get("taken")
    return show(asked, rooms, within, troupe.id, member, noisy=noisy, taken=taken)


def _whys(shown: Shown) -> dict[date, str]:
    """Return in words why a room is not free on the dates it is not, holidays and closures by name."""
    lost = [one for one in shown.planned if not one.own_is_free]
    if shown.room is None or not lost:
        return {}
    known = queries.reasons(shown.room, [shown.asked.span(one.day) for one in lost])
    return {
        one.day: named(known[one.day])
        if one.day in known and one.why in CLOSED
        else gettext(WHY.get(one.why, WHY[Use.REHEARSAL.value]))
        for one in lost
    }


def _page(
    troupe: Troupe, form: SeriesFields, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    if refusal is None:
        form.validate()
    shown = _shown(troupe, form, refusal)
    wrong = RulesFailed(shown.failures) if shown.failures else None
    said = refusal or wrong
    carried = _carried(shown, form)
    return answer(
        "rooms/series.html",
        lambda: _json(shown),
        status=refusal.status if refusal else 200,
        shown=shown,
        troupe=troupe,
        form=form,
        whys=_whys(shown),
        stock=_stock(troupe, shown),
        purposes=lent().purposes,
        refused=refusal_words(said) if said else "",
        changing=bool(form.data.get("change")),
        carried=carried,
        other_rooms=_path(troupe, [one for one in carried if one[0] not in ("space", "dates")]),
        change_dates=_path(troupe, [*carried, ("change", "1")]),
        key=form.data.get("key") or new_key(),
        weekdays=[(number, MONDAY + queries.DAY * (number - 1)) for number in range(1, 8)],
    )


def _stock(troupe: Troupe, shown: Shown) -> Sequence[Stock]:
    """Return what of the house's things is there on all dates of a settled series."""
    if shown.room is None or shown.is_open:
        return ()
    held = [shown.asked.span(one.day) for one in shown.choices if one.space_id]
    return stock_at(troupe.site_id, held)


def _carried(shown: Shown, form: SeriesFields) -> list[tuple[str, str]]:
    """Return what has been said, as the next step carries it on."""
    asked = shown.asked
    said = {
        "weekday": asked.weekday,
        "begins": asked.begins and f"{asked.begins:%H:%M}",
        "minutes": asked.minutes,
        "people": asked.people,
        "purpose": asked.purpose,
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "space": asked.space_id,
        "note": form.note.data,
    }
    dates = [
        ("dates", str(one.choice))
        for one in shown.planned
        if one.choice and not (one.own_is_free and one.choice.space_id == asked.space_id)
    ]
    things = [] if form.equipment.errors else [("equipment", one) for one in form.equipment.data]
    return [(name, str(value)) for name, value in said.items() if value] + things + dates


def _path(troupe: Troupe, said: Sequence[tuple[str, str]]) -> str:
    """Return the page of a series on which this has been said."""
    by_name: dict[str, Any] = {}
    for name, value in said:
        by_name.setdefault(name, []).append(value)
    return url_for("rooms.series", troupe_id=troupe.id, _anchor="next", **by_name)


def _json(shown: Shown) -> dict[str, Any]:
    asked, whys = shown.asked, _whys(shown)
    return {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "minutes": asked.minutes,
        "people": asked.people,
        "purpose": asked.purpose,
        "begins": [f"{one:%H:%M}" for one in shown.times],
        "days": [day.isoformat() for day in shown.days],
        "proposals": [_proposal_json(one) for one in shown.proposals],
        "space": asked.space_id,
        "dates": [_planned_json(one, whys) for one in shown.planned],
        "failed": [
            {"code": one.code, "day": one.day and one.day.isoformat()} for one in shown.failures
        ],
        "to_decide": shown.to_decide,
    }


def _proposal_json(one: Proposal) -> dict[str, Any]:
    return {
        "space": one.room.space_id,
        "free": len(one.room.free),
        "swaps": {day.isoformat(): list(rooms) for day, rooms in one.swaps.items()},
    }


def _planned_json(one: Planned, whys: Mapping[date, str]) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "date": str(one.choice) if one.choice else None,
        "free": one.own_is_free,
        "why": whys.get(one.day),
        "others": list(one.others),
    }


def _made_json(made: Reservation) -> dict[str, Any]:
    return {
        "reservation": made.code,
        "dates": [
            {
                "occurrence": one.id,
                "day": one.day.isoformat(),
                "space": one.space_id,
                "state": one.state,
            }
            for one in facts.occurrences_of(made.id)
        ],
    }
