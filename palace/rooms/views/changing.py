"""Dates of a reservation are changed: one, this and the following, or all; a skipped one is added."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import SHANGHAI, iso
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms.errors import Failure, RulesFailed, Taken
from palace.rooms.forms import ChangeFields, ChangeForm, ChangeQuery
from palace.rooms.models import Occurrence, Room
from palace.rooms.queries import changing, facts
from palace.rooms.queries.changing import Change
from palace.rooms.series import Scope
from palace.rooms.services import series as services
from palace.rooms.services.editing import change
from palace.rooms.services.judging import judge
from palace.rooms.views.base import bp
from palace.rooms.views.reserving import show
from palace.rooms.wishes import MINUTE, Span
from palace.text import N_
from palace.web import (
    allow,
    answer,
    checked,
    pass_on,
    reads,
    refusal_words,
    wants_json,
)

ONE = "/occurrences/<id:occurrence_id>/change"
SCOPES = {
    Scope.ONE: N_("只改这一次"),
    Scope.FOLLOWING: N_("这一次和以后各次"),
    Scope.ALL: N_("所有还没到的"),
}


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(ChangeQuery)
def change_dates(occurrence_id: int) -> ResponseReturnValue:
    """Show what a change would do, date by date, before it is done."""
    one = facts.occurrence_for(current_member(), occurrence_id)
    return _page(one, ChangeQuery(request.args))


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(ChangeForm)
def take_change(occurrence_id: int) -> ResponseReturnValue:
    """Change the dates that were shown, all of them or none."""
    one = facts.occurrence_for(current_member(), occurrence_id)
    form = ChangeForm()
    try:
        checked(form)
        shown = [int(each) for each in form.dates.data] or None
        with transaction():
            wanted, by = _wanted(one, form), current_user.actor
            made = change(current_member(), occurrence_id, wanted, shown=shown, by=by)
            code = made.code
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(facts.occurrence_for(current_member(), occurrence_id), form, refusal)
    if wants_json():
        return {"reservation": code}
    flash(gettext("改好了，团队日历也跟着改了。"))
    return redirect(url_for("rooms.reservation", code=code), 303)


@bp.post("/occurrences/<id:occurrence_id>/add")
@allow(Role.MEMBER, Role.ACTING)
def add_skipped(occurrence_id: int) -> ResponseReturnValue:
    """Take a date after all that was skipped when its series was taken."""
    one = facts.occurrence_for(current_member(), occurrence_id)
    code = one.reservation.code
    try:
        with transaction():
            added = services.add_skipped(current_member(), occurrence_id, by=current_user.actor)
            body = {"reservation": code, "occurrence": added.id, "state": added.state}
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return show(facts.reservation_for(current_member(), code), refusal)
    if wants_json():
        return body
    flash(gettext("加上了。"))
    return redirect(url_for("rooms.reservation", code=code, _anchor=f"d{occurrence_id}"), 303)


def _wanted(one: Occurrence, form: ChangeFields) -> Change:
    """Return what was asked for; what was left out stays as it is."""
    scope = Scope(form.scope.data or Scope.ONE)
    begins = one.starts_at.astimezone(SHANGHAI).time()
    return Change(
        scope=scope,
        begins=form.begins.data or begins,
        minutes=form.minutes.data or (one.ends_at - one.starts_at) // MINUTE,
        people=form.people.data or one.reservation.people,
        day=form.day.data if scope is Scope.ONE and form.day.data != one.day else None,
        space_id=form.space.data,
    )


def _fill(form: ChangeFields, one: Occurrence) -> None:
    """Give the fields that were left out what they are now."""
    as_is = {
        form.scope: Scope.ONE,
        form.day: one.day,
        form.begins: one.starts_at.astimezone(SHANGHAI).time(),
        form.minutes: (one.ends_at - one.starts_at) // MINUTE,
        form.people: one.reservation.people,
    }
    for of, value in as_is.items():
        if not of.data and (of is form.minutes or not of.errors):
            of.data = value  # a length is chosen, not typed


def _page(
    one: Occurrence, form: ChangeFields, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    is_valid = form.validate()
    wanted = _wanted(one, form) if is_valid and form.begins.data else None
    dates = facts.occurrences_of(one.reservation_id)
    some = changing.chosen(dates, one, wanted.scope, clock.now()) if wanted else []
    rows = _rows(some, wanted) if wanted and some else []
    _fill(form, one)
    return answer(
        "rooms/change.html",
        lambda: {"dates": [_json(row) for row in rows]},
        status=refusal.status if refusal else 200,
        one=one,
        form=form,
        rooms=rooms_for(one),
        in_series=len(dates) > 1,
        scopes=SCOPES,
        rows=rows,
        moves=request.args.get("begins") is not None or refusal is not None,
        is_over=not changing.chosen(dates, one, Scope.ONE, clock.now()),
        goes=bool(rows) and not any(row.wrong for row in rows),
        refused=refusal_words(refusal) if refusal else "",
    )


def rooms_for(one: Occurrence) -> dict[int, Room]:
    """Return the rooms of the house that are lent to the same takers, and those that were."""
    own = facts.room(one.space_id)
    lent = facts.rooms_at([own.space.site_id])
    same = {each.space_id: each for each in lent if each.policy.takers is own.policy.takers}
    return {own.space_id: own} | same


@dataclass(frozen=True)
class Row:
    """A date as it is, what it would be, and in sentences what speaks against it."""

    one: Occurrence
    span: Span
    space_id: int
    wrong: Sequence[str]


def _rows(some: Sequence[Occurrence], wanted: Change) -> list[Row]:
    judged = judge(current_member(), some, wanted)
    met = set(changing.met(judged.takings, some))
    return [
        Row(one, span, wanted.space(one), _against(span.day, judged.failures, met))
        for one in some
        for span in [wanted.span(one)]
    ]


def _against(day: date, failures: Sequence[Failure], met: Collection[date]) -> list[str]:
    told: list[PalaceError] = [
        RulesFailed([failure]) for failure in failures if failure.day in (None, day)
    ]
    if day in met:
        told.append(Taken([day]))
    return [refusal_words(each) for each in told]


def _json(row: Row) -> dict[str, Any]:
    one, span = row.one, row.span
    return {
        "occurrence": one.id,
        "state": one.state,
        "old": _said(one.starts_at, one.ends_at, one.space_id),
        "new": _said(span.starts_at, span.ends_at, row.space_id),
        "wrong": list(row.wrong),
    }


def _said(starts_at: datetime, ends_at: datetime, space_id: int) -> dict[str, Any]:
    return {"starts_at": iso(starts_at), "ends_at": iso(ends_at), "space": space_id}
