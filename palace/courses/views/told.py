"""Classes and places in them as programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from palace.clock import iso
from palace.courses.catalogue import Term
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.catalogue import Stub
from palace.courses.services.ending import back_of, back_until
from palace.courses.services.telling import titles


def term_json(term: Term) -> dict[str, Any]:
    """Return a term with the instants from which it is enrolled in."""
    return {
        "term": term.id,
        "site": term.site_id,
        "name_zh": term.name_zh,
        "name_en": term.name_en,
        "first_on": term.first_on.isoformat(),
        "last_on": term.last_on.isoformat(),
        "opens_at": iso(term.opens_at),
        "public_opens_at": iso(term.public_opens_at),
        "closes_at": iso(term.closes_at),
    }


def stub_json(stub: Stub) -> dict[str, Any]:
    """Return a class as the catalogue has it."""
    of, told = stub.offering, titles(stub.offering)
    return {
        "offering": of.id,
        "term": of.term_id,
        "course": of.course.code,
        "subject": of.course.subject,
        "title_zh": told["zh"],
        "title_en": told["en"],
        "level": of.course.level,
        "min_age": of.course.min_age,
        "max_age": of.course.max_age,
        "space": of.space_id,
        "teacher": of.teacher.name_zh if of.teacher else None,
        "starts_at": iso(min(stub.starts)) if stub.starts else None,
        "ends_at": iso(max(stub.ends)) if stub.ends else None,
        "sessions": len(stub.starts),
        "stands": stub.stands.value,
        "places": of.places,
        "left": stub.left,
        "kept_in_person": stub.kept,
        "waiting": stub.taken.waiting,
        "member_fee": of.member_fee,
        "public_fee": of.public_fee,
        "material_fee": of.material_fee,
        "opens_at": iso(stub.opens_at),
        "public_opens_at": iso(stub.public_opens_at) if stub.public_opens_at else None,
        "closes_at": iso(stub.closes_at),
    }


def class_json(stub: Stub, sessions: Sequence[ClassSession]) -> dict[str, Any]:
    """Return a class with every session of it."""
    course = stub.offering.course
    return stub_json(stub) | {
        "about_zh": course.about_zh,
        "about_en": course.about_en,
        "bring_zh": course.bring_zh,
        "bring_en": course.bring_en,
        "dates": [session_json(one) for one in sessions],
    }


def session_json(one: ClassSession) -> dict[str, Any]:
    """Return one session: when, where, by whom."""
    return {
        "session": one.id,
        "number": one.number,
        "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at),
        "space": one.space_id,
        "teacher": one.teacher.name_zh if one.teacher else None,
        "state": one.state,
        "instead_of": one.instead_of,
    }


def enrolment_json(one: Enrolment, now: datetime) -> dict[str, Any]:
    """Return a place: how it stands, until when it is to be paid, what is given back to who withdraws."""
    until = back_until(one.offering)
    return {
        "enrolment": one.code,
        "offering": one.offering_id,
        "person": one.companion_id,
        "state": one.state_at(now),
        "fee": one.fee,
        "material_fee": one.material_fee,
        "pay_by": iso(one.pay_by) if one.pay_by else None,
        "enrolled_at": iso(one.enrolled_at),
        "back": back_of(one, now),
        "back_until": iso(until) if until else None,
    }
