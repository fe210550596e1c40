"""How a line of a menu could become a class: its course, who is free to teach it, rooms and times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from palace.clock import palace_day
from palace.coursedesk.queries.courses import usable
from palace.coursedesk.queries.looking import Looked, RoomChoice, Wanted, look
from palace.courses.catalogue import Course, Term
from palace.courses.queries.facts import class_rules
from palace.courses.series import Pattern, Series
from palace.surveys.models import SurveyLine
from palace.surveys.rules import told_apart
from palace.teachers.models import Teacher
from palace.teachers.queries import fitting, times_of
from palace.teachers.rules import Free
from palace.venues.models import Space

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
STEP = timedelta(minutes=30)
PROPOSED, TRIED = 3, 8
"""So many teachers and so many places are proposed; so many beginnings are looked at for each teacher."""
EVENINGS = [(weekday, time(19)) for weekday in range(1, 6)]
"""When somebody is asked first who never said when they are free: a weekday's evening."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a class is sought for: a term of a house, a course, from an instant on; how long, how large."""

    term: Term
    course: Course
    now: datetime
    count: int
    minutes: int
    places: int


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A weekday, a time and a room that are free for a teacher on every date of a term."""

    space: Space
    weekday: int
    begins: time
    wanted: Wanted
    looked: Looked

    @property
    def value(self) -> str:
        """Return how an address names it: its room, its weekday and when it begins."""
        return f"{self.space.id}.{self.weekday}.{self.begins:%H%M}"


@dataclass(frozen=True, kw_only=True)
class Able:
    """A teacher who fits and is free, with the places proposed for them."""

    teacher: Teacher
    proposals: Sequence[Proposal]


def courses_for(line: SurveyLine, site_id: int) -> Sequence[Course]:
    """Return the reviewed courses a line could be: its own one alone, else those of its subject."""
    reviewed = [one for one in usable([site_id]) if one.title_zh]
    same = [
        one
        for one in reviewed
        if one.id == line.course_id or told_apart(one.title_zh) == told_apart(line.title_zh)
    ]
    return same or [one for one in reviewed if one.subject == line.subject]


def sought(term: Term, course: Course, *, now: datetime, places: int | None = None) -> Sought:
    """Return what a class is sought for with the figures of its house, in places that were said else."""
    figures = class_rules(term.site_id)
    return Sought(
        term=term,
        course=course,
        now=now,
        count=figures.usual_sessions,
        minutes=figures.usual_minutes,
        places=places or figures.usual_places,
    )


def able(sought: Sought) -> list[Able]:
    """Return up to three teachers who can teach a course and have a place in a term, by name."""
    course, found = sought.course, []
    for teacher in fitting(course.subject, course.level, sought.term.site_id):
        proposals = proposals_for(sought, teacher)
        if proposals:
            found.append(Able(teacher=teacher, proposals=proposals))
        if len(found) == PROPOSED:
            break
    return found


def proposals_for(sought: Sought, teacher: Teacher) -> list[Proposal]:
    """Return up to three places for a class, each on a weekday of its own where there are so many."""
    found: list[Proposal] = []
    for begin in _beginnings(teacher, timedelta(minutes=sought.minutes)):
        one = proposal_at(sought, teacher, *begin)
        found += [one] if one else []
        if len({each.weekday for each in found}) == PROPOSED:
            break
    first = {one.weekday: one for one in reversed(found)}
    by_day = sorted(found, key=lambda one: first[one.weekday] is not one)
    return sorted(by_day[:PROPOSED], key=lambda one: (one.weekday, one.begins))


def _beginnings(teacher: Teacher, length: timedelta) -> list[tuple[int, time]]:
    """Return when a class of a teacher could begin, the first of every stretch they are free in first."""
    free = times_of([teacher.id]).get(teacher.id)
    if not free:
        return EVENINGS
    stretches = [list(_within(one, length)) for one in free]
    longest = max(len(each) for each in stretches)
    turns = [each[turn] for turn in range(longest) for each in stretches if turn < len(each)]
    return turns[:TRIED]


def _within(free: Free, length: timedelta) -> Iterator[tuple[int, time]]:
    day = datetime.combine(date(2000, 1, 1), free.begins)
    ends = datetime.combine(date(2000, 1, 1), free.ends)
    while day + length <= ends:
        yield free.weekday, day.time()
        day += STEP


def proposal_at(
    sought: Sought, teacher: Teacher, weekday: int, begins: time, space_id: int | None = None
) -> Proposal | None:
    """Return a class's dates at a weekday and time, in a room that is free on all of them.

    Args:
        space_id: the room, where somebody chose it; it may have been taken since, and is shown so.
    """
    wanted = Wanted(
        site_id=sought.term.site_id,
        subject=sought.course.subject,
        level=sought.course.level,
        places=sought.places,
        space_id=space_id,
        teacher_id=teacher.id,
        series=_series(sought, weekday),
        begins=begins,
        minutes=sought.minutes,
    )
    looked = look(wanted)
    inside = sum(span.day <= sought.term.last_on for span in looked.spans)
    if inside < len(looked.spans):
        wanted = replace(wanted, series=replace(wanted.series, count=inside))
        looked = look(wanted)
    if not looked.spans:
        return None
    if space_id is None:
        return _free_room(wanted, looked, teacher, weekday)
    room = next((one for one in looked.rooms if one.space.id == space_id), None)
    return _proposal(room.space, weekday, wanted, looked) if room else None


def _series(sought: Sought, weekday: int) -> Series:
    first = _first(sought.term, weekday, palace_day(sought.now))
    return Series(pattern=Pattern.WEEKLY, first=first, count=sought.count)


def _first(term: Term, weekday: int, today: date) -> date:
    """Return the first such weekday of a term that is still to come."""
    begun = max(term.first_on, today + DAY)
    return begun + (weekday - begun.isoweekday()) % 7 * DAY


def _free_room(wanted: Wanted, looked: Looked, teacher: Teacher, weekday: int) -> Proposal | None:
    if not any(one.teacher.id == teacher.id and one.free for one in looked.teachers):
        return None
    rooms = [one for one in looked.rooms if _may_be_in(one)]
    for room in rooms[:PROPOSED]:
        chosen = replace(wanted, space_id=room.space.id)
        seen = look(chosen)
        if not any(one.clashes or one.outside for one in seen.dates):
            return _proposal(room.space, weekday, chosen, seen)
    return None


def _may_be_in(room: RoomChoice) -> bool:
    return room.fits and room.for_courses and not room.taken


def _proposal(space: Space, weekday: int, wanted: Wanted, looked: Looked) -> Proposal:
    return Proposal(
        space=space, weekday=weekday, begins=wanted.begins, wanted=wanted, looked=looked
    )
