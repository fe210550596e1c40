"""Who looks for a room, and what they probably want: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from flask import request
from flask_login import current_user

from palace import clock
from palace.errors import BadInput, NotFound
from palace.rooms.queries import habits
from palace.rooms.queries.grid import Seen, minute_of
from palace.rooms.queries.habits import Led, Use
from palace.rooms.queries.places import House
from palace.rooms.views.asked import DayForm, FindForm, TakeForm
from palace.rooms.ways import Wanted
from palace.web import wants_json

DAY, WEEK = timedelta(days=1), timedelta(days=7)
EVENING = time(19)
USUAL_MINUTES = 120


@dataclass(frozen=True, kw_only=True)
class Who:
    """Who looks: the troupes they lead, and the one they look for."""

    member_id: int | None
    troupes: Sequence[Led]
    troupe: Led | None

    @property
    def seen(self) -> Seen:
        """Return whose uses are told to them as theirs."""
        return Seen(member_id=self.member_id, troupes={one.id for one in self.troupes})


def who_looks(troupe_id: int | None = None) -> Who:
    """Return who looks, for the troupe they chose or their first."""
    member = current_user.member if current_user.is_authenticated else None
    troupes = habits.troupes_of(member.id, clock.now()) if member else []
    chosen = [one for one in troupes if one.id == troupe_id] or troupes
    return Who(
        member_id=member.id if member else None,
        troupes=troupes,
        troupe=chosen[0] if chosen else None,
    )


def site_of(code: str | None, sites: Sequence[House]) -> House:
    """Return the house that was asked for; without a word the first.

    Raises:
        NotFound: there is no such house, or it lends no room.
    """
    found = [site for site in sites if code in (None, "", site.code)]
    if not found:
        raise NotFound
    return found[0]


def checked_query(form: DayForm | TakeForm) -> None:
    """Validate what was asked.

    Raises:
        BadInput: carries the sentence of each field.
    """
    if not form.validate():
        raise BadInput(fields={str(name): next(iter(told)) for name, told in form.errors.items()})


def asked_well(form: DayForm | TakeForm) -> BadInput | None:
    """Return what is wrong with a question, to be told beside its page.

    Raises:
        BadInput: to programs.
    """
    try:
        checked_query(form)
    except BadInput as refusal:
        if wants_json():
            raise
        return refusal
    return None


def usual(led: Led | None, now: datetime) -> Wanted:
    """Return what somebody probably wants: what their troupe had last, a week on; else an evening."""
    if led is not None and led.last is not None:
        return replace(coming(led.last, now), people=led.size)
    today = clock.palace_day(now)
    return Wanted(
        day=today if now < clock.at(today, EVENING) else today + DAY,
        begins=EVENING.hour * 60,
        minutes=USUAL_MINUTES,
        people=led.size if led else 0,
    )


def coming(use: Use, now: datetime) -> Wanted:
    """Return a use a week on, or the next of its time of the week that lies ahead."""
    starts_at = use.starts_at + WEEK
    while starts_at <= now:
        starts_at += WEEK
    day = clock.palace_day(starts_at)
    return Wanted(
        day=day,
        begins=minute_of(day, starts_at),
        minutes=(use.ends_at - use.starts_at) // timedelta(minutes=1),
        people=use.people,
        purpose=use.purpose,
        space_id=use.space_id,
    )


def wanted_of(form: FindForm, norm: Wanted) -> Wanted:
    """Return what is wanted: what was asked; who has not asked yet wants what is usual."""
    if not request.args:
        return norm
    at = form.time.data
    return Wanted(
        day=form.day.data or norm.day,
        begins=at.hour * 60 + at.minute if at else norm.begins,
        minutes=form.minutes.data or norm.minutes,
        people=form.people.data or 0,
        floor=form.floor.data,
        purpose=form.purpose.data or "",
        equipment=form.equipment.data,
        space_id=form.space.data,
    )
