"""What a troupe is, how it stands with the palace, and whom a pasted line names: plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from palace.members.rules import is_name, mobile_number, tidy_name
from palace.text import N_
from palace.troupes.errors import CertificationDecided, CertificationOpen

MOST_ON_ROSTER = 500
"""What a page and a pasted list are built for; the largest troupe of a palace has some hundred."""
SHORTEST_NUMBER = 5
HEADINGS = {"姓名", "名字", "手机", "手机号", "电话", "序号", "name", "phone"}
ORDINAL = re.compile(r"[0-9]{1,4}[.、)）]?")
BREAKS = re.compile(r"[\s,，;；、|]+")


class TroupeKind(StrEnum):
    """What a troupe does; a room that fits it names the same word among its purposes."""

    CHOIR = "choir"
    INSTRUMENTAL = "instrumental"
    VOCAL = "vocal"
    DANCE = "dance"
    FASHION = "fashion"
    OPERA = "opera"
    FITNESS = "fitness"


KINDS = {
    TroupeKind.CHOIR: N_("合唱"),
    TroupeKind.INSTRUMENTAL: N_("器乐"),
    TroupeKind.VOCAL: N_("声乐"),
    TroupeKind.DANCE: N_("舞蹈"),
    TroupeKind.FASHION: N_("模特"),
    TroupeKind.OPERA: N_("戏曲"),
    TroupeKind.FITNESS: N_("健身"),
}


class CertificationState(StrEnum):
    """How a troupe stands with the palace in a season."""

    ASKED = "asked"
    CERTIFIED = "certified"
    REFUSED = "refused"


class Standing(StrEnum):
    """How a troupe stands today: as its season says, never asked, or not any more."""

    ASKED = "asked"
    CERTIFIED = "certified"
    REFUSED = "refused"
    EXPIRED = "expired"
    NONE = "none"


STANDINGS = {
    Standing.CERTIFIED: N_("认证了"),
    Standing.ASKED: N_("等文化宫认证"),
    Standing.REFUSED: N_("没有通过"),
    Standing.EXPIRED: N_("认证到期了"),
    Standing.NONE: N_("还没申请认证"),
}


class Decided(Protocol):
    """A certification, with the season it is for."""

    @property
    def state(self) -> CertificationState:
        """Return how it stands."""

    @property
    def starts_on(self) -> date:
        """Return the season's first day."""

    @property
    def ends_on(self) -> date:
        """Return the season's last day."""


def standing(certifications: Iterable[Decided], today: date) -> Standing:
    """Return how a troupe stands today: the first and the last day of a season count.

    Of seasons that overlap, or of one to come, what is best for the troupe holds.
    """
    by_state: dict[CertificationState, list[Decided]] = {}
    for one in certifications:
        by_state.setdefault(one.state, []).append(one)
    certified = by_state.get(CertificationState.CERTIFIED, [])
    if any(one.starts_on <= today <= one.ends_on for one in certified):
        return Standing.CERTIFIED
    for state in (CertificationState.ASKED, CertificationState.REFUSED):
        if any(today <= one.ends_on for one in by_state.get(state, [])):
            return Standing(state)
    return Standing.EXPIRED if any(one.ends_on < today for one in certified) else Standing.NONE


def certified_until(certifications: Iterable[Decided], today: date) -> date | None:
    """Return the last day on which a troupe is certified without a break; None: it is not today."""
    until = None
    certified = [one for one in certifications if one.state is CertificationState.CERTIFIED]
    for one in sorted(certified, key=lambda one: one.starts_on):
        reached = today if until is None else date.fromordinal(until.toordinal() + 1)
        if one.starts_on <= reached <= one.ends_on:
            until = one.ends_on
    return until


def check_decides(
    state: CertificationState, seen: CertificationState, verdict: CertificationState
) -> None:
    """Refuse a decision on what is otherwise than it was seen, or that decides nothing.

    What was asked is certified or refused; what is certified may be taken back, as a refusal.

    Raises:
        CertificationDecided: another was first.
        CertificationOpen: that is no decision on how it stands.
    """
    if state is not seen:
        raise CertificationDecided
    may = {
        CertificationState.ASKED: {CertificationState.CERTIFIED, CertificationState.REFUSED},
        CertificationState.CERTIFIED: {CertificationState.REFUSED},
    }
    if verdict not in may.get(state, set()):
        raise CertificationOpen


@dataclass(frozen=True)
class Somebody:
    """A person for a roster: a name, and the number they sign in by where it is known."""

    name: str
    phone: str | None = None


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
    numbers = [word for word in words if sum(map(str.isdigit, word)) >= SHORTEST_NUMBER]
    name = tidy_name(" ".join(word for word in words if word not in numbers))
    phone = mobile_number("".join(numbers)) if numbers else None
    if not is_name(name) or (numbers and phone is None):
        return None
    return Somebody(name, phone)
