"""What the office sees of attendance and hours, as lists that filter, page and leave the house."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, distinct, func, select, true, tuple_

from palace import words
from palace.courses.catalogue import Course, Term
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import OfferingState
from palace.db import db, table_of
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.rollcall.models import AttendanceMark
from palace.rollcall.queries.marks import holding, takes_place
from palace.rollcall.rules import CAME
from palace.teachers.models import HoursSheet, Teacher
from palace.text import N_
from palace.venues.models import Site
from palace.venues.queries import at_sites

TERMS_SHOWN = 6
PERSON = tuple_(Enrolment.member_id, Enrolment.person)


@dataclass(frozen=True)
class OfTerm:
    """How many different people came to the classes of a term, and how many times somebody came."""

    term: Term
    classes: int
    people: int
    times: int


def terms(sites: Collection[int] | None) -> list[OfTerm]:
    """Return the newest terms of these houses (None: of all), each with people and person-times."""
    wanted = select(Term).where(true() if sites is None else Term.site_id.in_(sites))
    newest = wanted.order_by(Term.first_on.desc(), Term.id.desc()).limit(TERMS_SHOWN)
    return [_of_term(one) for one in db.session.scalars(newest)]


def _of_term(term: Term) -> OfTerm:
    own = select(ClassSession.id).join(ClassSession.offering)
    marks = _came(ClassSession.id.in_(own.where(Offering.term_id == term.id))).subquery()
    counted = select(
        func.count(distinct(marks.c.offering_id)),
        func.count(distinct(tuple_(marks.c.member_id, marks.c.person))),
        func.count(),
    ).select_from(marks)
    return OfTerm(term, *db.session.execute(counted).one())


def _came(*of: ColumnElement[bool]) -> Select[Any]:
    """Select the times somebody came to sessions that took place: the class, and the person."""
    sessions = select(ClassSession.id).where(takes_place(), *of)
    marks = holding(AttendanceMark.class_session_id.in_(sessions)).subquery()
    person = (Enrolment.member_id, Enrolment.person)
    return (
        select(Enrolment.offering_id, marks.c.class_session_id, *person)
        .join(marks, marks.c.enrolment_id == Enrolment.id)
        .where(marks.c.mark.in_(CAME))
    )


def _counted(what: ColumnElement[int]) -> ColumnElement[int]:
    """Return a count of who came to a row's class: asked of the rows of a page, not of every class."""
    sessions = select(ClassSession.id).where(ClassSession.offering_id == Offering.id, takes_place())
    marks = (
        holding(AttendanceMark.class_session_id.in_(sessions.correlate(Offering)))
        .correlate(Offering)
        .subquery()
    )
    return (
        select(what)
        .select_from(marks)
        .join(Enrolment, Enrolment.id == marks.c.enrolment_id)
        .where(marks.c.mark.in_(CAME))
        .correlate(Offering)
        .scalar_subquery()
    )


CALLED = (
    select(func.count(distinct(AttendanceMark.class_session_id)))
    .join(ClassSession, ClassSession.id == AttendanceMark.class_session_id)
    .where(ClassSession.offering_id == Offering.id, takes_place())
    .correlate(Offering)
    .scalar_subquery()
)


def _said(zh: str, en: str) -> str:
    return en if words.language() == "en" and en else zh


def _class_name(row: Any) -> str:
    course = _said(row.title, row.title_en)
    return " ".join(filter(None, (course, _said(row.name_zh, row.name_en))))


def _here(actor: SignedIn, of: Any) -> ColumnElement[bool]:
    return at_sites(of, actor.sites(*AT_PROGRAMME))


CLASSES = List(
    endpoint="rollcall.attendance",
    title=N_("到课情况"),
    source=table_of(Offering)
    .join(table_of(Term), Term.id == Offering.term_id)
    .join(table_of(Course), Course.id == Offering.course_id),
    key=Offering.id,
    order="-offering",
    template="rollcall/attendance.html",
    empty=N_("还没有班级。"),
    scope=lambda actor, **_: _here(actor, Term.site_id) & (Offering.state != OfferingState.DRAFT),
    more=[
        Term.name_en.label("term_en"),
        Course.title_en.label("title_en"),
        Offering.name_zh,
        Offering.name_en,
    ],
    columns=[
        Column(name="offering", heading=N_("编号"), of=Offering.id, kind=Kind.NUMBER, sorts=True),
        Column(
            name="term",
            heading=N_("学期"),
            of=Term.name_zh,
            filters=True,
            say=lambda row: _said(row.term, row.term_en),
        ),
        Column(
            name="title",
            heading=N_("班级"),
            of=Course.title_zh,
            filters=True,
            say=_class_name,
            link=lambda row: url_for("rollcall.of_class", offering_id=row.list_key),
        ),
        Column(name="called", heading=N_("点过名的课"), of=CALLED, kind=Kind.NUMBER),
        Column(
            name="people",
            heading=N_("人数"),
            of=_counted(func.count(distinct(PERSON))),
            kind=Kind.NUMBER,
        ),
        Column(name="times", heading=N_("人次"), of=_counted(func.count()), kind=Kind.NUMBER),
    ],
)

SHEETS = List(
    endpoint="rollcall.sheets",
    title=N_("课时单"),
    source=table_of(HoursSheet)
    .join(table_of(Teacher), Teacher.id == HoursSheet.teacher_id)
    .join(table_of(Site), Site.id == Teacher.site_id),
    key=HoursSheet.id,
    order="-month",
    template="rollcall/sheets.html",
    empty=N_("还没有老师签过课时单。"),
    scope=lambda actor, **_: _here(actor, Teacher.site_id),
    more=[Teacher.name_en.label("teacher_en"), Site.name_en.label("site_en")],
    columns=[
        Column(
            name="month",
            heading=N_("月份"),
            of=HoursSheet.month,
            kind=Kind.DAY,
            sorts=True,
            filters=True,
            say=lambda row: words.whole_month(row.month),
            link=lambda row: url_for("rollcall.sheet", sheet_id=row.list_key),
        ),
        Column(
            name="teacher",
            heading=N_("教师"),
            of=Teacher.name_zh,
            filters=True,
            say=lambda row: _said(row.teacher, row.teacher_en),
        ),
        Column(
            name="site",
            heading=N_("场馆"),
            of=Site.name_zh,
            filters=True,
            say=lambda row: _said(row.site, row.site_en),
        ),
        Column(name="sessions", heading=N_("课次"), of=HoursSheet.sessions, kind=Kind.NUMBER),
        Column(name="minutes", heading=N_("分钟"), of=HoursSheet.minutes, kind=Kind.NUMBER),
        Column(name="signed_at", heading=N_("签字"), of=HoursSheet.signed_at, kind=Kind.INSTANT),
        Column(
            name="checked",
            heading=N_("核对过"),
            of=HoursSheet.checked_at.is_not(None),
            kind=Kind.YES_NO,
            filters=True,
        ),
    ],
)
