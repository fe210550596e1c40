"""Complimentary tickets in a test's few words."""

from __future__ import annotations

import itertools

from palace.complimentary import services
from palace.complimentary.models import Complimentary
from palace.complimentary.rules import Reason
from palace.complimentary.services import Giving
from palace.members.models import Member
from palace.programme.models import Performance

KEYS = itertools.count(1)


def line_of(member: Member) -> str:
    """Return the line that names a member."""
    return f"{member.phone} {member.name}"


def give(
    performance: Performance,
    *people: Member | str,
    each: int = 1,
    seats: tuple[str, ...] = (),
    source: str | None = None,
    actor: str = "staff:1",
    key: str = "",
) -> Complimentary:
    """Give complimentary tickets to members, or to whom lines name."""
    giving = Giving(
        people=tuple(one if isinstance(one, str) else line_of(one) for one in people),
        each=each,
        reason=Reason.GUEST,
        why="开幕嘉宾",
        seats=seats,
        source=source,
    )
    return services.give(performance, giving, actor=actor, key=key or f"given-{next(KEYS):06}")
