"""What the addresses answer with as JSON, and which of them send files: the shapes of the OpenAPI file."""

from __future__ import annotations

from typing import Any

from palace.agenda.rules import EntryStatus
from palace.door.rules import Reason, Verdict
from palace.members.rules import Role, Standing
from palace.programme.rules import KINDS, Shown
from palace.reports.rules import ExportState, Format
from palace.tickets.rules import OrderState, TicketState

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
CODE: Shape = {"type": "string", "pattern": "^[a-z2-7]{20}$"}
NUMBER: Shape = {"type": "integer", "minimum": 0}
INSTANT: Shape = {"type": "string", "format": "date-time"}
YES_NO: Shape = {"type": "boolean"}
FEN: Shape = {"type": "integer", "minimum": 0, "description": "fen, 1 yuan = 100 fen"}


def one_of(words: Any) -> Shape:
    """Return the shape of a word from a list."""
    return {"type": "string", "enum": sorted(str(word) for word in words)}


def each(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def maybe(shape: Shape) -> Shape:
    """Return the shape of something that may be null."""
    return {"anyOf": [shape, {"type": "null"}]}


def known(name: str) -> Shape:
    """Return a reference to a named shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(**properties: Shape) -> Shape:
    """Return the shape of an object with these members, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def at_least(optional: dict[str, Shape], **properties: Shape) -> Shape:
    """Return the shape of an object whose `optional` members may be missing."""
    shape = exactly(**properties)
    return shape | {"properties": properties | optional}


MINE = {
    "name": TEXT,
    "free_left": NUMBER,
    "feed": {"type": "string", "format": "uri"},
    "entries": each(known("Entry")),
    "orders": each(CODE),
    "missed": each(exactly(strike=NUMBER, subject=TEXT, appealed=YES_NO)),
    "barred_until": {"type": ["string", "null"], "format": "date"},
}
DOOR = {
    "performance": NUMBER,
    "title": TEXT,
    "starts_at": INSTANT,
    "doors_at": INSTANT,
    "admitted": NUMBER,
    "sold": NUMBER,
}
EXPORT = {
    "export": CODE,
    "list": TEXT,
    "format": one_of(Format),
    "state": one_of(ExportState),
    "rows": NUMBER,
    "asked_at": INSTANT,
}
SHAPES: dict[str, Shape] = {
    "Price": exactly(tier=TEXT, zone=TEXT, amount=FEN),
    "Performance": exactly(
        id=NUMBER,
        production=NUMBER,
        title=TEXT,
        kind=one_of(KINDS),
        space=TEXT,
        starts_at=INSTANT,
        state=one_of(Shown),
        left=maybe(NUMBER),
        prices=each(known("Price")),
    ),
    "Performances": exactly(performances=each(known("Performance"))),
    "Production": exactly(id=NUMBER, title=TEXT, performances=each(known("Performance"))),
    "Rows": exactly(
        seats={"type": "object", "additionalProperties": one_of(["free", "taken", "kept"])}
    ),
    "Order": exactly(
        order=CODE,
        state=one_of([*OrderState, "lapsed", "off"]),
        seats=each(TEXT),
        held_until=maybe(INSTANT),
        tickets=each(CODE),
    ),
    "Ticket": exactly(
        ticket=CODE,
        state=one_of(TicketState),
        performance=NUMBER,
        seat=maybe(TEXT),
        tier=TEXT,
        price=FEN,
        collection_code={"type": "string", "pattern": "^[0-9]{8}$"},
        admitted_at=maybe(INSTANT),
    ),
    "Entry": exactly(
        subject=TEXT,
        title=TEXT,
        place=TEXT,
        starts_at=maybe(INSTANT),
        status=one_of(EntryStatus),
        tickets=each(CODE),
    ),
    "Mine": exactly(**MINE, standing=one_of(Standing)),
    "Changed": exactly(**MINE),
    "History": exactly(entries=each(known("Entry")), page={"type": "integer", "minimum": 1}),
    "Onward": at_least({"phone_end": TEXT}, next=TEXT),
    "CodeAsked": exactly(phone_end=TEXT, scarce=YES_NO),
    "People": exactly(people=each(exactly(id=TEXT, words=TEXT))),
    "Nothing": exactly(),
    "Worker": exactly(
        kind=one_of(["staff", "member"]),
        id=NUMBER,
        name=TEXT,
        posts=each(exactly(post=NUMBER, role=one_of(Role), site=maybe(NUMBER), unit=maybe(TEXT))),
    ),
    "Workers": exactly(people=each(known("Worker"))),
    "Password": exactly(login=TEXT, password=TEXT),
    "Enrolment": exactly(secret=TEXT),
    "Enrolled": exactly(next=TEXT, recovery_codes=each(TEXT)),
    "Evenings": exactly(
        performances=each(
            exactly(
                performance=NUMBER,
                starts_at=INSTANT,
                sold=NUMBER,
                held=NUMBER,
                kept=NUMBER,
                left=NUMBER,
            )
        )
    ),
    "Door": exactly(**DOOR),
    "Doors": exactly(performances=each(known("Door"))),
    "Verdict": exactly(
        verdict=one_of(Verdict),
        reason=maybe(one_of(Reason)),
        seat=maybe(TEXT),
        first_at=maybe(INSTANT),
        gate=maybe(TEXT),
        told={"type": "object", "additionalProperties": TEXT},
    ),
    "Checkup": exactly(
        ok=YES_NO,
        lines=each(exactly(name=TEXT, ok=YES_NO, seen=TEXT, todo=TEXT)),
        tasks=each(
            exactly(
                task=NUMBER, name=TEXT, tries=NUMBER, failed_at=maybe(INSTANT), error=maybe(TEXT)
            )
        ),
    ),
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
    "Strike": exactly(
        strike=NUMBER,
        subject=TEXT,
        happened_at=INSTANT,
        forgiven=YES_NO,
        appeal={
            **exactly(words=TEXT, verdict={"type": ["string", "null"]}),
            "type": ["object", "null"],
        },
    ),
    "Decided": exactly(waiting=NUMBER),
    "Posters": exactly(posters=each(exactly(code=CODE, unit=TEXT))),
    "Listed": exactly(
        rows=each({"type": "object"}),
        count=NUMBER,
        counted=YES_NO,
        after=maybe(TEXT),
        before=maybe(TEXT),
        errors={"type": "object", "additionalProperties": TEXT},
    ),
    "Export": exactly(**EXPORT),
    "Exports": exactly(exports=each(known("Export"))),
    "Retried": exactly(retried=YES_NO),
    "Messages": exactly(messages=each(exactly(at=TEXT, phone=TEXT, text=TEXT))),
    "Health": exactly(ok=YES_NO, parts=exactly(database=YES_NO, schema=YES_NO, worker=YES_NO)),
}

JSON: dict[str, dict[str, str]] = {
    "tickets.programme": {"GET": "Performances"},
    "tickets.production": {"GET": "Production"},
    "tickets.performance": {"GET": "Performance"},
    "tickets.rows": {"GET": "Rows"},
    "tickets.hold": {"POST": "Order"},
    "tickets.order": {"GET": "Order"},
    "tickets.confirm": {"POST": "Order"},
    "tickets.extend": {"POST": "Order"},
    "tickets.cancel": {"POST": "Order"},
    "tickets.ticket": {"GET": "Ticket"},
    "tickets.ask_return": {"GET": "Ticket"},
    "tickets.give_back": {"POST": "Ticket"},
    "mine.home": {"GET": "Mine"},
    "mine.renew_calendar": {"POST": "Changed"},
    "mine.access": {"POST": "Changed"},
    "mine.rename": {"POST": "Changed"},
    "mine.appeal": {"POST": "Changed"},
    "mine.history": {"GET": "History"},
    "members.sign_in": {"GET": "Nothing", "POST": "Onward"},
    "members.code": {"GET": "CodeAsked", "POST": "Onward"},
    "members.choose": {"GET": "People", "POST": "Onward"},
    "members.sign_out": {"POST": "Onward"},
    "members.sign_out_everywhere": {"POST": "Onward"},
    "members.messages": {"GET": "Messages"},
    "staff.sign_in": {"GET": "Nothing", "POST": "Onward"},
    "staff.code": {"GET": "Nothing", "POST": "Onward"},
    "staff.enrol": {"GET": "Enrolment", "POST": "Enrolled"},
    "staff.sign_out": {"POST": "Onward"},
    "staff.home": {"GET": "Evenings"},
    "care.health": {"GET": "Checkup"},
    "audit.lines": {"GET": "Listed"},
    "care.notices": {"GET": "Listed"},
    "care.tasks": {"GET": "Listed"},
    "staff.names": {"GET": "Listed"},
    "reports.exports": {"GET": "Exports"},
    "reports.ask": {"POST": "Export"},
    "care.retry": {"POST": "Retried"},
    "door.home": {"GET": "Doors"},
    "door.performance": {"GET": "Door"},
    "door.admit": {"POST": "Verdict"},
    "joining.join": {"GET": "Welcome"},
    "joining.poster_scanned": {"GET": "Welcome"},
    "joining.unit": {"GET": "Units"},
    "joining.apply": {"POST": "Onward"},
    "joining.done": {"GET": "Joined"},
    "joining.posters": {"GET": "Posters"},
    "strikes.home": {"GET": "Listed"},
    "strikes.strike": {"GET": "Strike"},
    "strikes.forgive": {"POST": "Strike"},
    "strikes.decide": {"POST": "Strike"},
    "unions.home": {"GET": "Organised"},
    "unions.unit": {"GET": "Desk"},
    "unions.confirm": {"POST": "Decided"},
    "unions.refuse": {"POST": "Decided"},
    "pages.healthz": {"GET": "Health"},
    "people.home": {"GET": "Workers"},
    "people.employ": {"POST": "Password"},
    "people.find": {"POST": "Workers"},
    "people.person": {"GET": "Worker"},
    "people.grant": {"POST": "Worker"},
    "people.end": {"POST": "Worker"},
    "people.end_sign_ins": {"POST": "Worker"},
    "people.renew_password": {"POST": "Password"},
    "people.forget_code": {"POST": "Worker"},
    "people.leave": {"POST": "Workers"},
    "people.set_proofs": {"POST": "Workers"},
}
"""Which shape an address answers with, by endpoint and method; what is not here is a page or a file."""

JSON_ONLY = {"pages.healthz"}
CREATES = {"tickets.hold", "joining.apply", "people.employ"}
SHOWN = {
    "door.admit",
    "people.employ",
    "people.find",
    "people.renew_password",
    "staff.enrol",
}
"""Addresses whose POST answers with a page of its own: the next ticket, or what is seen only once."""
REDIRECTS = {
    "pages.display",
    "members.sign_in",
    "members.code",
    "members.choose",
    "staff.code",
    "staff.enrol",
    "joining.join",
    "joining.poster_scanned",
}
"""Addresses for everybody whose GET may send on to another; those for roles send to the sign-in."""

FILES = {
    "calendars.feed": "text/calendar",
    "joining.poster_pdf": "application/pdf",
    "mine.qr": "image/svg+xml",
    "pages.livez": "text/plain",
    "pages.manifest": "application/manifest+json",
    "pages.service_worker": "text/javascript",
    "reports.fetch": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "static": "*/*",
    "tickets.ticket_ics": "text/calendar",
    "tickets.ticket_pdf": "application/pdf",
    "tickets.ticket_png": "image/png",
}
