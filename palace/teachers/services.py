"""Teachers of a house: written, linked with their account, and leaving."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from palace import clock
from palace.db import db
from palace.members import queries as members
from palace.members.models import Member, Post
from palace.members.rules import Role
from palace.members.services import end_post, grant_post, note
from palace.teachers.errors import AccountUnknown, TeacherHere
from palace.teachers.models import Teacher, TeacherSkill, TeacherTime
from palace.teachers.queries import check_here, find_teacher, locked, skills_of, times_of
from palace.teachers.rules import Free


@dataclass(frozen=True, kw_only=True)
class TeacherFacts:
    """What is written of a teacher: names, what people read of them, and the fee of a lesson in fen."""

    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    fee: int | None


def facts_of(teacher: Teacher) -> TeacherFacts:
    """Return what is written of a teacher."""
    return TeacherFacts(**{name: getattr(teacher, name) for name in TeacherFacts.__annotations__})


def add(
    site_id: int, facts: TeacherFacts, skills: Mapping[str, int], times: Collection[Free]
) -> Teacher:
    """Write a new teacher of a house."""
    teacher = Teacher(site_id=site_id, **asdict(facts))
    db.session.add(teacher)
    db.session.flush()
    _set_skills(teacher, skills)
    _set_times(teacher, times)
    note("teacher_added", subject_of(teacher), after=_told(teacher))
    return teacher


def change(
    teacher: Teacher, facts: TeacherFacts, skills: Mapping[str, int], times: Collection[Free]
) -> bool:
    """Change what is written of a teacher, what they can teach and when; return whether it is otherwise."""
    teacher = locked([teacher.id])[teacher.id]
    before = _told(teacher)
    for name, value in asdict(facts).items():
        setattr(teacher, name, value)
    _set_skills(teacher, skills)
    _set_times(teacher, times)
    db.session.flush()
    after = _told(teacher)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        note(
            "teacher_set",
            subject_of(teacher),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return bool(changed)


def link(teacher: Teacher, phone: str, name: str) -> None:
    """Give a teacher the account of the one member with this number and name, and its post.

    Raises:
        AccountUnknown: no one account has this number and name.
        TeacherHere: that account is another teacher's.
        TeacherLeft: they teach here no longer.
    """
    found = [one for one in members.members_on(phone) if one.name == name]
    if len(found) != 1:
        raise AccountUnknown
    member = found[0]
    members.lock(member.id)
    teacher = locked([teacher.id])[teacher.id]
    check_here(teacher)
    if teacher.member_id == member.id:
        return
    if find_teacher(member.id) is not None:
        raise TeacherHere
    _end_posts(teacher)
    teacher.member_id = member.id
    db.session.flush()
    if _post_of(member.id, teacher.site_id) is None:
        grant_post(member, Role.TEACHER, site_id=teacher.site_id)
    note("teacher_linked", subject_of(teacher), after={"member": member.id})


def leave(teacher: Teacher) -> None:
    """Have somebody teach here no longer: no class of theirs is planned any more, their pages close."""
    teacher = locked([teacher.id])[teacher.id]
    if teacher.left_at is not None:
        return
    _end_posts(teacher)
    teacher.left_at = clock.now()
    db.session.flush()
    note("teacher_left", subject_of(teacher))


def subject_of(teacher: Teacher) -> str:
    """Return how the audit calls a teacher."""
    return f"teacher:{teacher.id}"


def _post_of(member_id: int, site_id: int) -> Post | None:
    wanted = select(Post).where(
        Post.member_id == member_id,
        Post.role == Role.TEACHER,
        Post.site_id == site_id,
        Post.ended_at.is_(None),
    )
    return db.session.scalars(wanted).first()


def _end_posts(teacher: Teacher) -> None:
    if teacher.member_id is None or db.session.get(Member, teacher.member_id) is None:
        return
    post = _post_of(teacher.member_id, teacher.site_id)
    if post is not None:
        end_post(post)


def _set_skills(teacher: Teacher, skills: Mapping[str, int]) -> None:
    db.session.execute(delete(TeacherSkill).where(TeacherSkill.teacher_id == teacher.id))
    db.session.add_all(
        TeacherSkill(teacher_id=teacher.id, subject=subject, level=level)
        for subject, level in sorted(skills.items())
    )
    db.session.flush()


def _set_times(teacher: Teacher, times: Collection[Free]) -> None:
    db.session.execute(delete(TeacherTime).where(TeacherTime.teacher_id == teacher.id))
    db.session.add_all(
        TeacherTime(teacher_id=teacher.id, weekday=one.weekday, begins=one.begins, ends=one.ends)
        for one in {(each.weekday, each.begins): each for each in sorted(times)}.values()
    )
    db.session.flush()


def _told(teacher: Teacher) -> dict[str, object]:
    """Return what is written of a teacher as the audit has it: no names of theirs."""
    skills, times = skills_of([teacher.id]), times_of([teacher.id])
    return {
        "fee": teacher.fee,
        "skills": skills.get(teacher.id, {}),
        "times": [
            f"{one.weekday} {one.begins:%H:%M}-{one.ends:%H:%M}"
            for one in times.get(teacher.id, ())
        ],
    }
