"""Writing courses: into the review, and from its last step into what the public sees."""

from __future__ import annotations

from datetime import datetime

from palace.coursedesk.queries import courses as queries
from palace.coursedesk.rules import FIELDS
from palace.courses.catalogue import Course
from palace.db import db
from palace.members.services import note
from palace.pictures import services as pictures
from palace.review import services as review
from palace.review.errors import NothingChanged
from palace.review.rules import Fields, Reviewed
from palace.text import N_


def subject_of(course: Course) -> str:
    """Return what the review calls a course."""
    return f"course:{course.id}"


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
