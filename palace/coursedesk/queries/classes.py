"""Classes of one's houses: the list, those that somebody has to decide about, what holds a room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Text, case, cast, func, or_, select

from palace import words
from palace.clock import palace_day
from palace.coursedesk.queries.courses import title_of
from palace.courses.catalogue import Course, Term
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import OfferingState, SessionState
from palace.db import db, table_of
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.rooms.queries.uses import Said, said_of
from palace.teachers.models import Teacher
from palace.text import N_
from palace.venues.models import Space
from palace.venues.queries import at_sites

Sites = Collection[int] | None
AHEAD = timedelta(days=7)
"""From so long before its decision day on, a class below its minimum is shown to who decides."""
OVER = "over"
STANDS = {
    OfferingState.DRAFT.value: N_("没有发布"),
    OfferingState.PUBLISHED.value: N_("已发布"),
    OfferingState.CANCELLED.value: N_("已取消"),
    OVER: N_("已结束"),
}
PLANNED = (ClassSession.offering_id == Offering.id, ClassSession.state == SessionState.PLANNED)
FIRST = select(func.min(ClassSession.starts_at)).where(*PLANNED).scalar_subquery()
LAST = select(func.max(ClassSession.ends_at)).where(*PLANNED).scalar_subquery()
ENROLLED = (
    select(func.count())
    .select_from(Enrolment)
    .where(Enrolment.offering_id == Offering.id, holds())
    .scalar_subquery()
)
STAND = case(
    (
        (Offering.state == OfferingState.PUBLISHED) & (func.palace_clock() >= LAST),
        OVER,
    ),
    else_=cast(Offering.state, Text),
)


@dataclass(frozen=True, kw_only=True)
class ToDecide:
    """A class that has fewer people than it needs, how many it has, and when it begins."""

    offering: Offering
    enrolled: int
    first_at: datetime


def to_decide(sites: Sites, now: datetime) -> Sequence[ToDecide]:
    """Return the classes below their minimum whose decision day is near or over, the most pressing first."""
    wanted = (
        select(Offering, ENROLLED, FIRST)
        .join(Offering.term)
        .where(
            Offering.state == OfferingState.PUBLISHED,
            Offering.confirmed_at.is_(None),
            Offering.decides_on <= palace_day(now + AHEAD),
            Offering.minimum > ENROLLED,
            now < FIRST,
        )
        .order_by(Offering.decides_on, Offering.id)
    )
    if sites is not None:
        wanted = wanted.where(Term.site_id.in_(sites))
    return [
        ToDecide(offering=of, enrolled=count, first_at=first)
        for of, count, first in db.session.execute(wanted).unique()
    ]


def enrolled_in(offering_id: int) -> int:
    """Return how many have a place in a class now."""
    held = select(func.count()).select_from(Enrolment)
    return db.session.scalar(held.where(Enrolment.offering_id == offering_id, holds())) or 0


def uses_said(occupancy_ids: Collection[int]) -> dict[int, Said]:
    """Return what some occupancies are for, in words; classes by their name."""
    return said_of(occupancy_ids) | dict(_classes(list(occupancy_ids)))


def _classes(ids: list[int]) -> list[tuple[int, Said]]:
    wanted = select(ClassSession).where(ClassSession.occupancy_id.in_(ids))
    return [
        (
            one.occupancy_id or 0,
            Said(
                words=called(one.offering),
                address=url_for("coursedesk.class_session", session_id=one.id),
            ),
        )
        for one in db.session.scalars(wanted).unique()
    ]


def called(offering: Offering) -> str:
    """Return what staff call a class: its course, which may not be reviewed yet, and its own name."""
    return f"{title_of(offering.course)} {words.named(offering)}".strip()


def _here(actor: SignedIn) -> ColumnElement[bool]:
    sites = actor.sites(*AT_PROGRAMME)
    return at_sites(Term.site_id, sites)


def _says(*those: Any) -> Any:
    """Return what finds a name in either language."""
    return lambda typed: or_(*(word.icontains(typed, autoescape=True) for word in those))


def _title(row: Any) -> str:
    if row.title:
        return f"{words.named(row, 'title')} {words.named(row)}".strip()
    return called(db.session.get_one(Offering, row.list_key))


CLASSES = List(
    endpoint="coursedesk.home",
    title=N_("班级"),
    source=table_of(Offering)
    .join(table_of(Term), Term.id == Offering.term_id)
    .join(table_of(Course), Course.id == Offering.course_id)
    .join(table_of(Space), Space.id == Offering.space_id)
    .outerjoin(table_of(Teacher), Teacher.id == Offering.teacher_id),
    key=Offering.id,
    order="-number",
    template="coursedesk/home.html",
    scope=_here,
    more=[
        Course.title_zh.label("title_zh"),
        Course.title_en.label("title_en"),
        Offering.name_zh.label("name_zh"),
        Offering.name_en.label("name_en"),
        Term.name_zh.label("term_zh"),
        Term.name_en.label("term_en"),
        Space.name_zh.label("room_zh"),
        Space.name_en.label("room_en"),
        Teacher.name_zh.label("taught_zh"),
        Teacher.name_en.label("taught_en"),
        Offering.places.label("places"),
    ],
    columns=[
        Column(
            name="title",
            heading=N_("班级"),
            of=Course.title_zh,
            filters=True,
            where=_says(Course.title_zh, Course.title_en, Offering.name_zh),
            say=_title,
            link=lambda row: url_for("coursedesk.one", offering_id=row.list_key),
        ),
        Column(
            name="term",
            heading=N_("学期"),
            of=Term.name_zh,
            filters=True,
            where=_says(Term.name_zh, Term.name_en),
            say=lambda row: words.named(row, "term"),
        ),
        Column(name="first_at", heading=N_("第一次课"), of=FIRST, kind=Kind.INSTANT, nullable=True),
        Column(
            name="teacher",
            heading=N_("老师"),
            of=Teacher.name_zh,
            filters=True,
            where=_says(Teacher.name_zh, Teacher.name_en),
            say=lambda row: words.named(row, "taught") if row.taught_zh else "",
        ),
        Column(
            name="room",
            heading=N_("教室"),
            of=Space.name_zh,
            say=lambda row: words.named(row, "room"),
        ),
        Column(
            name="enrolled",
            heading=N_("报名"),
            of=ENROLLED,
            kind=Kind.NUMBER,
            say=lambda row: gettext(
                "%(taken)s / %(places)s", taken=row.enrolled, places=row.places
            ),
        ),
        Column(
            name="stand",
            heading=N_("状态"),
            of=STAND,
            kind=Kind.WORD,
            choices=STANDS,
            filters=True,
        ),
        Column(name="number", heading=N_("编号"), of=Offering.id, kind=Kind.NUMBER, sorts=True),
    ],
    empty=N_("还没有开过班。"),
)
