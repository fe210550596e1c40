"""What members learn of their places in classes: the notices owed."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from palace import clock
from palace.courses.models import Enrolment, Offering
from palace.courses.queries import facts
from palace.courses.states import EnrolmentState
from palace.notices import services as notices
from palace.payments import services as payments
from palace.payments.models import Payment

SUBJECT, OFF = "enrolment:", "class_called_off"
ENDED = {
    EnrolmentState.WITHDRAWN: "class_withdrawn",
    EnrolmentState.LAPSED: "class_lapsed",
    EnrolmentState.REMOVED: "class_removed",
    EnrolmentState.ABSENT: "class_absent",
    EnrolmentState.CANCELLED: OFF,
}
"""What tells that a place was given back; who moves to another class is told of that one."""


def titles(of: Offering) -> dict[str, str]:
    """Return what a class is called in both languages: its course, and which of them."""
    return {
        "zh": " ".join(filter(None, (of.course.title_zh, of.name_zh))),
        "en": " ".join(filter(None, (of.course.title_en or of.course.title_zh, of.name_en))),
    }


def subject_of(enrolment: Enrolment) -> str:
    """Return how notices, payments' readers and strikes name an enrolment."""
    return f"{SUBJECT}{enrolment.id}"


def tell(kind: str, enrolment: Enrolment, now: datetime, **more: Any) -> None:
    """Tell a member of a place of theirs: which class, and when it begins."""
    values = {"title": titles(enrolment.offering), "starts_at": _next(enrolment, now)} | more
    receiver = f"member:{enrolment.member_id}"
    notices.owe(kind, subject_of(enrolment), receiver, values, now)


def _next(enrolment: Enrolment, now: datetime) -> str:
    """Return when the class is on next; where that is not planned, when its term begins."""
    of = enrolment.offering
    starts = [one.starts_at for one in facts.planned_of(of.id) if one.starts_at > now]
    return min(starts, default=clock.at(of.term.first_on, time())).isoformat()


def tell_taken(enrolment: Enrolment, now: datetime, due: Payment | None = None) -> None:
    """Tell that a place is theirs, or until when it waits for its money: `due`."""
    if due is not None:
        tell(payments.kind_told("class_unpaid"), enrolment, now, **payments.told(due))
    else:
        tell("class_enrolled", enrolment, now)
