"""The form of a class as it begins: with the house's figures, or like a class before; a preview as JSON."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from flask import request

from palace import clock
from palace.clock import SHANGHAI, iso, palace_day
from palace.coursedesk.forms import LookForm
from palace.coursedesk.queries import terms
from palace.coursedesk.queries.looking import DateShown, Looked
from palace.coursedesk.services.classes import facts_of
from palace.coursedesk.views.base import houses, own_sites
from palace.courses.models import Offering
from palace.courses.queries.facts import class_rules, sessions_of
from palace.courses.series import Pattern, Series, again
from palace.courses.states import SessionState
from palace.db import db
from palace.forms import new_key
from palace.money import yuan_of
from palace.rooms.queries.uses import Said
from palace.teachers.models import Teacher
from palace.teachers.rules import Span
from palace.words import named


def begun() -> LookForm:
    """Return the form of a new class, begun with the figures of the house."""
    own, today = own_sites(), palace_day(clock.now())
    coming = terms.coming_terms(own, today)
    asked = request.args.get("term", type=int)
    term = next((one for one in coming if one.id == asked), next(iter(coming), None))
    figures = class_rules(term.site_id if term else houses()[0].id)
    begun = max(term.first_on, today) if term else today
    of_rules = (
        "in_person",
        "minimum",
        "trial_sessions",
        "late_sessions",
        "offer_sessions",
        "absences",
    )
    return LookForm(
        formdata=None,
        key=new_key(),
        course=request.args.get("course", ""),
        term=str(term.id) if term else "",
        pattern=Pattern.WEEKLY.value,
        first=begun,
        count=figures.usual_sessions,
        minutes=figures.usual_minutes,
        places=figures.usual_places,
        member_fee="0",
        material_fee="0",
        **{name: getattr(figures, name) for name in of_rules},
    )


def form_like(like: Offering) -> LookForm:
    """Return the form of a class as one was before, in the term after its own."""
    sessions = [one for one in sessions_of(like.id) if one.state is SessionState.PLANNED]
    today, figures = palace_day(clock.now()), class_rules(like.term.site_id)
    coming = terms.coming_terms([like.term.site_id], today)
    term = next((one for one in coming if one.first_on > like.term.first_on), like.term)
    first_on = max(term.first_on, today + timedelta(days=1))
    series = (
        again([one.day for one in sessions], first_on)
        if sessions
        else Series(pattern=Pattern.WEEKLY, first=first_on, count=figures.usual_sessions)
    )
    first = sessions[0] if sessions else None
    teacher = db.session.get(Teacher, like.teacher_id) if like.teacher_id else None
    facts = replace(facts_of(like), decides_on=None, opens_at=None, in_person_until=None)
    fees = ("member_fee", "public_fee", "material_fee")
    form = LookForm(
        formdata=None,
        key=new_key(),
        **asdict(facts)
        | {name: yuan_of(getattr(facts, name)) for name in fees}
        | {
            "course": str(like.course_id),
            "term": str(term.id),
            "space": str(like.space_id),
            "teacher": str(teacher.id) if teacher and teacher.left_at is None else "",
            "pattern": series.pattern.value,
            "first": series.first,
            "count": series.count,
            "picked": "\n".join(day.isoformat() for day in series.picked),
            "begins": first.starts_at.astimezone(SHANGHAI).time() if first else None,
            "minutes": Span(first.day, first.starts_at, first.ends_at).minutes
            if first
            else figures.usual_minutes,
            "skips": [],
        },
    )
    form.picked.days = series.picked
    return form


def looked_json(looked: Looked, said: dict[int, Said]) -> dict[str, Any]:
    """Return what a class would take as programs read it."""
    return {
        "seen": looked.seen,
        "dates": [_date(one, said) for one in looked.dates],
        "skipped": [
            {"day": day.isoformat(), "name": named(special) if special else None}
            for day, special in looked.skipped
        ],
        "rooms": [
            {
                "space": one.space.id,
                "name": named(one.space),
                "fits": one.fits,
                "taken": [day.isoformat() for day in one.taken],
            }
            for one in looked.rooms
        ],
        "teachers": [
            {
                "teacher": one.teacher.id,
                "name": named(one.teacher),
                "suits": one.suits,
                "busy": [day.isoformat() for day in one.busy],
            }
            for one in looked.teachers
        ],
        "others": [f"{begins:%H:%M}" for begins in looked.others],
    }


def _date(one: DateShown, said: dict[int, Said]) -> dict[str, Any]:
    return {
        "day": one.span.day.isoformat(),
        "starts_at": iso(one.span.starts_at),
        "ends_at": iso(one.span.ends_at),
        "special": named(one.special) if one.special else None,
        "in_the_way": [said[way.occupancy_id].words for way in one.ways],
        "teacher_busy": one.teacher_busy,
        "outside": one.outside,
    }
