"""Courses of the demonstration palace: three terms, some ninety classes, who is in them, a menu."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from palace.clock import SHANGHAI, at, palace_day
from palace.coursedesk.queries.terms import special_days
from palace.coursedesk.rules import FIELDS
from palace.coursedesk.services import courses as desk
from palace.courses.catalogue import Course, Term
from palace.courses.models import Offering
from palace.courses.policies import ClassRules
from palace.courses.series import Pattern, Series, days_of
from palace.courses.services import planning
from palace.courses.states import OfferingState
from palace.db import db
from palace.demo.house import read
from palace.demo.learners import EACH, Learner, Run, ask, enrol, learners_of_rosters
from palace.demo.people import SEED
from palace.demo.review import AUTHOR, FIRST, SECOND, actor
from palace.demo.rolls import call
from palace.errors import PalaceError
from palace.members.models import Member
from palace.members.rules import Role
from palace.members.services import grant_post
from palace.money import Fen
from palace.review import queries as review
from palace.review import services as reviewing
from palace.security import public_code
from palace.teachers.models import Teacher, TeacherSkill, TeacherTime
from palace.teachers.rules import MINUTE, Span
from palace.venues.models import Space
from palace.venues.queries import head_site

DAY, WEEK = timedelta(days=1), timedelta(days=7)
TERM_WEEKS, BEFORE_WEEKS, SESSIONS = 22, 2, 12
NOON, EVENING = 12, 18
PARTS = (("上午", "morning"), ("下午", "afternoon"), ("晚", "evening"))
OPENING, CLOSING = time(10), time(18)
BEGINS_AFTER = (0, 2, 3, 4)
"""Weeks after the term's first day that the parallel classes of a course begin, one after another."""
SPARE_ROOMS = ("405A", "405B", "305", "204", "205", "404")


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
    people = learners_of_rosters(today)
    for term in (last, current):
        learners = [Learner(member_id) for member_id in people]
        runs = _runs(term, file["course"])
        classes = [(_planned(run, term, courses, teachers), run) for run in runs]
        enrol([(of, run) for of, run in classes if of], term, learners, chance, now)
    call(at(today, time.min), at(current.first_on, time.min))
    ask(site_id, file["menu"], people, now)


def _course(row: Mapping[str, Any]) -> Course:
    """Type a course in and let it pass the review."""
    names = {one.name for one in FIELDS}
    empty = {name: None if name in {"picture", "min_age", "max_age"} else "" for name in names}
    fields = empty | {"level": 0} | {name: row[name] for name in names if name in row}
    course = reviewing.begin(
        Course, fields, actor(AUTHOR), key=public_code(), site_id=None, within=None
    )
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
        zh, en = _called(run)
        of = Offering(
            name_zh=zh,
            name_en=en,
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
            fund=row.get("fund"),
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


def _called(run: Run) -> tuple[str, str]:
    """Return which of the parallel classes one is: 周三晚班."""
    begins = run.spans[0].starts_at.astimezone(SHANGHAI)
    part = sum(begins.hour >= hour for hour in (NOON, EVENING))
    zh, en = PARTS[part]
    if "running" in run.row:
        return f"{zh}班", f"{en.capitalize()}s"
    weekday = run.spans[0].day.isoweekday()
    return f"周{'一二三四五六日'[weekday - 1]}{zh}班", f"{begins:%A} {en}"


def _spare(space: Space) -> list[Space]:
    wanted = select(Space).where(Space.code.in_(SPARE_ROOMS), Space.id != space.id)
    return list(db.session.scalars(wanted.order_by(Space.id)).unique())
