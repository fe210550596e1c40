"""Before a room is taken: what would be reserved, by one tap; or why not, and what could be had instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from palace import clock
from palace.errors import BadInput, NotFound, PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms import rules
from palace.rooms.errors import Failure, NoiseBeside, RuleFailed, RulesFailed
from palace.rooms.forms import ReserveForm
from palace.rooms.queries import grid, terms
from palace.rooms.queries.finding import span_of, ways_around
from palace.rooms.queries.places import find_place, lent, places_at
from palace.rooms.queries.things import stock_at
from palace.rooms.services import Wish
from palace.rooms.timetable import CellKind, Lane
from palace.rooms.views.asked import NO_START, TakeForm
from palace.rooms.views.base import bp
from palace.rooms.views.told import instant, place_json
from palace.rooms.views.wanting import Who, checked_query, who_looks
from palace.rooms.ways import Wanted, Ways
from palace.rooms.wishes import Takers
from palace.web import allow, answer, reads, refusal_words

IN_FORM = {"too_many_people", "too_few_people", "purpose_unfit", "purpose_unknown", "nobody"}
"""Rules that who confirms can still keep: the form has the field."""
ELSEWHERE = {"too_many_people", "too_few_people", "purpose_unfit"}
"""Rules that another room may keep."""
USUAL_MINUTES = 120


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What would be taken: a room at a time, for whom, what for.

    `typed`: what was typed besides, as links to other times and rooms carry it on.
    """

    lane: Lane
    wanted: Wanted
    who: Who
    typed: Mapping[str, object]

    @property
    def is_free(self) -> bool:
        """Return whether nobody has the room then."""
        return self.lane.is_free(self.wanted.begins, self.wanted.ends)

    @property
    def is_taken(self) -> bool:
        """Return whether others have the room then: one can wait for it."""
        return self.lane.stands(self.wanted.begins, self.wanted.ends) is CellKind.TAKEN


@bp.get("/spaces/<id:space_id>/take")
@allow(Role.MEMBER, Role.ACTING)
@reads(TakeForm)
def take(space_id: int) -> ResponseReturnValue:
    """Show what would be reserved, to be confirmed by one tap."""
    form, now, place = TakeForm(request.args), clock.now(), find_place(space_id)
    if place is None:
        raise NotFound
    checked_query(form)
    if form.starts.data is None:
        raise BadInput(fields={"starts": str(NO_START)})
    who = who_looks(form.troupe.data)
    asked = _asked(
        form, grid.lanes([place], [clock.palace_day(form.starts.data)], now, who.seen)[0], who
    )
    wish = _wish(asked)
    failures, to_decide = _judged(wish)
    blocking = [one for one in failures if one.code not in IN_FORM]
    told = [refusal_words(RuleFailed(one)) for one in failures]
    return answer(
        "rooms/take.html",
        lambda: _json(asked, told, to_decide),
        is_free=asked.is_free,
        is_taken=asked.is_taken,
        place=place,
        wanted=asked.wanted,
        told=told,
        blocked=bool(blocking) or not asked.is_free,
        to_decide=to_decide,
        lengths=asked.lane.lengths(asked.wanted.begins),
        purposes=[
            one for one in lent().purposes if not place.purposes or one.code in place.purposes
        ],
        stock=stock_at(place.site_id, wish.spans),
        form=form,
        typed=asked.typed,
        ways=_instead(asked, now) if not asked.is_free else Ways(),
        key=new_key(),
        who=who,
    )


def _asked(form: TakeForm, lane: Lane, who: Who) -> Asked:
    """Return what an address asks for, where it says nothing what the troupe had last."""
    starts_at, place = form.starts.data, lane.place
    begins = grid.minute_of(lane.day, starts_at)
    lengths, last = lane.lengths(begins), who.troupe.last if who.troupe else None
    usual = (last.ends_at - last.starts_at) // timedelta(minutes=1) if last else USUAL_MINUTES
    fitting = (
        [length for length in lengths if length <= usual] or lengths or [place.figures.min_minutes]
    )
    purpose = form.purpose.data or (last.purpose if last else "")
    known = not place.purposes or purpose in place.purposes
    wanted = Wanted(
        day=lane.day,
        begins=begins,
        minutes=form.minutes.data or fitting[-1],
        people=form.people.data or (who.troupe.size if who.troupe else 1),
        purpose=purpose if purpose and known else next(iter(place.purposes), "meeting"),
        space_id=place.space_id,
    )
    return Asked(lane=lane, wanted=wanted, who=who, typed=_typed(form))


def _typed(form: TakeForm | ReserveForm) -> dict[str, object]:
    things = [] if form.equipment.errors else form.equipment.data
    return {"note": form.note.data or None, "equipment": things or None}


def asked_again(form: ReserveForm) -> Asked | None:
    """Return what a refused wish was for; None: it says no room or no time, or is for several weeks."""
    place = None if form.space.errors else find_place(form.space.data or 0)
    unclear = form.starts.errors or form.minutes.errors or form.people.errors
    if place is None or unclear or (form.weeks.data or 1) > 1:
        return None
    starts_at, who = form.starts.data, who_looks(form.troupe.data)
    day = clock.palace_day(starts_at)
    wanted = Wanted(
        day=day,
        begins=grid.minute_of(day, starts_at),
        minutes=form.minutes.data or 0,
        people=form.people.data or 0,
        purpose=form.purpose.data or "",
        space_id=place.space_id,
    )
    lane = grid.lanes([place], [day], clock.now(), who.seen)[0]
    return Asked(lane=lane, wanted=wanted, who=who, typed=_typed(form))


def ways_out(asked: Asked, refusal: PalaceError) -> Ways:
    """Return what could be had instead of what was refused; a free room's time stays, where that helps."""
    if not asked.is_free:
        return _instead(asked, clock.now())
    codes = {one.code for one in refusal.failures} if isinstance(refusal, RulesFailed) else set()
    if isinstance(refusal, NoiseBeside) or codes & ELSEWHERE:
        return Ways(room=_instead(asked, clock.now()).room)
    return Ways()


def _wish(asked: Asked) -> Wish:
    wanted = asked.wanted
    of_troupe = asked.lane.place.figures.takers is Takers.TROUPE and asked.who.troupe is not None
    return Wish(
        space_id=asked.lane.place.space_id,
        spans=(span_of(wanted),),
        purpose=wanted.purpose,
        people=wanted.people,
        troupe_id=asked.who.troupe.id if of_troupe and asked.who.troupe else None,
        member=current_member(),
    )


def _judged(wish: Wish) -> tuple[Sequence[Failure], bool]:
    """Return every rule a wish does not keep, and whether somebody of the palace has to decide."""
    known = terms.facts_of(wish, wish.member, wish.space_id, swaps={}, in_series=False)
    return rules.failed_rules(wish, known), bool(rules.must_decide(wish, known, wish.spans))


def _instead(asked: Asked, now: datetime) -> Ways:
    """Return what could be had instead, of all rooms of the house that are lent to the same takers."""
    place = asked.lane.place
    places = places_at(place.site_id, place.figures.takers)
    return ways_around(places, asked.wanted, {}, now, asked.who.seen)


def _json(asked: Asked, told: Sequence[str], to_decide: bool) -> dict[str, Any]:
    wanted = asked.wanted
    return {
        **place_json(asked.lane.place),
        "starts_at": instant(wanted.day, wanted.begins),
        "ends_at": instant(wanted.day, wanted.ends),
        "free": asked.is_free,
        "lengths": asked.lane.lengths(wanted.begins),
        "decided_by_a_person": to_decide,
        "failures": list(told),
    }
