"""Teachers as the desk of courses looks after them: who still has sessions to teach does not leave."""

from __future__ import annotations

from sqlalchemy import func, select

from palace.courses.models import ClassSession
from palace.courses.states import SessionState
from palace.db import db
from palace.teachers import services
from palace.teachers.errors import TeacherTeaches
from palace.teachers.models import Teacher
from palace.teachers.queries import locked


def leave(teacher: Teacher) -> None:
    """Have somebody teach here no longer.

    Raises:
        TeacherTeaches: sessions of theirs are still to come.
    """
    locked([teacher.id])
    coming = select(func.count()).where(
        ClassSession.teacher_id == teacher.id,
        ClassSession.state == SessionState.PLANNED,
        ClassSession.ends_at > func.palace_clock(),
    )
    count = db.session.scalar(coming) or 0
    if count:
        raise TeacherTeaches(count=count)
    services.leave(teacher)
