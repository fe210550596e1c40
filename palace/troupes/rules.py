"""What a troupe is, how it stands with the palace, and who may be on its roster: plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from palace.text import N_
from palace.troupes.errors import CertificationDecided, CertificationOpen

MOST_ON_ROSTER = 500
"""What a page and a pasted list are built for; the largest troupe of a palace has some hundred."""


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
    Standing.CERTIFIED: N_("已认定"),
    Standing.ASKED: N_("等文化宫认定"),
    Standing.REFUSED: N_("没有通过"),
    Standing.EXPIRED: N_("认定到期了"),
    Standing.NONE: N_("还没申请认定"),
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
