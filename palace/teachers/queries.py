"""Who teaches here, what, and when they said they are free; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, select

from palace.clock import SHANGHAI
from palace.db import db
from palace.errors import NotFound
from palace.teachers.errors import TeacherLeft
from palace.teachers.models import Teacher, TeacherSkill, TeacherTime
from palace.teachers.rules import Asked, Free, Span, can_teach, is_free
from palace.venues.queries import Sites, at_sites


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that a teacher is these houses' own; None: any."""
    return at_sites(Teacher.site_id, sites)


def find_teacher(member_id: int) -> Teacher | None:
    """Return the teacher a member is, if they teach here."""
    mine = select(Teacher).where(Teacher.member_id == member_id, Teacher.left_at.is_(None))
    return db.session.scalars(mine).first()


def get_teacher(teacher_id: int, sites: Sites) -> Teacher:
    """Return a teacher of these houses, who may have left.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalars(
        select(Teacher).where(Teacher.id == teacher_id, of_sites(sites))
    ).first()
    if found is None:
        raise NotFound
    return found


def check_here(teacher: Teacher) -> None:
    """Refuse who teaches here no longer.

    Raises:
        TeacherLeft: they do not.
    """
    if teacher.left_at is not None:
        raise TeacherLeft(teacher)


def teachers_of(sites: Sites) -> Sequence[Teacher]:
    """Return who teaches at these houses, by name."""
    there = select(Teacher).where(of_sites(sites), Teacher.left_at.is_(None))
    return db.session.scalars(there.order_by(Teacher.name_zh, Teacher.id)).all()


def fitting(subject: str | None, level: int, site_id: int) -> list[Teacher]:
    """Return who of a house can teach a subject at a level, by name; all of them without a subject."""
    there = teachers_of([site_id])
    if subject is None:
        return list(there)
    skills = select(TeacherSkill.teacher_id, TeacherSkill.level).where(
        TeacherSkill.subject == subject, TeacherSkill.teacher_id.in_([one.id for one in there])
    )
    able = {who for who, up_to in db.session.execute(skills) if can_teach(up_to, level)}
    return [one for one in there if one.id in able]


def free_at(spans: Iterable[Span]) -> set[int]:
    """Return who said to be free at all of these times, or said nothing; what they teach is not asked."""
    asked = {asked_of(span) for span in spans}
    there = db.session.scalars(select(Teacher.id).where(Teacher.left_at.is_(None))).all()
    times = times_of(there)
    return {one for one in there if is_free(times.get(one, ()), asked)}


def times_of(teacher_ids: Collection[int]) -> dict[int, list[Free]]:
    """Return when teachers said they are free, in order; who said nothing is not in it."""
    wanted = select(TeacherTime).where(TeacherTime.teacher_id.in_(teacher_ids))
    found: dict[int, list[Free]] = defaultdict(list)
    for row in db.session.scalars(wanted.order_by(TeacherTime.weekday, TeacherTime.begins)):
        found[row.teacher_id].append(Free(row.weekday, row.begins, row.ends))
    return dict(found)


def skills_of(teacher_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return what teachers can teach, up to which level each (0: any)."""
    wanted = select(TeacherSkill).where(TeacherSkill.teacher_id.in_(teacher_ids))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in db.session.scalars(wanted):
        found[row.teacher_id][row.subject] = row.level
    return dict(found)


def asked_of(span: Span) -> Asked:
    """Return the stretch of its weekday that a span asks for."""
    begins = span.starts_at.astimezone(SHANGHAI)
    minutes = begins.hour * 60 + begins.minute
    return Asked(span.day.isoweekday(), minutes, minutes + span.minutes)


def locked(teacher_ids: Iterable[int]) -> dict[int, Teacher]:
    """Lock teachers by id; what they teach is true from here on."""
    wanted = select(Teacher).where(Teacher.id.in_(sorted(set(teacher_ids)))).order_by(Teacher.id)
    fresh = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {one.id: one for one in db.session.scalars(fresh)}
