"""Courses as the desk writes them; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Text, and_, case, cast, false, func, or_, select, true

from palace import words
from palace.coursedesk.rules import FIELDS
from palace.courses.catalogue import Course
from palace.courses.models import Offering
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.review.models import Revision
from palace.review.queries import last_revision, open_revision
from palace.review.rules import OPEN, STATES, RevisionState
from palace.teachers.rules import SUBJECTS
from palace.text import N_

Sites = Collection[int] | None


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that a course is these houses' own; None: any."""
    if sites is None:
        return true()
    return Course.site_id.in_(sites) if sites else false()


def usable_at(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that classes of a course may be given at these houses: the palace's, or theirs."""
    return or_(Course.site_id.is_(None), of_sites(sites))


def get_course(course_id: int, sites: Sites) -> Course:
    """Return a course these houses write, public or not.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    found = db.session.scalars(
        select(Course).where(Course.id == course_id, of_sites(sites))
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


def find_by_code(code: str) -> Course:
    """Return the course with this code.

    Raises:
        NoResultFound: there is none.
    """
    return db.session.scalars(select(Course).where(Course.code == code)).one()


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
    return of_sites(actor.sites(*AT_PROGRAMME))


def _or_proposed(public: Any, name: str) -> ColumnElement[Any]:
    """Return what stands in a course, or, where it was never reviewed, in its revision."""
    return func.coalesce(func.nullif(public, ""), Revision.fields[name].astext, "")


STATE = case(
    (Revision.state.is_not(None), cast(Revision.state, Text)),
    (Course.title_zh == "", RevisionState.WITHDRAWN.value),
    else_=RevisionState.PASSED.value,
)
CLASSES = select(func.count()).where(Offering.course_id == Course.id).select_from(Offering)
COURSES = List(
    endpoint="coursedesk.courses",
    title=N_("课程"),
    source=table_of(Course).outerjoin(
        table_of(Revision),
        and_(
            Revision.subject == func.concat("course:", cast(Course.id, Text)),
            Revision.state.in_(OPEN),
        ),
    ),
    key=Course.id,
    order="-number",
    template="coursedesk/courses.html",
    scope=_here,
    more=[_or_proposed(Course.title_en, "title_en").label("title_en")],
    columns=[
        Column(
            name="title_zh",
            heading=N_("课程"),
            of=_or_proposed(Course.title_zh, "title_zh"),
            filters=True,
            say=lambda row: words.named(row, "title"),
            link=lambda row: url_for("coursedesk.course", course_id=row.number),
        ),
        Column(
            name="subject",
            heading=N_("门类"),
            of=_or_proposed(Course.subject, "subject"),
            kind=Kind.WORD,
            choices=SUBJECTS,
            filters=True,
        ),
        Column(
            name="review",
            heading=N_("审核"),
            of=STATE,
            kind=Kind.WORD,
            choices={state.value: told for state, told in STATES.items()},
            filters=True,
        ),
        Column(
            name="classes", heading=N_("开过几个班"), of=CLASSES.scalar_subquery(), kind=Kind.NUMBER
        ),
        Column(name="number", heading=N_("编号"), of=Course.id, kind=Kind.NUMBER, sorts=True),
    ],
    empty=N_("还没有课程。"),
)
