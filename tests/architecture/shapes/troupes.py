"""Answers about troupes: a leader's own, and the desk's."""

from __future__ import annotations

from palace.members.posts import OF_TROUPES
from palace.rooms.states import HOLDING
from palace.troupes.rules import CertificationState, Standing, TroupeKind
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

TROUPE = {
    "troupe": NUMBER,
    "code": TEXT,
    "name_zh": TEXT,
    "name_en": TEXT,
    "kind": one_of(TroupeKind),
    "size": NUMBER,
    "site": NUMBER,
    "week_minutes": maybe(NUMBER),
    "month_minutes": maybe(NUMBER),
    "ended_at": maybe(INSTANT),
}
STANDS = {
    "standing": one_of(Standing),
    "certified_until": maybe(DAY),
    "seasons": each(known("TroupeSeason")),
    "roster_count": NUMBER,
    "rehearsals": each(known("Rehearsal")),
}
IN_SEASON = {
    "season": NUMBER,
    "name": TEXT,
    "starts_on": DAY,
    "ends_on": DAY,
    "letter": maybe(NUMBER),
    "state": maybe(one_of(CertificationState)),
    "signed": maybe(NUMBER),
    "asked_at": maybe(INSTANT),
    "decided_at": maybe(INSTANT),
    "why": maybe(TEXT),
}
SEASON = {"season": NUMBER, "name_zh": TEXT, "name_en": TEXT, "starts_on": DAY, "ends_on": DAY}
TROUPES: dict[str, Shape] = {
    "Troupe": exactly(**TROUPE),
    "MyTroupes": exactly(
        led=each(exactly(**TROUPE, role=one_of(OF_TROUPES))), member_of=each(known("Troupe"))
    ),
    "MyTroupe": exactly(
        **TROUPE,
        **STANDS,
        role=one_of(OF_TROUPES),
        hours=each(exactly(week_minutes=NUMBER, month_minutes=NUMBER, policies=each(TEXT))),
        used_week_minutes=NUMBER,
        used_month_minutes=NUMBER,
    ),
    "TroupeAtDesk": exactly(
        **TROUPE,
        **STANDS,
        seen=TEXT,
        leaders=each(exactly(post=NUMBER, role=one_of(OF_TROUPES), name=TEXT)),
    ),
    "TroupeEnding": exactly(**TROUPE, rehearsals=each(known("Rehearsal"))),
    "TroupeRoster": exactly(
        people=each(exactly(row=NUMBER, name=TEXT, phone_end=maybe(TEXT), joined_on=DAY))
    ),
    "TroupeSeason": exactly(**IN_SEASON),
    "SafetyLetter": exactly(
        letter=NUMBER, version=NUMBER, text_zh=TEXT, text_en=TEXT, published_at=INSTANT
    ),
    "LetterToSign": exactly(**IN_SEASON, shown=maybe(known("SafetyLetter"))),
    "TroupeSeasons": exactly(seasons=each(exactly(**SEASON))),
    "SeasonLetters": exactly(**SEASON, letters=each(known("SafetyLetter"))),
    "Rehearsal": exactly(
        occurrence=NUMBER,
        reservation=CODE,
        starts_at=INSTANT,
        ends_at=INSTANT,
        room=TEXT,
        state=one_of(HOLDING),
    ),
}
