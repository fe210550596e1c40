"""Teachers of one's houses: the list, a new one, what they can teach and when, their account."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace.coursedesk.fields import LinkForm, NewTeacherForm, TeacherForm
from palace.coursedesk.services import teachers as desk
from palace.coursedesk.views.base import MAY, bp, done, get_house, houses, own_sites, told
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.models import Member
from palace.members.rules import mask_name
from palace.money import Fen, yuan_of
from palace.teachers import services
from palace.teachers.models import Teacher
from palace.teachers.queries import get_teacher, skills_of, teachers_of, times_of
from palace.teachers.rules import LEVELS, SUBJECTS
from palace.text import N_
from palace.throttle import limiter
from palace.venues.figure import WEEKDAY_WORDS
from palace.web import allow, answer, checked, reads, wants_json

ONE = "/teachers/<id:teacher_id>"
BLANK_ROWS = 3


@bp.get("/teachers")
@allow(*MAY)
def teachers() -> ResponseReturnValue:
    """Show who teaches at one's houses, and what."""
    found = teachers_of(own_sites())
    return answer(
        "coursedesk/teachers.html",
        lambda: {"teachers": [_line(one) for one in found]},
        own={site.id: site for site in houses()},
        found=found,
        skills=skills_of([one.id for one in found]),
        subjects=SUBJECTS,
    )


@bp.get("/teachers/new")
@allow(*MAY)
def new_teacher() -> ResponseReturnValue:
    """Ask who teaches here from now on."""
    return _form_page(_blank())


def _blank() -> NewTeacherForm:
    return NewTeacherForm(formdata=None, site=str(houses()[0].id))


@bp.post("/teachers")
@allow(*MAY)
@reads(NewTeacherForm)
def add_teacher() -> ResponseReturnValue:
    """Write a new teacher of one of one's houses."""
    form = NewTeacherForm()
    try:
        checked(form)
        site = get_house(form.site.data)
        with transaction():
            made = services.add(site.id, form.facts, form.skills, form.times)
    except PalaceError as refusal:
        return _form_page(form, sentence=told(refusal), status=refusal.status)
    if wants_json():
        return _json(made), 201
    return done(N_("写好了，排课时可以选。"), "coursedesk.teacher", teacher_id=made.id)


@bp.get(ONE)
@allow(*MAY)
def teacher(teacher_id: int) -> ResponseReturnValue:
    """Show what is written of a teacher, and where it is changed."""
    return _form_page(None, get_teacher(teacher_id, own_sites()))


@bp.post(ONE)
@allow(*MAY)
@reads(TeacherForm)
def set_teacher(teacher_id: int) -> ResponseReturnValue:
    """Change what is written of a teacher: names, skills, free times, fee."""
    found, form = get_teacher(teacher_id, own_sites()), TeacherForm()
    try:
        checked(form)
        with transaction():
            services.change(found, form.facts, form.skills, form.times)
    except PalaceError as refusal:
        return _form_page(form, found, told(refusal), refusal.status)
    if wants_json():
        return _json(get_teacher(teacher_id, own_sites()))
    return done(N_("改好了，马上生效。"), "coursedesk.teacher", teacher_id=found.id)


@bp.post(f"{ONE}/link")
@allow(*MAY, fresh=True)
@reads(LinkForm)
@limiter.limit("60 per hour", key_func=lambda: f"teacher_accounts:{current_user.actor}")
def link_teacher(teacher_id: int) -> ResponseReturnValue:
    """Give a teacher the account they sign in by; their own pages open with it."""
    found, form = get_teacher(teacher_id, own_sites()), LinkForm()
    try:
        checked(form)
        with transaction():
            services.link(found, form.number, (form.name.data or "").strip())
    except PalaceError as refusal:
        return _form_page(None, found, told(refusal), refusal.status, link=form)
    if wants_json():
        return _json(found)
    return done(
        N_("关联好了，老师用手机登录就能看课表、点名。"), "coursedesk.teacher", teacher_id=found.id
    )


@bp.post(f"{ONE}/leave")
@allow(*MAY, fresh=True)
def leave(teacher_id: int) -> ResponseReturnValue:
    """Have somebody teach here no longer; who still has sessions to come stays."""
    found = get_teacher(teacher_id, own_sites())
    try:
        with transaction():
            desk.leave(found)
    except PalaceError as refusal:
        return _form_page(None, found, told(refusal), refusal.status)
    if wants_json():
        return _json(found)
    return done(N_("不再任教了，以前上的课都留着。"), "coursedesk.teachers")


def _filled(found: Teacher) -> TeacherForm:
    skills, times = skills_of([found.id]), times_of([found.id])
    mine, free = skills.get(found.id, {}), times.get(found.id, [])
    return TeacherForm(
        formdata=None,
        obj=found,
        fee=yuan_of(Fen(found.fee)) if found.fee is not None else "",
        subjects=list(mine),
        levels=[str(mine.get(one, 0)) for one in SUBJECTS],
        weekdays=[str(one.weekday) for one in free],
        froms=[f"{one.begins:%H:%M}" for one in free],
        tos=[f"{one.ends:%H:%M}" for one in free],
    )


def _form_page(
    form: TeacherForm | None,
    found: Teacher | None = None,
    sentence: str = "",
    status: int = 200,
    *,
    link: LinkForm | None = None,
) -> Response:
    shown = form or (_filled(found) if found else None)
    if shown is None:
        raise ValueError("a page of nobody")
    account = db.session.get(Member, found.member_id) if found and found.member_id else None
    return answer(
        "coursedesk/teacher.html",
        lambda: _json(found) if found else {"subjects": list(SUBJECTS)},
        status=status,
        teacher=found,
        form=shown,
        rows=_rows(shown),
        subjects=SUBJECTS,
        levels=LEVELS,
        chosen=dict(zip(SUBJECTS, shown.levels.data or (), strict=False)),
        weekdays=WEEKDAY_WORDS,
        sites=houses() if found is None else [],
        account=mask_name(account.name) if account and account.name else "",
        link=link or LinkForm(formdata=None),
        told=sentence,
    )


def _rows(form: TeacherForm) -> list[tuple[str, str, str]]:
    """Return the free times as they were typed, and some empty rows."""
    typed = zip(form.weekdays.data or (), form.froms.data or (), form.tos.data or (), strict=False)
    return [one for one in typed if one[1] or one[2]] + [("", "", "")] * BLANK_ROWS


def _line(one: Teacher) -> dict[str, Any]:
    return {
        "teacher": one.id,
        "site": one.site_id,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "linked": one.member_id is not None,
        "left": one.left_at is not None,
    }


def _json(one: Teacher) -> dict[str, Any]:
    skills, times = skills_of([one.id]), times_of([one.id])
    return {
        **_line(one),
        "fee": one.fee,
        "skills": [
            {"subject": subject, "level": level}
            for subject, level in skills.get(one.id, {}).items()
        ],
        "times": [
            {"weekday": free.weekday, "from": f"{free.begins:%H:%M}", "to": f"{free.ends:%H:%M}"}
            for free in times.get(one.id, ())
        ],
    }
