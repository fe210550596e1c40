"""Slips of reservations and of waiting, and the week of a house, as print jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import segno
from flask import current_app, render_template, url_for
from flask_babel import gettext

from palace import printing, words
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.waits import Standing as InQueue
from palace.courses.states import ENROLMENT_WORDS
from palace.paper import Job
from palace.rooms.models import Purpose, Reservation, Room
from palace.rooms.queries.standing import Standing
from palace.rooms.queries.things import Carried
from palace.rooms.queries.waits import Standing as Waits
from palace.rooms.states import STANDING_WORDS
from palace.rooms.timetable import Lane, Place, Taken
from palace.tickets.printing import LANG
from palace.usage.rules import Paper, Sheet
from palace.venues.models import Site

CODE_GROUP = 5


def slip(
    found: Reservation,
    dates: Sequence[Standing],
    room: Room,
    *,
    things: Sequence[Carried],
    taker: str,
    purpose: Purpose,
    paper: Paper,
    now: datetime,
) -> Job:
    """Return the slip of a reservation: the room, its dates with how each stands, the rules, the QR."""
    return _job(
        "usage/paper/slip.html",
        gettext("预约单"),
        paper,
        room=room,
        address=_address("rooms.reservation", found.code),
        code=_spaced(found.code),
        taker=taker,
        purpose=purpose,
        one=found,
        things=things,
        dates=dates,
        state_words=STANDING_WORDS,
        now=now,
    )


def waiting_slip(
    standing: Waits, *, taker: str, purpose: Purpose, paper: Paper, now: datetime
) -> Job:
    """Return the slip of somebody who waits: for what, at which place, and how they will know."""
    return _job(
        "usage/paper/waiting.html",
        gettext("排队单"),
        paper,
        room=standing.room,
        address=_address("room_waits.entry", standing.wait.code),
        code=_spaced(standing.wait.code),
        taker=taker,
        purpose=purpose,
        standing=standing,
        now=now,
    )


def class_slip(
    one: Enrolment, sessions: Sequence[ClassSession], *, taker: str, paper: Paper, now: datetime
) -> Job:
    """Return the slip of a place in a class: its dates, room and teacher, what it costs, the QR."""
    return _job(
        "usage/paper/class_slip.html",
        gettext("报名单"),
        paper,
        address=_address("courses.enrolment", one.code),
        code=_spaced(one.code),
        taker=taker,
        of=one.offering,
        site=one.offering.space.site,
        one=one,
        state=ENROLMENT_WORDS[one.state_at(now)],
        sessions=sessions,
        now=now,
    )


def class_wait_slip(
    standing: InQueue,
    starts: Sequence[datetime],
    hours: int,
    *,
    taker: str,
    paper: Paper,
    now: datetime,
) -> Job:
    """Return the slip of somebody who waits for a class: at which place, and how they will know."""
    of = standing.wait.offering
    return _job(
        "usage/paper/class_waiting.html",
        gettext("排队单"),
        paper,
        address=_address("class_waits.entry", standing.wait.code),
        code=_spaced(standing.wait.code),
        taker=taker,
        of=of,
        site=of.space.site,
        standing=standing,
        starts=starts,
        hours=hours,
        now=now,
    )


def week(
    site: Site,
    days: Sequence[date],
    rooms: Sequence[tuple[Place, list[Lane]]],
    *,
    sheet: Sheet,
    now: datetime,
) -> Job:
    """Return the week of a house for its notice board: all rooms by all days, on A4 or A3."""
    return _job(
        "usage/paper/week.html",
        gettext("一周场地安排"),
        Paper.A4,
        site=site,
        days=days,
        rooms=[(place, [(lane, told(lane)) for lane in lanes]) for place, lanes in rooms],
        sheet=sheet,
        now=now,
        address=_public(url_for("rooms.day", day=days[0], site=site.code)),
    )


def told(lane: Lane) -> list[Taken]:
    """Return what a room's day says: uses in order, those of the same that touch as one."""
    found: list[Taken] = []
    for one in sorted(lane.taken, key=lambda use: (use.starts, use.finishes)):
        last = found[-1] if found else None
        if last and _says(last) == _says(one) and one.starts <= last.finishes:
            found[-1] = last._replace(finishes=max(last.finishes, one.finishes))
        else:
            found.append(one)
    return found


def _says(use: Taken) -> tuple[str, str, bool]:
    return use.use, use.name_zh, use.pending


def _job(template: str, title: str, paper: Paper, *, address: str, **values: Any) -> Job:
    """Return a page for the printing process; what no font has is the typographer's geta."""
    lang = LANG[words.language()]
    qr = segno.make(address, error="m", micro=False, boost_error=False)
    html = render_template(
        template,
        lang=lang,
        title=title,
        paper=paper,
        address=address,
        qr=qr.png_data_uri(scale=4, border=4),
        **values,
    )
    return Job(printing.covered(html), title, lang, roll=paper is Paper.ROLL)


def _address(endpoint: str, code: str) -> str:
    return _public(url_for(endpoint, code=code))


def _public(path: str) -> str:
    return str(current_app.extensions["palace"].public_url) + path


def _spaced(code: str) -> str:
    """Return a code in groups, as it is read out."""
    return " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))
