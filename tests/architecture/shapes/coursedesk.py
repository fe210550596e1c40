"""Answers of the desk of courses: terms, courses, classes and their sessions, teachers, figures."""

from __future__ import annotations

from palace.coursedesk.rules import CallOffState
from palace.courses.states import OfferingState, SessionState
from palace.payments.states import RefundState
from palace.review.rules import RevisionState
from palace.teachers.rules import SUBJECTS
from tests.architecture.shapes.kinds import (
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

CLOCK: Shape = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
FIELDS: Shape = {"type": "object"}
SESSION: dict[str, Shape] = {
    "session": NUMBER,
    "number": NUMBER,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "space": NUMBER,
    "room": TEXT,
    "teacher": maybe(NUMBER),
    "state": one_of(SessionState),
    "instead_of": maybe(NUMBER),
}
CLASS = exactly(
    **{"class": NUMBER},
    title=TEXT,
    term=NUMBER,
    course=NUMBER,
    space=NUMBER,
    teacher=maybe(NUMBER),
    state=one_of(OfferingState),
    places=NUMBER,
    enrolled=NUMBER,
    minimum=NUMBER,
    decides_on=maybe(DAY),
    confirmed=YES_NO,
    seen=TEXT,
    sessions=each(exactly(**SESSION)),
)
TERM = exactly(
    term=NUMBER,
    site=NUMBER,
    name=TEXT,
    first_on=DAY,
    last_on=DAY,
    shown_at=INSTANT,
    opens_at=INSTANT,
    public_opens_at=INSTANT,
    closes_at=INSTANT,
    per_person=NUMBER,
    seen=TEXT,
)
CHOICE = exactly(teacher=NUMBER, name=TEXT, suits=YES_NO, busy=each(DAY))
TEACHER: dict[str, Shape] = {
    "teacher": NUMBER,
    "site": NUMBER,
    "name_zh": TEXT,
    "name_en": TEXT,
    "linked": YES_NO,
    "left": YES_NO,
}
COURSEDESK: dict[str, Shape] = {
    "ClassOfDesk": CLASS,
    "ClassesToDecide": exactly(classes=each(CLASS), call_offs=each(known("CallOff"))),
    "CallOff": exactly(
        **{"class": NUMBER},
        call_off=NUMBER,
        state=one_of(CallOffState),
        why=TEXT,
        proposed_at=INSTANT,
    ),
    "CallOffOfClass": exactly(
        **{"class": NUMBER},
        state=one_of(OfferingState),
        call_off=maybe(known("CallOff")),
        seen=TEXT,
        people=NUMBER,
        places=NUMBER,
        waiting=NUMBER,
        back=each(exactly(state=one_of(RefundState), count=NUMBER, amount=NUMBER)),
    ),
    "ClassBegun": exactly(key=TEXT, looked=maybe(known("ClassLooked"))),
    "ClassLooked": exactly(
        seen=TEXT,
        dates=each(
            exactly(
                day=DAY,
                starts_at=INSTANT,
                ends_at=INSTANT,
                special=maybe(TEXT),
                in_the_way=each(TEXT),
                teacher_busy=YES_NO,
                outside=YES_NO,
            )
        ),
        skipped=each(exactly(day=DAY, name=maybe(TEXT))),
        rooms=each(exactly(space=NUMBER, name=TEXT, fits=YES_NO, taken=each(DAY))),
        teachers=each(CHOICE),
        others=each(CLOCK),
    ),
    "SessionOfDesk": exactly(
        **SESSION,
        **{"class": NUMBER},
        places=each(
            exactly(place=TEXT, space=NUMBER, room=TEXT, starts_at=INSTANT, ends_at=INSTANT)
        ),
        teachers=each(CHOICE),
    ),
    "Term": TERM,
    "Terms": exactly(terms=each(TERM)),
    "CourseOfDesk": exactly(
        course=NUMBER,
        reviewed=YES_NO,
        prerequisite=maybe(NUMBER),
        fields=FIELDS,
        revision=maybe(
            exactly(revision=NUMBER, version=NUMBER, state=one_of(RevisionState), fields=FIELDS)
        ),
    ),
    "Teachers": exactly(teachers=each(exactly(**TEACHER))),
    "TeacherToWrite": exactly(subjects=each(one_of(SUBJECTS))),
    "TeacherOfDesk": exactly(
        **TEACHER,
        fee=maybe(NUMBER),
        skills=each(exactly(subject=one_of(SUBJECTS), level=NUMBER)),
        times=each(exactly(weekday=NUMBER, **{"from": CLOCK}, to=CLOCK)),
    ),
    "ClassRules": exactly(
        site=NUMBER,
        own=YES_NO,
        seen=TEXT,
        figures=each(exactly(name=TEXT, value=NUMBER, default=NUMBER)),
    ),
    "ClassRulesLooked": exactly(too_few=NUMBER, too_many=NUMBER),
}
