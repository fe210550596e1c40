"""Whose people somebody is: the selects that agendas, feeds and clash checks put into theirs."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, bindparam, func, select

from palace.agenda.queries import Groups
from palace.courses.models import Enrolment
from palace.courses.states import EnrolmentState
from palace.troupes.belonging import BELONGING as TROUPES

MEMBER = bindparam("member_id", type_=BigInteger)
NOW = func.palace_clock(type_=DateTime(timezone=True))

ENROLLED = (
    select(Enrolment.offering_id, Enrolment.enrolled_at.label("since"))
    .where(
        Enrolment.member_id == MEMBER,
        (Enrolment.state == EnrolmentState.CONFIRMED) | (Enrolment.held_until > NOW),
    )
    .subquery("enrolled")
)
"""`offering_id` and `since`: in which classes `member_id`, or somebody they enrolled, has a place now."""

BELONGING = Groups(troupes=TROUPES, classes=ENROLLED)
"""The troupes and the classes that `member_id` belongs to."""
