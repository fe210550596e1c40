"""The locks behind which a roll is called: its members by id, their class, then their enrolments.

Teachers are locked one at a time for what is signed once.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from palace.courses.claims import lock_offering
from palace.courses.models import Enrolment
from palace.db import db
from palace.members.models import Member
from palace.teachers.models import Teacher


def lock_enrolments(offering_id: int, those: Collection[Enrolment]) -> list[Enrolment]:
    """Lock members, their class and these enrolments of it; return them as they stand then.

    Every roll of a class waits here for the one before: absences are counted one after another.
    """
    members = select(Member.id).where(Member.id.in_({one.member_id for one in those}))
    db.session.execute(members.order_by(Member.id).with_for_update(key_share=True))
    lock_offering(offering_id)
    wanted = select(Enrolment).where(Enrolment.id.in_([one.id for one in those]))
    locked = wanted.order_by(Enrolment.id).with_for_update(of=Enrolment, key_share=True)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def lock_teacher(teacher_id: int) -> None:
    """Lock a teacher: nobody signs their month beside this."""
    wanted = select(Teacher.id).where(Teacher.id == teacher_id)
    db.session.execute(wanted.with_for_update(key_share=True))
