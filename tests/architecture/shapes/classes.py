"""Answers about menus, scores, certificates and what a class has beside its sessions."""

from __future__ import annotations

from palace.courses.states import Channel, WaitState
from palace.surveys.rules import Phase
from tests.architecture.shapes.kinds import (
    CODE,
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

SURVEY = {
    "survey": NUMBER,
    "title": TEXT,
    "site": TEXT,
    "choices": NUMBER,
    "opens_at": INSTANT,
    "closes_at": INSTANT,
}
LINE = {
    "line": NUMBER,
    "subject": TEXT,
    "title": TEXT,
    "about": TEXT,
    "offering": maybe(NUMBER),
}
CERTIFICATE = {
    "code": CODE,
    "number": TEXT,
    "name": TEXT,
    "title": TEXT,
    "attended": NUMBER,
    "held": NUMBER,
    "minutes": NUMBER,
    "issued_at": INSTANT,
    "revoked_at": maybe(INSTANT),
}
RECORDING = {"recording": NUMBER, "title": TEXT, "minutes": maybe(NUMBER)}
CLASS = {
    "offering": NUMBER,
    "title": TEXT,
    "has_picture": YES_NO,
    "messages": each(exactly(words=TEXT, sent_at=INSTANT)),
}
WAIT = {
    "offering": NUMBER,
    "person": maybe(NUMBER),
    "code": CODE,
    "state": one_of(WaitState),
    "place": maybe(NUMBER),
    "lapses_at": maybe(INSTANT),
    "enrolment": maybe(CODE),
}
CLASSES: dict[str, Shape] = {
    "Survey": exactly(**SURVEY),
    "Surveys": exactly(surveys=each(known("Survey"))),
    "SurveyToVote": exactly(
        **SURVEY, phase=one_of(Phase), lines=each(exactly(**LINE, chosen=YES_NO))
    ),
    "SurveysAtDesk": exactly(surveys=each(exactly(**SURVEY, people=NUMBER, votes=NUMBER))),
    "SurveyAtDesk": exactly(
        **SURVEY,
        phase=one_of(Phase),
        results=each(exactly(**LINE, place=NUMBER, votes=NUMBER)),
    ),
    "WeeklyPlace": exactly(place=TEXT, space=NUMBER, room=TEXT, seen=TEXT, dates=each(INSTANT)),
    "LineToOpen": exactly(
        line=NUMBER,
        votes=NUMBER,
        course=maybe(NUMBER),
        term=maybe(NUMBER),
        teachers=each(NUMBER),
        places=each(known("WeeklyPlace")),
        chosen=maybe(known("WeeklyPlace")),
    ),
    "LineOpened": exactly(offering=NUMBER, told=NUMBER),
    "ClassScore": exactly(enrolment=CODE, over_at=maybe(INSTANT), stars=maybe(NUMBER), words=TEXT),
    "ClassScores": exactly(
        average=maybe({"type": "number"}), scores=each(exactly(stars=NUMBER, words=TEXT))
    ),
    "Certificate": exactly(**CERTIFICATE),
    "MyCertificates": exactly(certificates=each(known("Certificate"))),
    "ClassCertificates": exactly(
        percent=NUMBER,
        people=each(
            exactly(
                enrolment=CODE,
                attended=NUMBER,
                held=NUMBER,
                earned=YES_NO,
                certificates=each(exactly(**CERTIFICATE, certificate=NUMBER)),
            )
        ),
    ),
    "Recordings": exactly(recordings=each(exactly(**RECORDING))),
    "MyClass": exactly(**CLASS, enrolment=CODE, recordings=each(exactly(**RECORDING))),
    "ClassBeside": exactly(
        **CLASS,
        people=NUMBER,
        recordings=each(
            exactly(**RECORDING, people=NUMBER, times=NUMBER, withdrawn_at=maybe(INSTANT))
        ),
    ),
    "ClassWait": exactly(**WAIT),
    "ClassQueue": exactly(offering=NUMBER, length=NUMBER, waits=each(known("ClassWait"))),
    "ClassWaitAtDesk": exactly(
        wait=NUMBER,
        state=one_of(WaitState),
        channel=one_of(Channel),
        place=maybe(NUMBER),
        joined_at=INSTANT,
        lapses_at=maybe(INSTANT),
    ),
    "ClassQueueAtDesk": exactly(
        offering=NUMBER,
        waiting=each(known("ClassWaitAtDesk")),
        ended=each(known("ClassWaitAtDesk")),
    ),
    "ClassFeed": exactly(offering=NUMBER, feed={"type": "string", "format": "uri"}),
    "TroupeMade": exactly(troupe=NUMBER),
}
