"""Calendar text: the VEVENT block stored with each entry, and the file that blocks are joined into.

Feeds never carry a seat or a name. The time zone is written by hand: the library's one tells the
summer time of 1986 to 1991 in a way that calendars stumble over.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from flask import current_app
from icalendar import vText
from sqlalchemy.dialects.postgresql import Range

from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.clock import SHANGHAI

LINE_BYTES = 75
TEXTS_KEPT = 512
CONTINUES = range(0x80, 0xC0)  # bytes of UTF-8 inside a character
LOCAL_FORM, UTC_FORM = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"
HEAD = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Palace//Agenda//ZH\r\nCALSCALE:GREGORIAN\r\n"
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
)
TIME_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
TAIL = "END:VCALENDAR\r\n"


class Entry(NamedTuple):
    """What a calendar shows of an entry that is about to be written."""

    status: EntryStatus
    during: Range[datetime]
    title_zh: str
    title_en: str
    place_zh: str
    place_en: str
    path: str
    uid: str
    revision: int
    changed_at: datetime


class Told(NamedTuple):
    """What one VEVENT says, in the words its calendar is in; two that are equal give equal bytes."""

    title: str
    place: str
    description: str
    link: str
    starts_at: datetime | None
    ends_at: datetime | None
    uid: str
    revision: int
    changed_at: datetime
    status: EntryStatus


def block_of(entry: AgendaEntry | Entry, doors_at: datetime | None = None) -> str:
    """Return an entry as a VEVENT; every instant comes from the row, so equal rows give equal bytes."""
    link = current_app.extensions["palace"].public_url + entry.path
    cancelled = entry.status is EntryStatus.CANCELLED
    return vevent(
        Told(
            title=f"【取消】{entry.title_zh}" if cancelled else entry.title_zh,
            place=entry.place_zh,
            description=_description(entry, doors_at, link),
            link=link,
            starts_at=entry.during.lower,
            ends_at=entry.during.upper,
            uid=entry.uid,
            revision=entry.revision,
            changed_at=entry.changed_at,
            status=entry.status,
        )
    )


def vevent(told: Told) -> str:
    """Return a VEVENT, its lines folded.

    Written by hand like the file around it: the library takes a tenth of a whole booking for it.
    """
    changed = f"{told.changed_at.astimezone(UTC):{UTC_FORM}}"
    transparent = told.status is EntryStatus.CANCELLED
    lines = (
        "BEGIN:VEVENT",
        f"SUMMARY:{_text(told.title)}",
        f"DTSTART;TZID={SHANGHAI.key}:{_here(told.starts_at):{LOCAL_FORM}}",
        f"DTEND;TZID={SHANGHAI.key}:{_here(told.ends_at):{LOCAL_FORM}}",
        f"DTSTAMP:{changed}",
        f"UID:{told.uid}",
        f"SEQUENCE:{told.revision}",
        f"DESCRIPTION:{_text(told.description)}",
        f"LAST-MODIFIED:{changed}",
        f"LOCATION:{_text(told.place)}",
        f"STATUS:{told.status.value.upper()}",
        f"TRANSP:{'TRANSPARENT' if transparent else 'OPAQUE'}",
        f"URL:{told.link}",
        "END:VEVENT",
    )
    return "".join(folded(line) for line in lines)


@functools.lru_cache(maxsize=TEXTS_KEPT)
def _text(words: str) -> str:
    """Return words as calendars write them; everybody at a show has the same."""
    escaped: str = vText(words).to_ical().decode()
    return escaped


def _here(instant: datetime | None) -> datetime:
    if instant is None:
        raise ValueError("an agenda entry begins and ends")
    return instant.astimezone(SHANGHAI)


def _description(entry: AgendaEntry | Entry, doors_at: datetime | None, link: str) -> str:
    """Return what stands below the title, in both languages: one block serves every reader."""
    lines = [f"{entry.title_en} · {entry.place_en}", link]
    if doors_at:
        opens = f"{_here(doors_at):%H:%M}"
        lines.insert(0, f"{opens} 起检票入场 · Doors open {opens}")
    return "\n".join(lines)


def ics(blocks: Iterable[str], name: str) -> bytes:
    """Return a calendar file of stored blocks; the same blocks give the same bytes."""
    title = folded(f"X-WR-CALNAME:{_text(name)}")
    return "".join([HEAD, title, TIME_ZONE, *blocks, TAIL]).encode()


def folded(line: str) -> str:
    """Return a content line folded at 75 bytes, never inside a character."""
    rest, parts, width = line.encode(), [], LINE_BYTES
    while len(rest) > width:
        end = width
        while rest[end] in CONTINUES:
            end -= 1
        parts.append(rest[:end])
        rest, width = rest[end:], LINE_BYTES - 1  # behind the space that continues a line
    return b"\r\n ".join([*parts, rest]).decode() + "\r\n"
