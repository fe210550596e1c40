"""Courses as the desk writes them; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, func, or_, select

from palace import words
from palace.coursedesk.rules import FIELDS
from palace.courses.catalogue import Course
from palace.courses.models import Offering
from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.review.queries import last_revision, open_revision
from palace.review.written import or_proposed, review_column, with_revision
from palace.teachers.rules import SUBJECTS
from palace.text import N_
from palace.venues.queries import Sites, at_sites


def usable_at(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that classes of a course may be given at these houses: the palace's, or theirs."""
    return or_(Course.site_id.is_(None), at_sites(Course.site_id, sites))


def get_course(course_id: int, sites: Sites) -> Course:
    """Return a course these houses write, public or not.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    found = db.session.scalars(
        select(Course).where(Course.id == course_id, at_sites(Course.site_id, sites))
    ).first()
    if found is None:
        raise NotFound
    return found


def find_usable(course_id: int, sites: Sites) -> Course | None:
    """Return a course whose classes these houses may give."""
    wanted = select(Course).where(Course.id == course_id, usable_at(sites))
    return db.session.scalars(wanted).first()


def usable(sites: Sites) -> Sequence[Course]:
    """Return the courses whose classes these houses may give, by subject."""
    wanted = select(Course).where(usable_at(sites))
    return db.session.scalars(wanted.order_by(Course.subject, Course.id)).all()


def site_of(course_id: int) -> int | None:
    """Return the house a course belongs to; None: the whole palace's."""
    return db.session.scalar(select(Course.site_id).where(Course.id == course_id))


def public_fields(course_id: int) -> dict[str, Any]:
    """Return the fields of a course as the public sees them; nothing where it was never reviewed."""
    wanted = select(Course).where(Course.id == course_id)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if not found.title_zh:
        return {}
    return {field.name: getattr(found, field.name) for field in FIELDS}


def title_of(course: Course) -> str:
    """Return a course's title; of one never reviewed, what waits for it."""
    if course.title_zh:
        return words.named(course, "title")
    subject = f"course:{course.id}"
    last = open_revision(subject) or last_revision(subject)
    told = last.fields if last else {}
    return str((words.language() == "en" and told.get("title_en")) or told.get("title_zh") or "")


def classes_of(course_id: int) -> Sequence[Offering]:
    """Return every class of a course, the newest first."""
    wanted = select(Offering).where(Offering.course_id == course_id)
    return db.session.scalars(wanted.order_by(Offering.id.desc())).unique().all()


def _here(actor: SignedIn) -> ColumnElement[bool]:
    return at_sites(Course.site_id, actor.sites(*AT_PROGRAMME))


CLASSES = select(func.count()).where(Offering.course_id == Course.id).select_from(Offering)
COURSES = List(
    endpoint="coursedesk.courses",
    title=N_("课程"),
    source=with_revision(Course, "course"),
    key=Course.id,
    order="-number",
    template="coursedesk/courses.html",
    scope=_here,
    more=[or_proposed(Course.title_en, "title_en").label("title_en")],
    columns=[
        Column(
            name="title_zh",
            heading=N_("课程"),
            of=or_proposed(Course.title_zh, "title_zh"),
            filters=True,
            say=lambda row: words.named(row, "title"),
            link=lambda row: url_for("coursedesk.course", course_id=row.number),
        ),
        Column(
            name="subject",
            heading=N_("门类"),
            of=or_proposed(Course.subject, "subject"),
            kind=Kind.WORD,
            choices=SUBJECTS,
            filters=True,
        ),
        review_column(Course.title_zh),
        Column(
            name="classes", heading=N_("开过几个班"), of=CLASSES.scalar_subquery(), kind=Kind.NUMBER
        ),
        Column(name="number", heading=N_("编号"), of=Course.id, kind=Kind.NUMBER, sorts=True),
    ],
    empty=N_("还没有课程。"),
)
