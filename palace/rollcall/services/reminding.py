"""Reminding who is in a class of its next session, a day before: one statement for all.

Once for each start, so again when a session was moved; not who enrolled within that time, nor who has
asked for leave. The hours are those of shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, cast, exists, extract, func, literal, select
from sqlalchemy.dialects.postgresql import INTERVAL, JSONB, insert
from sqlalchemy.sql.dml import ReturningInsert

from palace.courses.catalogue import Course
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import OfferingState, SessionState
from palace.db import table_of
from palace.notices.models import Notice
from palace.rollcall.queries.marks import on_leave
from palace.statements import execute
from palace.venues.models import Space
from palace.venues.queries import house_rules

KIND = "class_reminder"
NOTICES = table_of(Notice)
NOW = bindparam("now", type_=DateTime(timezone=True))
UNTIL = bindparam("until", type_=DateTime(timezone=True))
AHEAD = bindparam("ahead", type_=INTERVAL)


def remind(now: datetime) -> int:
    """Owe the reminders that are due; return how many. Safe to run twice and side by side."""
    ahead = timedelta(hours=house_rules().remind_day_hours)
    return len(execute(REMIND, {"now": now, "until": now + ahead, "ahead": ahead})) if ahead else 0


def _values() -> Any:
    """Return what the notice says: the class, when and where its session is."""
    course = func.coalesce(func.nullif(Course.title_en, ""), Course.title_zh)
    titles = func.jsonb_build_object(
        "zh",
        func.trim(Course.title_zh.concat(" ").concat(Offering.name_zh)),
        "en",
        func.trim(course.concat(" ").concat(Offering.name_en)),
    )
    starts_at = func.to_char(
        func.timezone("UTC", ClassSession.starts_at), 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'
    )
    place = func.jsonb_build_object("zh", Space.name_zh, "en", Space.name_en)
    told = ("title", titles, "starts_at", starts_at, "place", place)
    return func.jsonb_build_object(*told, type_=JSONB)


def _reminding() -> ReturningInsert[Any]:
    starts = cast(extract("epoch", ClassSession.starts_at), Text)
    named = literal("class_session:").concat(cast(ClassSession.id, Text))
    subject = named.concat(":").concat(starts)
    receiver = literal("member:").concat(cast(Enrolment.member_id, Text))
    told = exists().where(
        NOTICES.c.kind == KIND, NOTICES.c.subject == subject, NOTICES.c.receiver == receiver
    )
    rows = (
        select(literal(KIND, Text), subject, receiver, _values(), NOW)
        .distinct()
        .join_from(ClassSession, Offering, Offering.id == ClassSession.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Space, Space.id == ClassSession.space_id)
        .join(Enrolment, Enrolment.offering_id == Offering.id)
        .where(
            ClassSession.starts_at > NOW,
            ClassSession.starts_at <= UNTIL,
            ClassSession.state == SessionState.PLANNED,
            Offering.state == OfferingState.PUBLISHED,
            holds(),
            Enrolment.enrolled_at <= ClassSession.starts_at - AHEAD,
            ~on_leave(ClassSession.id, Enrolment.id),
            ~told,
        )
    )
    names = ["kind", "subject", "receiver", "values", "created_at"]
    new = insert(NOTICES).from_select(names, rows).on_conflict_do_nothing()
    return new.returning(NOTICES.c.id)


REMIND = _reminding()
