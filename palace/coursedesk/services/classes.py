"""Classes: opened with every session planned, changed, published; what is shown is what is planned."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from palace import clock, commands
from palace.coursedesk.errors import (
    ClassMoved,
    ClassOver,
    DatesChanged,
    FewerPlaces,
    InThePast,
    NoDates,
    NotReviewed,
    OutsideTerm,
    RoomNotThere,
)
from palace.coursedesk.queries.looking import Looked, Wanted, look
from palace.coursedesk.queries.rooms import around_at, during
from palace.coursedesk.rules import seen_as
from palace.courses.catalogue import Course, Term
from palace.courses.claims import live_places
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import class_rules, planned_of
from palace.courses.services import announcing, places, planning
from palace.courses.services.offering import pass_on
from palace.courses.states import OfferingState
from palace.db import db
from palace.members.services import note
from palace.money import Fen
from palace.review.queries import is_reviewed
from palace.rooms import claims as rooms
from palace.rooms.queries.displaced import in_the_way
from palace.rooms.services.displacing import make_way
from palace.statements import execute, execute_all
from palace.teachers.models import Teacher
from palace.teachers.queries import locked as locked_teachers
from palace.venues.models import Space


@dataclass(frozen=True, kw_only=True)
class ClassFacts:
    """What is written of a class beside its sessions: its name, places, fees and figures."""

    name_zh: str
    name_en: str
    places: int
    in_person: int
    in_person_until: datetime | None
    opens_at: datetime | None
    member_fee: Fen
    public_fee: Fen | None
    material_fee: Fen
    fund: str | None
    minimum: int
    decides_on: date | None
    trial_sessions: int
    late_sessions: int
    offer_sessions: int
    absences: int


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A class to be opened: of which course, in which term and room, by whom, and what is written of it."""

    term: Term
    course: Course
    space: Space
    teacher: Teacher | None
    wanted: Wanted
    facts: ClassFacts


def completed(facts: ClassFacts, term: Term, first_on: date) -> ClassFacts:
    """Return what is written of a class with what nobody typed: its decision day, until when places are kept.

    Both go by the figures of its house; `first_on` is its first day.
    """
    figures, decides_on, until = class_rules(term.site_id), facts.decides_on, facts.in_person_until
    if facts.minimum and decides_on is None:
        decides_on = first_on - timedelta(days=figures.decide_days)
    if facts.in_person and until is None:
        until = (facts.opens_at or term.opens_at) + timedelta(hours=figures.in_person_hours)
    return replace(facts, decides_on=decides_on, in_person_until=until)


def open_class(opening: Opening, *, seen: str, displaces: bool, by: str, key: str) -> Offering:
    """Open a class as a draft and plan exactly the sessions that were shown; the same key: the same class.

    Args:
        seen: what stood against the dates as whoever plans saw it (`Looked.seen`).
        displaces: whether lent rooms in the way are ended, their takers told and offered other places.

    Raises:
        NoDates, InThePast, OutsideTerm, RoomNotThere: there is nothing that could be planned.
        DatesChanged: it is not what was shown any more; nothing is planned.
        SpaceTaken, TeacherBusy: something is in the way, as it was shown.
    """
    number = db.session.scalar(select(func.nextval(NUMBERS))) or 0
    taking = commands.taking(by, "class", key, body=repr(_body(opening)), answer=str(number))
    (taken,) = execute_all(taking)
    first = commands.first_of(taking, taken)
    if first != str(number):
        return db.session.get_one(Offering, int(first))
    _lock(opening, displaces=displaces)
    looked = look(opening.wanted)
    _check(opening, looked)
    if looked.seen != seen:
        raise DatesChanged
    offering = _written(opening, number)
    if displaces:
        _displace(opening.space, looked, by)
    around = around_at(opening.space.id)
    planning.plan(offering, looked.spans, by=by, before=around.before, after=around.after)
    return offering


NUMBERS = func.pg_get_serial_sequence("offerings", "id")


def _body(opening: Opening) -> tuple[object, ...]:
    of = opening
    return of.term.id, of.course.id, of.wanted, of.facts


def _lock(opening: Opening, *, displaces: bool) -> None:
    """Lock the teacher, then the room; every space of the house where several takers move elsewhere."""
    if opening.teacher is not None:
        locked_teachers([opening.teacher.id])
    spaces = {opening.space.id}
    if displaces:
        of_house = select(Space.id).where(Space.site_id == opening.term.site_id)
        spaces |= set(db.session.scalars(of_house))
    execute(*rooms.locking_spaces(spaces))


def _check(opening: Opening, looked: Looked) -> None:
    term, spans = opening.term, looked.spans
    if opening.space.site_id != term.site_id:
        raise RoomNotThere
    if not spans:
        raise NoDates
    if spans[0].starts_at <= clock.now():
        raise InThePast
    if spans[0].day < term.first_on or spans[-1].day > term.last_on:
        raise OutsideTerm(first=term.first_on, last=term.last_on)


def _written(opening: Opening, number: int) -> Offering:
    offering = Offering(
        id=number,
        term=opening.term,
        course=opening.course,
        space=opening.space,
        teacher=opening.teacher,
        **asdict(opening.facts),
    )
    db.session.add(offering)
    db.session.flush()
    note(
        "class_opened",
        f"offering:{offering.id}",
        after={"course": opening.course.id, "term": opening.term.id, "places": offering.places},
    )
    return offering


def _displace(space: Space, looked: Looked, by: str) -> None:
    """Have every lent date give way that was shown; who had it is offered another place."""
    for one in looked.dates:
        for way in one.ways[:1]:
            span = during(way.held)
            agreed = [found.occurrence.id for found in in_the_way(space, span, clock.now())]
            make_way(space, span, agreed, by=by, clear_of=[space])


def facts_of(offering: Offering) -> ClassFacts:
    """Return what is written of a class."""
    return ClassFacts(**{name: getattr(offering, name) for name in ClassFacts.__annotations__})


def seen_of(offering: Offering) -> str:
    """Return what a form carries of a class."""
    return seen_as([offering.state, *asdict(facts_of(offering)).values()])


def change(offering: Offering, facts: ClassFacts, *, seen: str, bought: bool) -> bool:
    """Change what is written of a class; who waits gets what came free. Return whether anything is otherwise.

    Args:
        bought: the material is bought by now: its fee is not given back any more.

    Raises:
        ClassMoved: somebody else changed it since it was seen.
        ClassOver: it was called off.
        FewerPlaces: more have a place than it would have.
    """
    places.lock(offering, [], [])
    before = facts_of(offering)
    buys = bought and offering.materials_bought_at is None
    if before == facts and not buys:
        return False
    if seen_of(offering) != seen:
        raise ClassMoved
    if offering.state is OfferingState.CANCELLED:
        raise ClassOver
    taken = live_places(offering.id)
    if facts.places < taken:
        raise FewerPlaces(taken=taken)
    for name, value in asdict(facts).items():
        setattr(offering, name, value)
    if buys:
        offering.materials_bought_at = clock.now()
    offering.revision += 1
    db.session.flush()
    _note_change(offering, before, facts)
    _renamed(offering, before)
    pass_on(offering.id)
    return True


def _note_change(offering: Offering, before: ClassFacts, after: ClassFacts) -> None:
    was, now = asdict(before), asdict(after)
    changed = [name for name in now if now[name] != was[name]]
    note(
        "class_set",
        f"offering:{offering.id}",
        before={name: _told(was[name]) for name in changed},
        after={name: _told(now[name]) for name in changed},
    )


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _renamed(offering: Offering, before: ClassFacts) -> None:
    """Bring the agenda of what is still to come up to date where the class is called otherwise."""
    if (before.name_zh, before.name_en) != (offering.name_zh, offering.name_en):
        now = clock.now()
        announcing.enter(_coming(offering, now), now)


def publish(offering: Offering) -> bool:
    """Let everybody see a class from the day its term is shown on; return False where they do.

    Raises:
        ClassOver: it was called off.
        NotReviewed: its course never passed the review.
    """
    places.lock(offering, [], [])
    if offering.state is OfferingState.CANCELLED:
        raise ClassOver
    if offering.state is OfferingState.PUBLISHED:
        return False
    if not is_reviewed(f"course:{offering.course_id}"):
        raise NotReviewed
    now = clock.now()
    offering.state, offering.published_at = OfferingState.PUBLISHED, now
    db.session.flush()
    announcing.enter(_coming(offering, now), now)
    note("class_published", f"offering:{offering.id}")
    return True


def _coming(offering: Offering, now: datetime) -> list[ClassSession]:
    return [one for one in planned_of(offering.id) if one.ends_at > now]
