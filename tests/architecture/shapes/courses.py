"""Answers about the catalogue of classes and about places in them."""

from __future__ import annotations

from palace.courses.queries.catalogue import Stands
from palace.courses.states import EnrolmentState, SessionState
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
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

CLASS = {
    "offering": NUMBER,
    "term": NUMBER,
    "course": TEXT,
    "subject": maybe(TEXT),
    "title_zh": TEXT,
    "title_en": TEXT,
    "level": NUMBER,
    "min_age": maybe(NUMBER),
    "max_age": maybe(NUMBER),
    "space": NUMBER,
    "teacher": maybe(TEXT),
    "starts_at": maybe(INSTANT),
    "ends_at": maybe(INSTANT),
    "sessions": NUMBER,
    "stands": one_of(Stands),
    "places": NUMBER,
    "left": NUMBER,
    "kept_in_person": NUMBER,
    "waiting": NUMBER,
    "member_fee": FEN,
    "public_fee": maybe(FEN),
    "material_fee": FEN,
    "opens_at": INSTANT,
    "public_opens_at": maybe(INSTANT),
    "closes_at": INSTANT,
}
PLACE = {
    "enrolment": CODE,
    "offering": NUMBER,
    "person": maybe(NUMBER),
    "state": one_of(EnrolmentState),
    "fee": FEN,
    "material_fee": FEN,
    "pay_by": maybe(INSTANT),
    "enrolled_at": INSTANT,
    "back": FEN,
    "back_until": maybe(INSTANT),
}
COURSES: dict[str, Shape] = {
    "ClassCatalogue": exactly(
        now=INSTANT,
        terms=each(
            exactly(
                term=NUMBER,
                site=NUMBER,
                name_zh=TEXT,
                name_en=TEXT,
                first_on=DAY,
                last_on=DAY,
                opens_at=INSTANT,
                public_opens_at=INSTANT,
                closes_at=INSTANT,
            )
        ),
        term=maybe(NUMBER),
        offerings=each(known("ClassListed")),
    ),
    "ClassListed": exactly(**CLASS),
    "ClassShown": exactly(
        **CLASS,
        about_zh=TEXT,
        about_en=TEXT,
        bring_zh=TEXT,
        bring_en=TEXT,
        dates=each(
            exactly(
                session=NUMBER,
                number=NUMBER,
                starts_at=INSTANT,
                ends_at=INSTANT,
                space=NUMBER,
                teacher=maybe(TEXT),
                state=one_of(SessionState),
                instead_of=maybe(NUMBER),
            )
        ),
    ),
    "ClassWish": exactly(
        offering=NUMBER,
        person=maybe(NUMBER),
        fee=FEN,
        material_fee=FEN,
        free=NUMBER,
        failures=each(exactly(code=TEXT, why=TEXT, excusable=YES_NO)),
    ),
    "ClassPlace": exactly(**PLACE),
    "ClassPlaceShown": exactly(**PLACE, parallel=each(known("ClassListed"))),
    "ClassLeft": exactly(offering=NUMBER, left=NUMBER),
}
