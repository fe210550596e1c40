"""Writing the public feeds: only what changed since is written anew, the rest this process remembers."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from palace.agenda.blocks import Told, ics, vevent
from palace.agenda.rules import EntryStatus
from palace.calendars import queries
from palace.calendars.queries import Feed, Mark
from palace.clock import SHANGHAI

MOST_BLOCKS = 20_000
MOST_FEEDS = 64
NAMES = {"zh": "{name} 演出", "en": "{name}: programme"}
CANCELLED = {"zh": "【取消】{title}", "en": "Cancelled: {title}"}
DOORS = {"zh": "{time} 起检票入场", "en": "Doors open {time}"}
BETWEEN = {"zh": " ", "en": ", "}
OPEN = "open"


@dataclass
class Kept:
    """What a process remembers: the block of each performance by language, and whole feeds."""

    blocks: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)
    feeds: dict[Feed, tuple[str, bytes]] = field(default_factory=dict)
    writing: threading.Lock = field(default_factory=threading.Lock)


def write(feed: Feed, mark: Mark) -> bytes:
    """Return a feed whose mark was just read."""
    kept: Kept = current_app.extensions.setdefault("palace_feeds", Kept())
    tag, body = kept.feeds.get(feed, ("", b""))
    if tag == mark.tag:
        return body
    with kept.writing:
        body = ics(_blocks(kept, feed), NAMES[feed.language].format(name=mark.name))
        if len(kept.feeds) >= MOST_FEEDS:
            kept.feeds.clear()
        kept.feeds[feed] = (mark.tag, body)
    return body


def _blocks(kept: Kept, feed: Feed) -> Iterable[str]:
    language, shown = feed.language, queries.revisions(feed)
    if len(kept.blocks) > MOST_BLOCKS:
        kept.blocks.clear()
    changed = [
        performance_id
        for performance_id, revision in shown
        if kept.blocks.get((performance_id, language), (-1, ""))[0] != revision
    ]
    for row in queries.told(changed):
        kept.blocks[row.id, language] = (row.revision, block_of(row, language))
    return [
        kept.blocks[performance_id, language][1]
        for performance_id, _ in shown
        if (performance_id, language) in kept.blocks
    ]


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
