"""Taking a room, what was taken, and giving it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.clock import iso
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms import rules, services
from palace.rooms.forms import CancelForm, ReserveForm
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import facts, waits
from palace.rooms.queries.facts import figures_of
from palace.rooms.queries.standing import Standing, standings_of
from palace.rooms.queries.things import carried_to, stock_at
from palace.rooms.states import STANDING_WORDS, OccurrenceState
from palace.rooms.views.base import bp
from palace.rooms.views.confirming import asked_again, ways_out
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json


@bp.post("/reservations")
@allow(Role.MEMBER, Role.ACTING)
@reads(ReserveForm)
def reserve() -> ResponseReturnValue:
    """Take a room, once or every week: all dates that are not skipped, or none."""
    form = ReserveForm()
    try:
        checked(form)
        with transaction():
            made = services.reserve(
                form.wish(current_member()),
                swaps=form.swaps,
                skips=form.skips,
                by=current_user.actor,
                key=form.key.data,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _ask_again(form, refusal)
    if wants_json():
        return _json(made, standings_of(made.id)), 201
    say_taken(made)
    return redirect(url_for("rooms.reservation", code=made.code), 303)


def _ask_again(form: ReserveForm, refusal: PalaceError) -> Response:
    """Show a wish that was refused, with the reasons and everything that was typed."""
    form.key.data = new_key()
    room = None if form.space.errors else facts.find_room(form.space.data)
    asked = asked_again(form)
    return answer(
        "rooms/again.html",
        {},
        status=refusal.status,
        form=form,
        room=room,
        purposes=facts.purposes(),
        refusal=refusal_words(refusal),
        asked=asked,
        ways=ways_out(asked, refusal) if asked else None,
        stock=stock_at(room.space.site_id, form.spans) if room else (),
    )


@bp.get("/reservations/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
def reservation(code: str) -> ResponseReturnValue:
    """Show a reservation: its dates, how each stands, and who may give it back."""
    return show(facts.reservation_for(current_member(), code))


@bp.post("/reservations/<code:code>/cancel")
@allow(Role.MEMBER, Role.ACTING)
@reads(CancelForm)
def cancel(code: str) -> ResponseReturnValue:
    """Give back one date, several, or all that are to come."""
    form = CancelForm()
    found = facts.reservation_for(current_member(), code)
    try:
        checked(form)
        with transaction():
            ended = services.cancel(found, form.ids, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return show(facts.reservation_for(current_member(), code), refusal)
    if wants_json():
        return _json(found, standings_of(found.id))
    flash(_said(ended))
    return redirect(url_for("rooms.reservation", code=code), 303)


def _said(ended: Sequence[Occurrence]) -> str:
    if not ended:
        return str(gettext("没有可以取消的了。"))
    count = len(ended)
    return str(ngettext("取消了%(num)s次。", "取消了%(num)s次。", count))


def say_taken(made: Reservation) -> None:
    """Say how many dates were taken, and how many of them somebody decides about."""
    states = Counter(one.state for one in facts.occurrences_of(made.id))
    taken, asked = states[OccurrenceState.CONFIRMED], states[OccurrenceState.PENDING]
    if taken:
        flash(ngettext("约好了%(num)s次。", "约好了%(num)s次。", taken))
    if asked:
        flash(ngettext("%(num)s次等审批，结果会告诉您。", "%(num)s次等审批，结果会告诉您。", asked))


def show(found: Reservation, refusal: PalaceError | None = None) -> Response:
    """Show a reservation, and why something could not be done with it."""
    dates, now = standings_of(found.id), clock.now()
    room = facts.room(found.space_id)
    figures = figures_of(room.policy)
    coming = [one for one in dates if one.may_cancel(now)]
    return answer(
        "rooms/reservation.html",
        lambda: _json(found, dates),
        status=refusal.status if refusal else 200,
        one=found,
        room=room,
        figures=figures,
        troupe=facts.find_troupe(found.troupe_id),
        purpose=facts.get_purpose(found.purpose),
        things=carried_to(found.id),
        dates=dates,
        coming=coming,
        skipped=sum(one.state is OccurrenceState.SKIPPED for one in dates),
        held=sum(one.state is not OccurrenceState.SKIPPED for one in coming),
        offers={one.id: waits.find_for(one.id) for one in coming if _is_offered(one)},
        parts=facts.parts_of(found),
        late={one.id for one in coming if _is_strike(one, now)},
        words=STANDING_WORDS,
        now=now,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _is_offered(one: Standing) -> bool:
    return one.state is OccurrenceState.OFFERED


def _is_strike(one: Standing, now: datetime) -> bool:
    """Return whether giving a date back now counts as not having come."""
    figures = figures_of(facts.room(one.space_id).policy)
    late = rules.is_late_to_cancel(one.starts_at, figures, now)
    return figures.late_cancel_strikes and late and one.state is OccurrenceState.CONFIRMED


def _json(found: Reservation, dates: Sequence[Standing]) -> dict[str, Any]:
    """Return a reservation as JSON clients read it."""
    return {
        "reservation": found.code,
        "space": found.space_id,
        "troupe": found.troupe_id,
        "purpose": found.purpose,
        "people": found.people,
        "minutes": found.minutes,
        "weeks": found.weeks,
        "note": found.note,
        "occurrences": [
            {
                "occurrence": one.id,
                "space": one.space_id,
                "day": one.day.isoformat(),
                "starts_at": iso(one.starts_at),
                "ends_at": iso(one.ends_at),
                "state": one.state,
                "decided_by": iso(one.decided_by) if one.decided_by else None,
                "why": one.why,
            }
            for one in dates
        ],
    }
