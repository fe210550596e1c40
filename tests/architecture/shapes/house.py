"""Answers about people and the house: rosters, rules, messages, lists, personal data."""

from __future__ import annotations

from palace.broadcasts.rules import Audience as Told
from palace.broadcasts.rules import Stage
from palace.consents.rules import Purpose
from palace.members.rules import Role, Standing
from palace.reports.rules import ExportState, Format
from palace.roster.rules import ImportState
from palace.venues.figures import Group, Unit
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    FEN,
    FIGURE,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    at_least,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

IMPORT = {
    "import": NUMBER,
    "state": one_of(ImportState),
    "read": NUMBER,
    "complete": YES_NO,
    "counts": {"type": "object", "additionalProperties": NUMBER},
    "refusal": maybe(TEXT),
}
TALLY = dict.fromkeys(
    (
        "dates",
        "missed_dates",
        "open_minutes",
        "reserved_minutes",
        "signed_in_minutes",
        "missed_minutes",
        "other_minutes",
        "free_minutes",
    ),
    NUMBER,
)
EXPORT = {
    "export": CODE,
    "list": TEXT,
    "format": one_of(Format),
    "state": one_of(ExportState),
    "rows": NUMBER,
    "asked_at": INSTANT,
}
BROADCAST = {
    "broadcast": NUMBER,
    "title": TEXT,
    "state": one_of(Stage),
    "audience": one_of(Told),
    "receivers": NUMBER,
    "revision": NUMBER,
}
HOUSE: dict[str, Shape] = {
    "Inbox": exactly(
        unread=NUMBER,
        language=maybe(one_of(["zh", "en"])),
        email=maybe(TEXT),
        muted=each(TEXT),
        notices=each(
            exactly(
                notice=NUMBER,
                kind=TEXT,
                at=INSTANT,
                text=TEXT,
                body=TEXT,
                page=TEXT,
                changes=each(exactly(name=TEXT, old=TEXT, new=TEXT)),
                is_new=YES_NO,
            )
        ),
    ),
    "Templates": exactly(
        gateway=TEXT,
        texts=each(exactly(kind=TEXT, language=one_of(["zh", "en"]), text=TEXT, template=TEXT)),
    ),
    "Broadcasts": exactly(broadcasts=each(exactly(**BROADCAST))),
    "Broadcast": exactly(
        **BROADCAST,
        word=TEXT,
        reaches=NUMBER,
        messages=NUMBER,
        cost=FEN,
        waiting=NUMBER,
        going=NUMBER,
        sent=NUMBER,
        inbox=NUMBER,
        failed=NUMBER,
    ),
    "Answered": exactly(answer=maybe(exactly(title=TEXT, body=TEXT))),
    "Onward": at_least({"phone_end": TEXT}, next=TEXT),
    "CodeAsked": exactly(phone_end=TEXT, scarce=YES_NO),
    "Number": exactly(phone_end=TEXT),
    "Found": exactly(people=each(known("FoundMember"))),
    "FoundMember": exactly(member=NUMBER, name=TEXT, unit=maybe(TEXT), phone_end=maybe(TEXT)),
    "Nothing": exactly(),
    "FoundToActFor": exactly(
        people=each(
            exactly(person=TEXT, name=TEXT, unit=maybe(TEXT), card_end=TEXT, phone_end=TEXT)
        )
    ),
    "ActsFor": exactly(member=maybe(NUMBER)),
    "Worker": exactly(
        kind=one_of(["staff", "member"]),
        id=NUMBER,
        name=TEXT,
        posts=each(
            exactly(
                post=NUMBER,
                role=one_of(Role),
                site=maybe(NUMBER),
                unit=maybe(TEXT),
                troupe=maybe(NUMBER),
            )
        ),
    ),
    "Workers": exactly(people=each(known("Worker"))),
    "RuleGroup": exactly(
        group=one_of(Group),
        seen=TEXT,
        figures=each(
            exactly(
                name=TEXT,
                value=FIGURE,
                default=FIGURE,
                unit=one_of(Unit),
                lowest=maybe(NUMBER),
                highest=maybe(NUMBER),
            )
        ),
        barred=maybe(NUMBER),
        presets=each(
            exactly(
                preset=TEXT,
                strikes=NUMBER,
                within_days=NUMBER,
                bar_days=NUMBER,
                in_force=YES_NO,
                barred=NUMBER,
                source=TEXT,
            )
        ),
    ),
    "RuleGroups": exactly(groups=each(known("RuleGroup"))),
    "Password": exactly(login=TEXT, password=TEXT),
    "Enrolment": exactly(secret=TEXT),
    "Second": exactly(set=YES_NO, needed=YES_NO, secret=maybe(TEXT)),
    "RecoveryCodes": exactly(recovery_codes=each(TEXT)),
    "Enrolled": exactly(next=TEXT, recovery_codes=each(TEXT)),
    "Checkup": exactly(
        ok=YES_NO,
        lines=each(exactly(name=TEXT, ok=YES_NO, seen=TEXT, todo=TEXT)),
        tasks=each(
            exactly(
                task=NUMBER, name=TEXT, tries=NUMBER, failed_at=maybe(INSTANT), error=maybe(TEXT)
            )
        ),
    ),
    "Import": exactly(**IMPORT),
    "Imports": exactly(imports=each(known("Import"))),
    "Welcome": exactly(unit=maybe(TEXT), next=TEXT),
    "Units": exactly(standing=one_of(Standing), units=each(exactly(id=NUMBER, name=TEXT))),
    "Joined": exactly(standing=one_of(Standing), next=maybe(NUMBER)),
    "Organised": exactly(units=each(exactly(id=NUMBER, name=TEXT))),
    "Desk": exactly(
        unit=TEXT,
        waiting=each(exactly(application=NUMBER, name=TEXT, phone_end=TEXT)),
        members=NUMBER,
        accounts=NUMBER,
        tickets=NUMBER,
        entries=NUMBER,
    ),
    "Posters": exactly(posters=each(exactly(code=CODE, unit=TEXT))),
    "HouseWeek": exactly(
        site=TEXT,
        days=each(DAY),
        rooms=each(exactly(space=NUMBER, days=each(each(exactly(clock=TEXT, name=TEXT))))),
    ),
    "RoomUse": exactly(
        site=TEXT,
        first=DAY,
        last=DAY,
        total=exactly(**TALLY),
        rooms=each(exactly(space=NUMBER, **TALLY)),
        troupes=each(exactly(troupe={"type": ["integer", "null"]}, **TALLY)),
        hours=each(exactly(weekday=NUMBER, hour=NUMBER, share={"type": ["integer", "null"]})),
    ),
    "Listed": exactly(
        rows=each({"type": "object"}),
        count=NUMBER,
        counted=YES_NO,
        after=maybe(TEXT),
        before=maybe(TEXT),
    ),
    "Consents": exactly(
        texts=each(exactly(purpose=one_of(Purpose), version=NUMBER, body=TEXT)),
    ),
    "Kept": exactly(
        kept=each(exactly(table=TEXT, rows=NUMBER)),
        consents=each(
            exactly(
                purpose=one_of(Purpose),
                version=NUMBER,
                given_at=INSTANT,
                withdrawn_at=maybe(INSTANT),
            )
        ),
        downloads_left=NUMBER,
    ),
    "Download": exactly(
        palace=TEXT,
        made_at=INSTANT,
        parts={"type": "object", "additionalProperties": each({"type": "object"})},
    ),
    "Ahead": exactly(
        tickets=each(CODE),
        orders=each(CODE),
        refunds=NUMBER,
        reservations=each(CODE),
        classes=each(CODE),
        teaching=NUMBER,
    ),
    "FoundToErase": exactly(members=each(exactly(id=NUMBER, name=TEXT))),
    "AheadOf": exactly(
        tickets=NUMBER, orders=NUMBER, reservations=NUMBER, classes=NUMBER, teaching=NUMBER
    ),
    "Keeping": exactly(
        texts=each(exactly(purpose=one_of(Purpose), version=NUMBER)),
        days={"type": "object", "additionalProperties": maybe(NUMBER)},
        erased=NUMBER,
    ),
    "Export": exactly(**EXPORT),
    "Exports": exactly(exports=each(known("Export"))),
    "Retried": exactly(retried=YES_NO),
    "Messages": exactly(messages=each(exactly(at=TEXT, phone=TEXT, text=TEXT))),
    "Health": exactly(ok=YES_NO, parts=exactly(database=YES_NO, schema=YES_NO, worker=YES_NO)),
}
