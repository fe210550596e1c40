"""Words of space and seat that the database and the pages share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from palace.text import N_

LONGEST_USE = timedelta(days=1)
"""How long a use has its space at most: what holds on a day began on it or on the day before."""


class SeatType(StrEnum):
    """What stands at a place of the plan."""

    SEAT = "seat"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanSeat:
    """A seat as its plan was drawn: plain values, since one choice looks at every seat many times.

    What its parts mean stands at `Seat`, its row.
    """

    id: int
    ordinal: int
    code: str
    section: str
    row: str
    number: str
    block: int
    position: int
    x: float
    y: float
    angle: float
    zone: str
    type: SeatType
    restricted: bool
    entrance: str
    score: int
    label_zh: str
    label_en: str
    door_zh: str
    door_en: str


class Use(StrEnum):
    """Why a space is occupied."""

    PERFORMANCE = "performance"
    CLASS_SESSION = "class_session"
    REHEARSAL = "rehearsal"
    CLOSURE = "closure"


USE_WORDS = {
    Use.PERFORMANCE: N_("演出"),
    Use.CLASS_SESSION: N_("上课"),
    Use.REHEARSAL: N_("预约"),
    Use.CLOSURE: N_("闭馆"),
}
"""What has a space, as staff read it."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a house is greyed or stopped, in both languages."""

    name_zh: str = ""
    name_en: str = ""


class Mode(StrEnum):
    """How a house stands: as ever, its pages grey in mourning, or without new bookings too."""

    NORMAL = "normal"
    GREY = "grey"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Moded:
    """How a house stands, and why."""

    mode: Mode = Mode.NORMAL
    reason: Reason = Reason()


NORMAL = Moded()


def stronger(one: Moded, other: Moded) -> Moded:
    """Return which of two holds where both do: the palace's and a house's own."""
    return max(one, other, key=_strength)


def weakest(those: Collection[Moded]) -> Moded:
    """Return what holds everywhere, of how several places stand."""
    return min(those, key=_strength)


def _strength(moded: Moded) -> int:
    return list(Mode).index(moded.mode)
