"""Whether somebody has another class at the times of a class they would like: one statement."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from palace.companions.models import Companion
from palace.courses.catalogue import Course
from palace.courses.claims import ENROLMENTS, OFFERING, holds
from palace.courses.models import ClassSession, Offering
from palace.courses.states import SessionState
from palace.db import table_of

KEPT = table_of(Companion)
Theirs, Wanted = aliased(ClassSession), aliased(ClassSession)
PERSON = case(
    (or_(ENROLMENTS.c.person == 0, KEPT.c.name == bindparam("own_name", type_=Text)), ""),
    else_=KEPT.c.name,
)
"""Who an enrolment is for, by name: who keeps themselves, or one child twice, has no more places by it."""
IS_PERSON = bindparam("person", type_=Text) == PERSON
OVERLAPS = (
    select(Course.title_zh, Course.title_en)
    .select_from(ENROLMENTS)
    .join(Offering, Offering.id == ENROLMENTS.c.offering_id)
    .join(Course, Course.id == Offering.course_id)
    .join(Theirs, Theirs.offering_id == Offering.id)
    .join(
        Wanted,
        (Wanted.offering_id == OFFERING)
        & (Wanted.starts_at < Theirs.ends_at)
        & (Theirs.starts_at < Wanted.ends_at),
    )
    .outerjoin(KEPT, KEPT.c.id == ENROLMENTS.c.companion_id)
    .where(
        ENROLMENTS.c.member_id == bindparam("member_id", type_=BigInteger),
        ENROLMENTS.c.offering_id != OFFERING,
        ENROLMENTS.c.id != func.coalesce(bindparam("instead_of", type_=BigInteger), 0),
        IS_PERSON,
        holds(),
        Theirs.state == SessionState.PLANNED,
        Wanted.state == SessionState.PLANNED,
        Wanted.ends_at > func.palace_clock(),
    )
    .order_by(Wanted.starts_at)
    .limit(1)
)
"""The title of a class of the same person whose sessions to come overlap those of the class they want."""
