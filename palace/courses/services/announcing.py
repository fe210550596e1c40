"""What people learn of a class's sessions: the agendas of the class and of its teachers, and notices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from palace.agenda import services as agenda
from palace.agenda.rules import Owner
from palace.agenda.services import Dated
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment
from palace.courses.services.telling import titles
from palace.courses.states import OfferingState
from palace.db import db
from palace.notices import services as notices
from palace.notices.rules import changed
from palace.statements import execute_all
from palace.teachers.models import Teacher
from palace.venues.models import Space

Words = dict[str, str]


def place_of(space: Space) -> Words:
    """Return where something is, in both languages."""
    return {"zh": space.name_zh, "en": space.name_en}


def name_of(teacher: Teacher | None) -> Words:
    """Return who teaches, in both languages; nobody is a dash."""
    if teacher is None:
        return {"zh": "—", "en": "—"}
    return {"zh": teacher.name_zh, "en": teacher.name_en or teacher.name_zh}


def subject_of(one: ClassSession) -> str:
    """Return how agenda, notices and strikes name a session."""
    return f"class_session:{one.id}"


def teaching(one: ClassSession) -> str:
    """Return how the agenda of who teaches it names a session."""
    return f"teaching:{one.id}"


def enter(sessions: Sequence[ClassSession], now: datetime) -> None:
    """Put sessions of one class into its agenda and those of who teach them, or bring them up to date.

    A class that is not published is in nobody's.
    """
    if not sessions or sessions[0].offering.state is not OfferingState.PUBLISHED:
        return
    offering = sessions[0].offering
    by_space = groupby(
        sorted(sessions, key=lambda one: (one.space_id, one.number)), lambda one: one.space_id
    )
    for space_id, some in by_space:
        there = [_dated(one, subject_of(one), f"/offerings/{offering.id}") for one in some]
        agenda.put_many(Owner(offering_id=offering.id), there, now, space_id)
    members = members_of({one.teacher_id for one in sessions if one.teacher_id})
    for teacher_id, member_id in members.items():
        theirs = [one for one in sessions if one.teacher_id == teacher_id]
        taught = [_dated(one, teaching(one), "/teaching") for one in theirs]
        agenda.put_many(Owner(member_id=member_id), taught, now)


def leave(sessions: Sequence[ClassSession], now: datetime) -> None:
    """Cancel the entries of sessions of one class, in its agenda and in those of who teach them."""
    if not sessions:
        return
    owner = Owner(offering_id=sessions[0].offering_id)
    agenda.cancel_for(owner, [subject_of(one) for one in sessions], now)
    for one in sessions:
        leave_teacher(one, one.teacher_id, now)


def leave_teacher(one: ClassSession, teacher_id: int | None, now: datetime) -> None:
    """Take a session out of the agenda of who is not to teach it any more."""
    for member_id in members_of({teacher_id} if teacher_id else set()).values():
        agenda.cancel_for(Owner(member_id=member_id), [teaching(one)], now)


def members_of(teacher_ids: Collection[int]) -> dict[int, int]:
    """Return the accounts of teachers that have one."""
    wanted = select(Teacher.id, Teacher.member_id).where(
        Teacher.id.in_(teacher_ids), Teacher.member_id.is_not(None)
    )
    return {one: member_id for one, member_id in db.session.execute(wanted) if member_id}


def enrolled_in(offering_id: int) -> set[int]:
    """Return the members who have a place in a class, their own or that of somebody they enrolled."""
    wanted = select(Enrolment.member_id).where(Enrolment.offering_id == offering_id, holds())
    return set(db.session.scalars(wanted))


def tell_all(
    kind: str, one: ClassSession, values: Mapping[str, Any], now: datetime, also: Collection[int]
) -> None:
    """Tell everybody who has a place in a session's class, and some teachers, what became of it."""
    if one.offering.state is OfferingState.DRAFT:
        return
    told = {"title": titles(one.offering), **values}
    subject = f"{subject_of(one)}:{now:%Y%m%d%H%M%S%f}"
    members = enrolled_in(one.offering_id) | set(members_of(also).values())
    if members:
        execute_all(
            *(
                notices.owing(kind, subject, f"member:{member_id}", told, now)
                for member_id in sorted(members)
            )
        )


def if_changed(old: Any, new: Any) -> Any:
    """Return a value of a notice: as it is, or old → new where it is another."""
    return new if old == new else changed(old, new)


def _dated(one: ClassSession, subject: str, path: str) -> Dated:
    offering, site = one.offering, one.space.site
    title = titles(offering)
    return Dated(
        subject=subject,
        kind="class",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        title_zh=title["zh"],
        title_en=title["en"],
        place_zh=f"{site.name_zh} {one.space.name_zh}",
        place_en=f"{site.name_en}, {one.space.name_en}",
        path=path,
    )
