"""Writing courses: into the review, and from its last step into what the public sees."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from palace import commands
from palace.coursedesk.errors import SiteNotYours
from palace.coursedesk.queries import courses as queries
from palace.coursedesk.rules import FIELDS
from palace.courses.catalogue import Course
from palace.db import db
from palace.members.services import note
from palace.pictures import services as pictures
from palace.review import services as review
from palace.review.errors import NothingChanged
from palace.review.rules import Fields, Reviewed
from palace.security import public_code
from palace.statements import execute_all
from palace.text import N_


def subject_of(course: Course) -> str:
    """Return what the review calls a course."""
    return f"course:{course.id}"


def create(
    fields: Fields, by: str, *, key: str, site_id: int | None, within: Collection[int] | None
) -> Course:
    """Begin a course and send its fields into the review; the same key again is the same one.

    Raises:
        SiteNotYours: who is limited to some houses (`within`) puts it into one of them.
        KeyReused: the key was used for other fields.
    """
    if within is not None and site_id not in within:
        raise SiteNotYours
    code = public_code()
    body = repr((sorted(fields.items()), site_id))
    taking = commands.taking(by, "course", key, body=body, answer=code)
    (taken,) = execute_all(taking)
    first = commands.first_of(taking, taken)
    if first != code:
        return queries.find_by_code(first)
    course = Course(code=code, site_id=site_id)
    db.session.add(course)
    db.session.flush()
    review.propose(subject_of(course), fields, by)
    return course


def change(course: Course, fields: Fields, by: str, *, seen: str, prerequisite: int | None) -> None:
    """Send changed fields of a course into the review; what it builds on changes at once.

    Raises:
        RevisionMoved: somebody else changed or decided it meanwhile.
        NothingChanged: nothing is otherwise.
    """
    before = course.prerequisite_id
    if prerequisite != before:
        course.prerequisite_id = prerequisite
        db.session.flush()
        note(
            "course_prerequisite_set",
            subject_of(course),
            before={"course": before},
            after={"course": prerequisite},
        )
    try:
        review.propose(subject_of(course), fields, by, seen=seen)
    except NothingChanged:
        if prerequisite == before:
            raise


def write(course_id: int, fields: Fields, now: datetime) -> None:
    """Let the public see the fields of a course: called by the last step of the review only."""
    course = db.session.get_one(Course, course_id)
    for field in FIELDS:
        setattr(course, field.name, fields.get(field.name))
    if course.picture:
        pictures.show(course.picture, now)
    db.session.flush()


COURSE = Reviewed(
    words=N_("课程"),
    fields=FIELDS,
    title="title",
    page=("coursedesk.course", "course_id"),
    read=queries.public_fields,
    write=write,
    site_of=queries.site_of,
)
"""What of a course is reviewed, and where it is read and written."""
