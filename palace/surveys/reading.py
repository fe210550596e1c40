"""Which courses pasted lines name, as people copy them from a sheet or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from palace.courses.catalogue import Subject
from palace.surveys.rules import Wanted

HEADINGS = {"科目", "类别", "门类", "subject"}
ORDINAL = re.compile(r"^[0-9]{1,3}[.、)）]?[ \t]+|^[0-9]{1,3}[.、)）]")
BETWEEN = re.compile(r"[\t|｜]")
LOOSELY = re.compile(r"[\s,，:：、]+")
LONGEST_TITLE, LONGEST_ABOUT = 60, 300
PARTS = 4


@dataclass(frozen=True)
class Lines:
    """What was pasted: the courses it names, and the lines that name none, as they are."""

    wanted: tuple[Wanted, ...]
    unread: tuple[str, ...]


def read_lines(pasted: str, subjects: Iterable[Subject]) -> Lines:
    """Return the courses pasted lines name: subject, title, and beside them English title and a sentence.

    What comes from a sheet stands between tabs or bars; else the first word is the subject. Headings,
    empty lines and the ordinals of a numbered list are passed over.
    """
    known = {name.casefold(): one.code for one in subjects for name in _names(one)}
    wanted, unread = [], []
    for line in (line.strip() for line in pasted.splitlines()):
        parts = _parts(ORDINAL.sub("", line))
        if not parts or parts[0].casefold() in HEADINGS:
            continue
        found = _wanted(parts, known)
        if found:
            wanted.append(found)
        else:
            unread.append(line)
    return Lines(tuple(wanted), tuple(unread))


def _names(subject: Subject) -> tuple[str, str, str]:
    return subject.code, subject.name_zh, subject.name_en


def _parts(line: str) -> list[str]:
    if BETWEEN.search(line):
        parts = [part.strip() for part in BETWEEN.split(line)]
        return parts[1:] if parts[0].isdigit() else parts
    return [part for part in LOOSELY.split(line, maxsplit=1) if part]


def _wanted(parts: list[str], known: dict[str, str]) -> Wanted | None:
    subject = known.get(parts[0].casefold())
    given = [*parts[1:PARTS], *[""] * PARTS][: PARTS - 1]
    title, title_en, about = (" ".join(part.split()) for part in given)
    too_long = max(len(title), len(title_en) // 2) > LONGEST_TITLE or len(about) > LONGEST_ABOUT
    if subject is None or not title or too_long or len(parts) > PARTS:
        return None
    return Wanted(subject=subject, title_zh=title, title_en=title_en, about_zh=about)
