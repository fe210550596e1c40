"""What complimentary tickets are given for, how many, and who confirms: plain values in, decision out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from palace.complimentary.errors import AlreadyDecided, AnotherConfirms
from palace.text import N_
from palace.tickets.keeping import KeptFor

TIER = "complimentary"
"""The code of the tier complimentary tickets are in: nobody may choose it, the house gives it."""
MOST_PEOPLE, MOST_EACH = 20, 10
SHORTEST_NUMBER = 5


class Reason(StrEnum):
    """What a complimentary ticket is given for."""

    GUEST = "guest"
    MEDIA = "media"
    CAST = "cast"
    HONOURED = "honoured"
    AMENDS = "amends"
    OTHER = "other"


REASONS = {
    Reason.GUEST: N_("嘉宾"),
    Reason.MEDIA: N_("媒体记者"),
    Reason.CAST: N_("演职人员亲友"),
    Reason.HONOURED: N_("慰问劳模、困难职工"),
    Reason.AMENDS: N_("服务补偿"),
    Reason.OTHER: N_("别的（写在说明里）"),
}
SOURCES = {KeptFor.HOUSE: N_("本馆自用的预留座"), KeptFor.PRESS: N_("媒体的预留座")}
"""Kept seats that may be given away, besides free ones."""


class GivenState(StrEnum):
    """How it stands: given, waiting for a second person, or let go."""

    GIVEN = "given"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"


STATES = {
    GivenState.GIVEN: N_("送出了"),
    GivenState.PROPOSED: N_("等另一个人确认"),
    GivenState.WITHDRAWN: N_("撤回了"),
}


@dataclass(frozen=True)
class Line:
    """A line that names somebody: a number, and a name where one stands beside it."""

    number: str
    name: str


def read_line(typed: str) -> Line:
    """Return the number and the name of a line, in whichever order they stand."""
    words = re.split(r"[\s,，;；、]+", typed.strip())
    numbers = [word for word in words if sum(map(str.isdigit, word)) >= SHORTEST_NUMBER]
    number = numbers[0] if numbers else ""
    return Line(number, "".join(word for word in words if word != number))


def left_of(allowance: int, given: int) -> int:
    """Return how many more one person may give alone."""
    return max(0, allowance - given)


def needs_second(*, left: int, wanted: int) -> bool:
    """Return whether a second person must confirm: exactly what is left needs none."""
    return wanted > left


def check_confirms(state: GivenState, asked_by: str, actor: str) -> None:
    """Refuse who may not confirm.

    Raises:
        AlreadyDecided: it was withdrawn.
        AnotherConfirms: they proposed it themselves.
    """
    if state is GivenState.WITHDRAWN:
        raise AlreadyDecided
    if asked_by == actor:
        raise AnotherConfirms
