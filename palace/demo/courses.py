"""Courses of the demonstration palace: three terms, some ninety classes, who is in them, a menu."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy import insert, select

from palace.clock import at, palace_day
from palace.coursedesk.queries.terms import special_days
from palace.coursedesk.rules import FIELDS
from palace.coursedesk.services import courses as desk
from palace.courses.catalogue import Course, Term
from palace.courses.models import ClassWait, Enrolment, Offering
from palace.courses.policies import ClassRules
from palace.courses.series import Pattern, Series, days_of
from palace.courses.services import planning
from palace.courses.states import Channel, EnrolmentState, OfferingState, WaitState
from palace.db import db
from palace.demo.house import read
from palace.demo.people import SEED
from palace.demo.review import AUTHOR, FIRST, SECOND, actor
from palace.errors import PalaceError
from palace.members.models import Member, RosterEntry
from palace.members.rules import Role
from palace.members.services import grant_post
from palace.money import FREE, Fen
from palace.payments.models import Payment
from palace.review import queries as review
from palace.review import services as reviewing
from palace.security import public_code
from palace.surveys.models import Survey, SurveyLine, SurveyVote
from palace.teachers.models import Teacher, TeacherSkill, TeacherTime
from palace.teachers.rules import MINUTE, Span
from palace.venues.models import Space
from palace.venues.queries import head_site

DAY, WEEK = timedelta(days=1), timedelta(days=7)
TERM_WEEKS, BEFORE_WEEKS, SESSIONS = 22, 2, 12
OPENING, CLOSING = time(10), time(18)
LEARNERS, EACH = 560, 2
BEGINS_AFTER = (0, 2, 3, 4)
"""Weeks after the term's first day that the parallel classes of a course begin, one after another."""
FULL, FEW, RUNNING = ("calligraphy", 1), ("yoga", 3), ("children", 0)
FEW_ENROLLED, WAITING, COUNTER_EVERY = 4, 6, 8
SPARE_ROOMS = ("405A", "405B", "305", "204", "205", "404")
VOTERS = 90


@dataclass
class Learner:
    """A member with what they learn in a term: courses, and weekdays on which they are here."""

    member_id: int
    courses: set[str] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Run:
    """A class as it is planned in a term: of which row of the file, the how manieth, on which days."""

    row: Mapping[str, Any]
    number: int
    spans: Sequence[Span]
    space: Space


def bring_in(now: datetime) -> None:
    """Add terms, courses that passed the review, teachers, classes with their people, and the menu."""
    file, chance = read("courses.toml"), random.Random(SEED)  # noqa: S311 - how full classes are, no secret
    site_id, today = head_site().id, palace_day(now)
    db.session.add(ClassRules(site_id=site_id))
    courses = {row["code"]: _course(row) for row in file["course"]}
    for row in file["course"]:
        courses[row["code"]].prerequisite = courses.get(row.get("prerequisite", ""))
    teachers = _teachers(site_id, file["teacher"])
    last, current, _coming = _terms(site_id, today)
    people = _learners(today)
    for term in (last, current):
        learners = [Learner(member_id) for member_id in people]
        runs = _runs(term, file["course"])
        classes = [(_planned(run, term, courses, teachers), run) for run in runs]
        _enrol([(of, run) for of, run in classes if of], term, learners, chance, now)
    _menu(site_id, file["menu"], people, now)


def _course(row: Mapping[str, Any]) -> Course:
    """Type a course in and let it pass the review."""
    names = {one.name for one in FIELDS}
    empty = {name: None if name in {"picture", "min_age", "max_age"} else "" for name in names}
    fields = empty | {"level": 0} | {name: row[name] for name in names if name in row}
    course = desk.create(fields, actor(AUTHOR), key=public_code(), site_id=None, within=None)
    for step, who in enumerate((FIRST, SECOND), 1):
        waiting = review.open_revision(desk.subject_of(course))
        if waiting is not None:
            reviewing.decide(
                waiting, step=step, version=waiting.version, reason="", by=actor(who), passed=True
            )
    return course


def _teachers(site_id: int, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Teacher]]:
    """Return the teachers by what they can teach; the one with a number signs in with it."""
    by_subject: dict[str, list[Teacher]] = defaultdict(list)
    for row in rows:
        named = {name: row.get(name, "") for name in ("name_zh", "name_en", "about_zh", "about_en")}
        teacher = Teacher(site_id=site_id, **named)
        if "phone" in row:
            member = Member(phone=row["phone"], name=row["name_zh"])
            db.session.add(member)
            db.session.flush()
            grant_post(member, Role.TEACHER, site_id=site_id)
            teacher.member_id = member.id
        db.session.add(teacher)
        db.session.flush()
        for subject, level in row["skills"].items():
            db.session.add(TeacherSkill(teacher_id=teacher.id, subject=subject, level=level))
            by_subject[subject].append(teacher)
        db.session.add_all(_times(teacher, row.get("times", ())))
    db.session.flush()
    return by_subject


def _times(teacher: Teacher, told: Sequence[str]) -> Iterator[TeacherTime]:
    for weekday, begins, ends in (one.split() for one in told):
        yield TeacherTime(
            teacher_id=teacher.id,
            weekday=int(weekday),
            begins=time.fromisoformat(begins),
            ends=time.fromisoformat(ends),
        )


def _terms(site_id: int, today: date) -> list[Term]:
    """Return the term that is over, the one that has begun, and the next, which nobody sees yet."""
    monday = today - DAY * (today.isoweekday() - 1)
    current = monday - WEEK * BEFORE_WEEKS
    terms = []
    for by, (zh, en) in enumerate(
        (("上学期", "Last term"), ("本学期", "This term"), ("下学期", "Next term")), -1
    ):
        first = current + WEEK * TERM_WEEKS * by
        opens = first - WEEK * 2
        terms.append(
            Term(
                site_id=site_id,
                name_zh=f"{first.year}年{first.month}月{zh}",
                name_en=f"{en}, from {first:%B %Y}",
                first_on=first,
                last_on=first + WEEK * TERM_WEEKS - DAY,
                shown_at=at(opens - WEEK, OPENING),
                opens_at=at(opens, OPENING),
                public_opens_at=at(opens + WEEK, OPENING),
                closes_at=at(first + WEEK * 8, CLOSING),
                per_person=EACH,
            )
        )
    db.session.add_all(terms)
    db.session.flush()
    return terms


def _runs(term: Term, rows: Sequence[Mapping[str, Any]]) -> Iterator[Run]:
    """Yield the classes of a term, several of a course one after another."""
    spaces = {one.code: one for one in db.session.scalars(select(Space)).unique()}
    special = special_days(term.site_id, term.first_on, term.last_on)
    for row in rows:
        for number, (weekday, begins, room) in enumerate(one.split() for one in row["times"]):
            begun = term.first_on + WEEK * BEGINS_AFTER[number]
            running = "running" in row
            wish = Series(
                pattern=Pattern.RUNNING if running else Pattern.WEEKLY,
                first=begun + (WEEK * 3 if running else DAY * (int(weekday) - 1)),
                count=row.get("running", SESSIONS),
            )
            starts = time.fromisoformat(begins)
            spans = [
                Span(day, at(day, starts), at(day, starts) + row["minutes"] * MINUTE)
                for day in days_of(wish, special).planned
            ]
            for code in (room, *SPARE_ROOMS):
                if code in spaces:
                    yield Run(row, number, spans, spaces[code])
                    break


def _planned(
    run: Run,
    term: Term,
    courses: Mapping[str, Course],
    teachers: Mapping[str, Sequence[Teacher]],
) -> Offering | None:
    """Open a class where its room and a teacher of the subject are free, or in another room."""
    row, able = run.row, teachers[run.row["subject"]]
    in_turn = [able[(run.number + by) % len(able)] for by in range(len(able))]
    others = [run.space, *_spare(run.space)]
    for space, teacher in ((space, one) for space in others for one in in_turn):
        of = Offering(
            term=term,
            course=courses[row["code"]],
            space=space,
            teacher=teacher,
            places=min(row["places"], space.capacity),
            in_person=3,
            in_person_until=term.opens_at + DAY * 3,
            member_fee=Fen(row.get("member_fee", 0)),
            public_fee=Fen(row["public_fee"]) if "public_fee" in row else None,
            material_fee=Fen(row.get("material_fee", 0)),
            minimum=row.get("minimum", 8),
            decides_on=run.spans[0].day - DAY * 5,
            trial_sessions=1,
            state=OfferingState.PUBLISHED,
            published_at=term.shown_at,
        )
        try:
            with db.session.begin_nested():
                db.session.add(of)
                db.session.flush()
                planning.plan(of, run.spans, by=actor(AUTHOR))
        except PalaceError:
            continue
        return of
    return None


def _spare(space: Space) -> list[Space]:
    wanted = select(Space).where(Space.code.in_(SPARE_ROOMS), Space.id != space.id)
    return list(db.session.scalars(wanted.order_by(Space.id)).unique())


def _learners(today: date) -> list[int]:
    """Return members of the rosters who learn here, with accounts of their own."""
    taken = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    phones = select(Member.id).where(Member.phone == RosterEntry.phone).exists()
    entries = db.session.execute(
        select(RosterEntry.id, RosterEntry.name, RosterEntry.phone)
        .where(RosterEntry.valid_until >= today, RosterEntry.phone.is_not(None), ~taken, ~phones)
        .order_by(RosterEntry.id.desc())
        .limit(LEARNERS)
    ).all()
    rows = [{"roster_entry_id": one.id, "name": one.name, "phone": one.phone} for one in entries]
    return list(db.session.scalars(insert(Member).returning(Member.id), rows))


def _enrol(
    classes: Sequence[tuple[Offering, Run]],
    term: Term,
    learners: Sequence[Learner],
    chance: random.Random,
    now: datetime,
) -> None:
    """Fill classes partly, one wholly with people waiting, one below its minimum as its day comes."""
    current, in_turn = term.last_on >= palace_day(now), cycle(learners)
    rows: list[dict[str, Any]] = []
    for of, run in classes:
        mark = (run.row["code"], run.number)
        count = chance.randint(of.minimum, int(of.places * 0.8))
        if current and mark == FEW:
            of.decides_on, count = palace_day(now) + DAY, FEW_ENROLLED
        if current and mark == FULL:
            count = of.places
        chosen = list(_free(in_turn, run, count + (WAITING if mark == FULL else 0)))
        rows += [_row(of, one, number) for number, one in enumerate(chosen[:count])]
        if current and mark == FULL:
            db.session.add_all(_wait(of, one, number) for number, one in enumerate(chosen[count:]))
    db.session.flush()
    made = db.session.execute(
        insert(Enrolment).returning(Enrolment.id, Enrolment.fee, Enrolment.material_fee), rows
    )
    _paid([(one.id, Fen(one.fee + one.material_fee)) for one in made], term)


def _free(in_turn: Iterator[Learner], run: Run, count: int) -> Iterator[Learner]:
    """Yield who has time and not enough classes yet, a round of everybody at most."""
    weekday, course = run.spans[0].day.isoweekday(), str(run.row["code"])
    for one in islice(in_turn, LEARNERS):
        if count == 0:
            return
        if len(one.courses) < EACH and course not in one.courses and weekday not in one.weekdays:
            one.courses.add(course)
            one.weekdays.add(weekday)
            count -= 1
            yield one


def _row(of: Offering, one: Learner, number: int) -> dict[str, Any]:
    counter = number % COUNTER_EVERY == COUNTER_EVERY - 1
    return {
        "code": public_code(),
        "offering_id": of.id,
        "member_id": one.member_id,
        "state": EnrolmentState.CONFIRMED,
        "channel": Channel.COUNTER if counter else Channel.ONLINE,
        "fee": of.member_fee,
        "material_fee": of.material_fee,
        "enrolled_at": of.term.opens_at + MINUTE * number,
    }


def _wait(of: Offering, one: Learner, number: int) -> ClassWait:
    return ClassWait(
        code=public_code(),
        offering_id=of.id,
        member_id=one.member_id,
        channel=Channel.ONLINE,
        state=WaitState.WAITING,
        joined_at=of.term.opens_at + MINUTE * (of.places + number),
    )


def _paid(enrolments: Sequence[tuple[int, Fen]], term: Term) -> None:
    """Write that what costs something was paid at the counter."""
    rows = [
        {
            "part": "courses",
            "subject_id": number,
            "amount": amount,
            "asked_at": term.opens_at,
            "pay_by": term.opens_at + DAY * 3,
            "paid_at": term.opens_at + DAY,
            "backend": "counter",
            "reference": f"class-{number}",
        }
        for number, amount in enrolments
        if amount > FREE
    ]
    db.session.execute(insert(Payment), rows)


def _menu(site_id: int, row: Mapping[str, Any], people: Sequence[int], now: datetime) -> None:
    """Ask what people would like to learn next, with votes of some."""
    survey = Survey(
        site_id=site_id,
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        choices=row["choices"],
        opens_at=now - WEEK,
        closes_at=now + WEEK * 3,
    )
    db.session.add(survey)
    db.session.flush()
    lines = []
    for position, told in enumerate(row["lines"], 1):
        subject, zh, en = told.split(maxsplit=2)
        lines.append(
            SurveyLine(
                survey_id=survey.id, position=position, subject=subject, title_zh=zh, title_en=en
            )
        )
    db.session.add_all(lines)
    db.session.flush()
    votes = {
        (lines[(voter * (turn + 2) + turn * turn) % len(lines)].id, member_id)
        for voter, member_id in enumerate(people[:VOTERS])
        for turn in range(row["choices"])
    }
    rows = [
        {"line_id": line, "member_id": member_id, "voted_at": now}
        for line, member_id in sorted(votes)
    ]
    db.session.execute(insert(SurveyVote), rows)
