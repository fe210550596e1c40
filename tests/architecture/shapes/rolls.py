"""Answers about rolls: a teacher's day, who is on a roll, leave, invitations, hours, attendance."""

from __future__ import annotations

from palace.courses.states import EnrolmentState, SessionState
from palace.rollcall.rules import Answer, Mark
from tests.architecture.shapes.kinds import (
    CODE,
    FEN,
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

OF_SESSION: dict[str, Shape] = {
    "session": NUMBER,
    "offering": NUMBER,
    "title": TEXT,
    "number": NUMBER,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "space": NUMBER,
    "state": one_of(SessionState),
}
SESSION = exactly(**OF_SESSION)
TALLY = exactly(present=NUMBER, late=NUMBER, excused=NUMBER, absent=NUMBER)
MARK = maybe(one_of(Mark))
MONTH: Shape = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
OF_MONTH: dict[str, Shape] = {
    "teacher": NUMBER,
    "month": MONTH,
    "sessions": NUMBER,
    "minutes": NUMBER,
    "lessons": TEXT,
    "fee": maybe(FEN),
    "signed": YES_NO,
    "signed_at": maybe(INSTANT),
    "checked_at": maybe(INSTANT),
    "classes": each(
        exactly(
            offering=NUMBER,
            title=TEXT,
            sessions=NUMBER,
            substituted=NUMBER,
            minutes=NUMBER,
            lessons=TEXT,
        )
    ),
}
ROLLS: dict[str, Shape] = {
    "TeachingDay": exactly(
        teacher=NUMBER,
        today=each(exactly(**OF_SESSION, called=YES_NO)),
        uncalled=each(SESSION),
        coming=each(SESSION),
        classes=each(NUMBER),
        invitations=each(known("TeachingInvitation")),
    ),
    "TeachingTimetable": exactly(sessions=each(SESSION)),
    "Roll": exactly(
        **OF_SESSION,
        opens_at=INSTANT,
        opened_at=INSTANT,
        tally=TALLY,
        people=each(
            exactly(enrolment=NUMBER, name=TEXT, mark=MARK, excused=YES_NO, has_place=YES_NO)
        ),
        told=each(TEXT),
    ),
    "ClassCode": exactly(
        **OF_SESSION,
        here=maybe(TEXT),
        seconds={"type": "number", "minimum": 0},
        came=each(TEXT),
        missing=each(TEXT),
    ),
    "HereInClass": exactly(
        **OF_SESSION, code=TEXT, people=each(exactly(enrolment=NUMBER, mark=MARK))
    ),
    "LeaveOfClass": exactly(
        enrolment=CODE, sessions=each(exactly(**OF_SESSION, leave=YES_NO, until=INSTANT))
    ),
    "TeachingInvitation": exactly(
        invitation=NUMBER,
        offering=NUMBER,
        title=TEXT,
        teacher=NUMBER,
        session=maybe(NUMBER),
        asked_at=INSTANT,
        answer=maybe(one_of(Answer)),
        why=maybe(TEXT),
        withdrawn=YES_NO,
    ),
    "InvitationsOfClass": exactly(offering=NUMBER, invitations=each(known("TeachingInvitation"))),
    "MonthOfHours": exactly(**OF_MONTH),
    "SheetOfHours": exactly(**OF_MONTH, sheet=NUMBER),
    "AttendanceOfClass": exactly(
        offering=NUMBER,
        title=TEXT,
        sessions=each(exactly(**OF_SESSION, tally=maybe(TALLY))),
        people=each(
            exactly(
                enrolment=NUMBER,
                state=one_of(EnrolmentState),
                attended=NUMBER,
                late=NUMBER,
                excused=NUMBER,
                absent=NUMBER,
                held=NUMBER,
            )
        ),
    ),
}
