"""Rows of courses for tests: `teaching.enrolment(teaching.offering(places=2))`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from palace import clock
from palace.clock import at, palace_day
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.courses.catalogue import Course, Term
from palace.courses.models import ClassSession, ClassWait, Enrolment, Offering
from palace.courses.policies import ClassRules
from palace.courses.rules import Wish
from palace.courses.services import enrol
from palace.courses.states import Channel, OfferingState, WaitState
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.security import public_code
from palace.teachers.models import Teacher
from tests.factory import NUMBERS, Factory


@dataclass
class Teaching:
    """Makes what is taught; a class is open for members, free, and begins in two weeks unless said else."""

    make: Factory

    def today(self) -> date:
        """Return the palace day."""
        return palace_day(clock.now())

    def day(self, ahead: int = 14) -> date:
        """Return a day so many days from today."""
        return self.today() + timedelta(days=ahead)

    def rules(self, **figures: object) -> ClassRules:
        """Return the head house's figures of classes, made once, changed as said."""
        site_id = self.make.site().id
        found = db.session.get(ClassRules, site_id)
        if found is None:
            found = ClassRules(site_id=site_id)
            self.make.add(found)
        for name, value in figures.items():
            setattr(found, name, value)
        db.session.flush()
        return found

    def term(self, **values: object) -> Term:
        """Return the term, made once unless values ask for another: open for everybody since yesterday."""
        found = db.session.scalars(select(Term).order_by(Term.id)).first()
        if found is not None and not values:
            return found
        number, now = next(NUMBERS), clock.now()
        given: dict[str, object] = {
            "site_id": self.make.site().id,
            "name_zh": f"第{number}学期",
            "name_en": f"Term {number}",
            "first_on": self.day(14),
            "last_on": self.day(120),
            "shown_at": now - timedelta(days=7),
            "opens_at": now - timedelta(days=1),
            "public_opens_at": now - timedelta(days=1),
            "closes_at": now + timedelta(days=100),
            "per_person": 2,
        }
        term = Term(**(given | values))
        self.make.add(term)
        return term

    def course(self, title: str = "书法基础", **values: object) -> Course:
        """Return a course that was reviewed, for everybody."""
        number = next(NUMBERS)
        given: dict[str, object] = {
            "code": f"course-{number}",
            "site_id": self.make.site().id,
            "subject": "calligraphy",
            "title_zh": title,
            "title_en": f"Course {number}",
            "about_zh": "从握笔学起。",
            "about_en": "From holding the brush.",
            "bring_zh": "毛笔",
            "bring_en": "A brush",
        }
        course = Course(**(given | values))
        self.make.add(course)
        return course

    def teacher(self, member: Member | None = None, **values: object) -> Teacher:
        """Return a teacher; with `member` they sign in by their phone and have the post."""
        number = next(NUMBERS)
        given: dict[str, object] = {
            "site_id": self.make.site().id,
            "member_id": member.id if member else None,
            "name_zh": f"老师{number}",
            "name_en": f"Teacher {number}",
        }
        teacher = Teacher(**(given | values))
        self.make.add(teacher)
        if member:
            self.make.post(member, Role.TEACHER)
        return teacher

    def offering(
        self,
        sessions: int = 3,
        *,
        course: Course | None = None,
        term: Term | None = None,
        teacher: Teacher | None = None,
        first: date | None = None,
        begins: str = "19:00",
        minutes: int = 90,
        **values: object,
    ) -> Offering:
        """Return a published class with weekly sessions, in a hall of its own, by a teacher of its own."""
        given: dict[str, object] = {
            "term_id": (term or self.term()).id,
            "course_id": (course or self.course()).id,
            "teacher_id": (teacher or self.teacher()).id,
            "state": OfferingState.PUBLISHED,
            "places": 20,
            "published_at": clock.now() - timedelta(days=7),
        } | values
        if "space_id" not in given:
            given["space_id"] = self.make.space().id
        if given["state"] is OfferingState.DRAFT:
            given["published_at"] = None
        offering = Offering(**given)
        self.make.add(offering)
        for number in range(sessions):
            day = (first or self.day()) + timedelta(weeks=number)
            self.session(offering, day, begins, minutes)
        return offering

    def session(
        self,
        offering: Offering,
        day: date,
        begins: str = "19:00",
        minutes: int = 90,
        **values: object,
    ) -> ClassSession:
        """Return the next session of a class; it holds no room, as no rule of enrolling reads that."""
        starts_at = at(day, time.fromisoformat(begins))
        numbers = select(ClassSession.number).where(ClassSession.offering_id == offering.id)
        given: dict[str, object] = {
            "offering_id": offering.id,
            "number": max(db.session.scalars(numbers).all(), default=0) + 1,
            "day": day,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=minutes),
            "space_id": offering.space_id,
            "teacher_id": offering.teacher_id,
        }
        session = ClassSession(**(given | values))
        self.make.add(session)
        return session

    def child(self, member: Member, years: int = 8, name: str = "小宝") -> Companion:
        """Return a child whom a member keeps, with the guardian's word."""
        born = self.today().replace(day=1) - timedelta(days=366 * years)
        child = Companion(
            member_id=member.id, name=name, relation=Relation.CHILD, born_on=born, by_guardian=True
        )
        self.make.add(child)
        return child

    def wish(self, offering: Offering, member: Member | None = None, **wished: object) -> Wish:
        """Return a wish for a place, of a new member unless one is named."""
        who = member or self.make.member()
        return Wish(offering_id=offering.id, member=who, **wished)  # type: ignore[arg-type]  # of a wish

    def enrolment(
        self, offering: Offering, member: Member | None = None, **wished: object
    ) -> Enrolment:
        """Return an enrolment made as people make one."""
        wish = self.wish(offering, member, **wished)
        return enrol(wish, by=f"member:{wish.member.id}")

    def wait(
        self,
        offering: Offering,
        member: Member | None = None,
        *,
        lapses_at: datetime | None = None,
        **values: object,
    ) -> ClassWait:
        """Return somebody who waits for a place; with `lapses_at` one is offered to them until then."""
        now = clock.now()
        given: dict[str, object] = {
            "code": public_code(),
            "offering_id": offering.id,
            "member_id": (member or self.make.member()).id,
            "channel": Channel.ONLINE,
            "state": WaitState.OFFERED if lapses_at else WaitState.WAITING,
            "joined_at": now,
            "offered_at": now if lapses_at else None,
            "lapses_at": lapses_at,
        }
        wait = ClassWait(**(given | values))
        self.make.add(wait)
        return wait
