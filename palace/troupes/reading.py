"""Whom pasted lines name, as people copy them from a chat or a sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from palace.members.rules import is_name, mobile_number, tidy_name
from palace.troupes.rules import Somebody

HEADINGS = {"姓名", "名字", "手机", "手机号", "电话", "序号", "name", "phone"}
ORDINAL = re.compile(r"[0-9]{1,4}[.、)）]?")
BREAKS = re.compile(r"[\s,，;；、|]+")


@dataclass(frozen=True)
class Lines:
    """What was pasted: whom it names, each once, and the lines that name nobody, as they are."""

    people: tuple[Somebody, ...]
    unread: tuple[str, ...]


def read_lines(pasted: str) -> Lines:
    """Return whom pasted lines name: a name each, a number beside it or not, in whichever order.

    Headings, empty lines and the ordinals of a numbered list are passed over.
    """
    people: dict[Somebody, None] = {}
    unread = []
    for line in (line.strip() for line in pasted.splitlines()):
        words = _words(line)
        if not words or HEADINGS.issuperset(word.lower() for word in words):
            continue
        found = _somebody(words)
        if found:
            people[found] = None
        else:
            unread.append(line)
    return Lines(tuple(people), tuple(unread))


def _words(line: str) -> list[str]:
    words = [word for word in BREAKS.split(line) if word]
    return words[1:] if words and ORDINAL.fullmatch(words[0]) else words


def _somebody(words: list[str]) -> Somebody | None:
    numbers = [word for word in words if any(map(str.isdigit, word))]
    name = tidy_name(" ".join(word for word in words if word not in numbers))
    phone = mobile_number("".join(numbers)) if numbers else None
    if not is_name(name) or (numbers and phone is None):
        return None
    return Somebody(name, phone)
