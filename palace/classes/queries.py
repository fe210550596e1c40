"""Who is in a class, what was written to it, which recordings it has and who opened them; never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from palace import words
from palace.classes.models import ClassMessage, Recording, RecordingView
from palace.courses.catalogue import Course
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Staff

SHOWN = 30
END_OF_PHONE = 4


@dataclass(frozen=True)
class Opened:
    """A recording with how many people opened it, and how often in all."""

    recording: Recording
    people: int
    times: int


@dataclass(frozen=True)
class Said:
    """A message to a class and who wrote it."""

    message: ClassMessage
    writer: str


@dataclass(frozen=True)
class Learner:
    """Somebody on a class's roster, as its teacher and the office read them."""

    enrolment: Enrolment

    @property
    def name(self) -> str:
        """Return what they are called."""
        own = self.enrolment.companion
        return own.name if own else words.called(self.enrolment.member)

    @property
    def brought_by(self) -> str:
        """Return whose child or parent they are; "": they came by themselves."""
        return words.called(self.enrolment.member) if self.enrolment.companion else ""

    @property
    def phone_end(self) -> str:
        """Return the last digits of the number to be told apart by, or reached through."""
        return (self.enrolment.member.phone or "")[-END_OF_PHONE:]

    @property
    def is_unpaid(self) -> bool:
        """Return whether the money for the place has not come."""
        return self.enrolment.state is EnrolmentState.UNPAID


def roster(offering_id: int) -> list[Learner]:
    """Return who has a place in a class now, in the order they came."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.offering_id == offering_id, holds())
        .options(joinedload(Enrolment.member))
        .order_by(Enrolment.id)
    )
    return [Learner(one) for one in db.session.scalars(wanted)]


def sessions(offering_id: int) -> Sequence[ClassSession]:
    """Return the sessions of a class that take place, in order."""
    wanted = select(ClassSession).where(
        ClassSession.offering_id == offering_id, ClassSession.state == SessionState.PLANNED
    )
    return db.session.scalars(wanted.order_by(ClassSession.starts_at, ClassSession.id)).all()


def messages(offering_id: int) -> list[Said]:
    """Return what was written to a class, the newest first."""
    wanted = select(ClassMessage).where(ClassMessage.offering_id == offering_id)
    found = db.session.scalars(wanted.order_by(ClassMessage.id.desc()).limit(SHOWN)).all()
    writers = _writers({one.sent_by for one in found})
    return [Said(one, writers.get(one.sent_by, "")) for one in found]


def written_since(offering_id: int, instant: datetime) -> Sequence[ClassMessage]:
    """Return what was written to a class since an instant."""
    wanted = select(ClassMessage).where(
        ClassMessage.offering_id == offering_id, ClassMessage.sent_at >= instant
    )
    return db.session.scalars(wanted).all()


def bodies(subjects: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return messages by the subject of their notices, as inboxes show them whole."""
    ids = [int(subject.partition(":")[2]) for subject in subjects]
    wanted = select(ClassMessage.id, ClassMessage.words).where(ClassMessage.id.in_(ids))
    return {
        f"class_message:{row.id}": {"zh": row.words, "en": row.words}
        for row in db.session.execute(wanted)
    }


def _writers(actors: set[str]) -> dict[str, str]:
    """Return what people are called who wrote: teachers by their whole name, as the class knows them."""
    found: dict[str, str] = {}
    for word, model in (("member", Member), ("staff", Staff)):
        ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith(f"{word}:")]
        rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
        found |= {f"{word}:{row.id}": row.name for row in rows}
    return found


def recordings(course_id: int) -> Sequence[Recording]:
    """Return the recordings of a course that are there, as they were added."""
    wanted = select(Recording).where(
        Recording.course_id == course_id, Recording.withdrawn_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(Recording.id)).all()


def opened(course_id: int) -> list[Opened]:
    """Return all recordings of a course, withdrawn ones too, with who opened them and how often."""
    wanted = (
        select(
            Recording,
            func.count(RecordingView.member_id.distinct()),
            func.coalesce(func.sum(RecordingView.times), 0),
        )
        .outerjoin(RecordingView, RecordingView.recording_id == Recording.id)
        .where(Recording.course_id == course_id)
        .group_by(Recording.id)
        .order_by(Recording.id)
    )
    return [Opened(one, people, int(times)) for one, people, times in db.session.execute(wanted)]


def all_recordings() -> list[tuple[Course, list[Recording]]]:
    """Return the recordings that are there by course, the courses that are public only."""
    wanted = (
        select(Course, Recording)
        .join(Recording, Recording.course_id == Course.id)
        .where(Recording.withdrawn_at.is_(None), Course.title_zh != "")
        .order_by(Course.subject, Course.id, Recording.id)
    )
    found: dict[int, tuple[Course, list[Recording]]] = {}
    for course, recording in db.session.execute(wanted):
        found.setdefault(course.id, (course, []))[1].append(recording)
    return list(found.values())


def get_recording(recording_id: int) -> Recording:
    """Return a recording that members may open.

    Raises:
        NotFound: there is none, or it was withdrawn.
    """
    wanted = (
        select(Recording)
        .join(Course, Course.id == Recording.course_id)
        .where(
            Recording.id == recording_id,
            Recording.withdrawn_at.is_(None),
            Course.title_zh != "",
        )
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def recording_of(course_id: int, recording_id: int) -> Recording:
    """Return a recording of a course, also one that was withdrawn.

    Raises:
        NotFound: the course has none such.
    """
    found = db.session.get(Recording, recording_id)
    if found is None or found.course_id != course_id:
        raise NotFound
    return found
