"""Writing the public feeds: only what changed since is written anew, the rest this process remembers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from palace.agenda.blocks import Told, ics, vevent
from palace.agenda.rules import EntryStatus
from palace.calendars import queries, uses
from palace.calendars.queries import Feed, Mark, Of, State
from palace.clock import SHANGHAI
from palace.courses.models import Offering
from palace.db import db
from palace.members.services import note
from palace.troupes.models import Troupe

MOST_BLOCKS = 20_000
MOST_FEEDS = 64
PROGRAMME = {"zh": "{name} 演出", "en": "{name}: programme"}
NAMES = {
    Of.PALACE: PROGRAMME,
    Of.SITE: PROGRAMME,
    Of.SPACE: {"zh": "{name} 安排", "en": "{name}: what is on"},
    Of.ROOMS: {"zh": "{name} 场地安排", "en": "{name}: use of rooms"},
}
TAKEN = {"zh": "已预约", "en": "Reserved"}
CANCELLED = {"zh": "【取消】{title}", "en": "Cancelled: {title}"}
DOORS = {"zh": "{time} 起检票入场", "en": "Doors open {time}"}
BETWEEN = {"zh": " ", "en": ", "}
OPEN = "open"
NONE: tuple[State, str] = ((), "")


@dataclass
class Kept:
    """What a process remembers: blocks by kind, id and language with their state, and whole feeds."""

    blocks: dict[tuple[str, int, str], tuple[State, str]] = field(default_factory=dict)
    feeds: dict[Feed, tuple[str, bytes]] = field(default_factory=dict)
    writing: threading.Lock = field(default_factory=threading.Lock)


def write(feed: Feed, mark: Mark) -> bytes:
    """Return a feed whose mark was just read."""
    kept: Kept = current_app.extensions.setdefault("palace_feeds", Kept())
    tag, body = kept.feeds.get(feed, ("", b""))
    if tag == mark.tag:
        return body
    with kept.writing:
        body = ics(_blocks(kept, feed), NAMES[feed.of][feed.language].format(name=mark.name))
        if len(kept.feeds) >= MOST_FEEDS:
            kept.feeds.clear()
        kept.feeds[feed] = (mark.tag, body)
    return body


def renew(troupe_id: int) -> None:
    """Give a troupe's feed a new secret address; the old one is dead."""
    troupe = db.session.get_one(Troupe, troupe_id)
    troupe.calendar_generation = Troupe.calendar_generation + 1
    note("troupe_calendar_renewed", f"troupe:{troupe_id}")


def renew_class(offering: Offering) -> None:
    """Give a class's feed a new secret address; the old one is dead."""
    offering.calendar_generation = Offering.calendar_generation + 1
    note("class_calendar_renewed", f"offering:{offering.id}")


def _blocks(kept: Kept, feed: Feed) -> list[str]:
    """Return the blocks of a feed: of its shows, then of the rooms' other uses, each by start."""
    if len(kept.blocks) > MOST_BLOCKS:
        kept.blocks.clear()
    return [
        *_told(kept, "show", feed.language, queries.revisions(feed)),
        *_told(kept, "use", feed.language, queries.used(feed)),
    ]


def _told(
    kept: Kept, kind: str, language: str, shown: Sequence[tuple[int, State]]
) -> Iterable[str]:
    """Return blocks of one kind in order; only those in a state nobody asked for yet are written."""
    changed = [
        one for one, state in shown if kept.blocks.get((kind, one, language), NONE)[0] != state
    ]
    states = dict(shown)
    read, write_one = (queries.told, block_of) if kind == "show" else (uses.told, use_of)
    for row in read(changed):
        kept.blocks[kind, row.id, language] = (states[row.id], write_one(row, language))
    return [
        kept.blocks[kind, one, language][1]
        for one in states
        if (kind, one, language) in kept.blocks
    ]


def use_of(row: Any, language: str) -> str:
    """Return a use of a room as a VEVENT in one language: the troupe's name, nobody else's."""
    link = f"{current_app.extensions['palace'].public_url}/spaces/{row.space_id}"
    title = _said(row, "name", language) if row.troupe_id else TAKEN[language]
    cancelled = row.status == EntryStatus.CANCELLED
    return vevent(
        Told(
            title=CANCELLED[language].format(title=title) if cancelled else title,
            place=_said(row, "place", language),
            description=link,
            link=link,
            starts_at=row.during.lower,
            ends_at=row.during.upper,
            uid=f"room-{row.uid}",
            revision=row.revision,
            changed_at=row.changed_at,
            status=EntryStatus(row.status),
        )
    )


def block_of(row: Any, language: str) -> str:
    """Return a performance as a VEVENT in one language."""
    link = f"{current_app.extensions['palace'].public_url}/performances/{row.id}"
    title, lines = _said(row, "title", language), [link]
    places = [_said(row, name, language) for name in ("space_name", "site_name", "site_address")]
    if row.seating != OPEN:
        opens = f"{row.doors_at.astimezone(SHANGHAI):%H:%M}"
        lines.insert(0, DOORS[language].format(time=opens))
    return vevent(
        Told(
            title=CANCELLED[language].format(title=title) if row.cancelled_at else title,
            place=BETWEEN[language].join(filter(None, places)),
            description="\n".join(lines),
            link=link,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            uid=f"{row.uid}@palace",
            revision=row.revision,
            changed_at=row.changed_at,
            status=EntryStatus.CANCELLED if row.cancelled_at else EntryStatus.CONFIRMED,
        )
    )


def _said(row: Any, name: str, language: str) -> str:
    """Return a text of a row in a language, in Chinese where it has none."""
    return str(getattr(row, f"{name}_{language}") or getattr(row, f"{name}_zh"))
