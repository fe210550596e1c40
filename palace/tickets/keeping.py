"""Whom seats are kept for, and which grants open them: plain values in, decision out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from palace.members.rules import GrantKind
from palace.tickets.errors import GrantUsedUp


class KeptFor(StrEnum):
    """Whom a seat is kept for until its release; besides these "block:5", "offer:77", "code:9".

    `IN_PERSON` is for who comes to the counter; `RETURNED` is nobody's and comes back by itself.
    """

    HOUSE = "house"
    TECHNICAL = "technical"
    PRESS = "press"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"
    IN_PERSON = "in_person"
    RETURNED = "returned"


OPENS_MORE = {str(KeptFor.WHEELCHAIR): frozenset({KeptFor.WHEELCHAIR, KeptFor.COMPANION})}
"""Which keys open other seats than their own."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A grant that holds: the key of the kept seats it opens, and how many may be taken by it in all.

    `key` None: the kind says it, for a wheelchair user. `taken`: what its member has of such seats.
    `tier`: the number of a tier it opens for as many.
    """

    kind: str
    key: str | None = None
    seats: int | None = None
    taken: int = 0
    tier: int | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Which kept seats somebody may take; the `early` ones also before the opening and when sold out.

    `left`: how many more of a key; a key that is not there has no limit of its own.
    """

    keys: frozenset[str] = frozenset()
    early: frozenset[str] = frozenset()
    left: Mapping[str, int] = field(default_factory=dict)


def opened_by(grants: Iterable[Held], *, at_counter: bool = False) -> Opened:
    """Return which kept seats are open by grants, and at the counter to who comes in person.

    Only a grant that names its key opens early: that somebody uses a wheelchair is their own word.
    """
    keys: set[str] = {KeptFor.IN_PERSON} if at_counter else set()
    early: set[str] = set()
    left: dict[str, int] = {}
    unlimited: set[str] = set()
    for grant in grants:
        key = grant.key or (grant.kind if grant.kind == GrantKind.WHEELCHAIR else None)
        if key is None:
            continue
        keys |= OPENS_MORE.get(key, {key})
        early |= OPENS_MORE.get(key, {key}) if grant.key else set()
        if grant.seats is None:
            unlimited.add(key)
        else:
            left[key] = left.get(key, -grant.taken) + grant.seats
    return Opened(
        keys=frozenset(keys),
        early=frozenset(early),
        left={key: max(0, more) for key, more in left.items() if key not in unlimited},
    )


def tiers_opened(grants: Iterable[Held]) -> Counter[int]:
    """Return how many places may be booked in each tier that grants open."""
    opened: Counter[int] = Counter()
    for grant in grants:
        if grant.tier is not None:
            opened[grant.tier] += grant.seats or 0
    return opened


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a wish may take: kept seats of these keys, and besides them free ones unless `only_kept`."""

    keys: frozenset[str]
    only_kept: bool

    def has(self, key: str | None) -> bool:
        """Return whether a seat may be taken that is kept under a key, free (None), or taken ("")."""
        return not self.only_kept if key is None else key in self.keys


def reach(opened: Opened, *, asked: str | None, is_open: bool) -> Reach:
    """Return what somebody may take who asks for seats kept under a key, or for any (None).

    Wheelchair places that are not kept any more are everybody's, also theirs who ask for one.
    """
    keys = opened.keys if is_open else opened.early
    if asked is not None:
        keys &= OPENS_MORE.get(asked, {asked})
    kept_alone = asked is not None and asked not in OPENS_MORE
    return Reach(keys=frozenset(keys), only_kept=kept_alone or not is_open)


def check_grants(taken: Iterable[str], opened: Opened) -> None:
    """Refuse more kept seats than the grants that open them allow.

    Args:
        taken: the key of each seat that was taken by a grant.
        opened: what was open before.

    Raises:
        GrantUsedUp: carries how many more there may be.
    """
    for key, count in Counter(taken).items():
        left = opened.left.get(key)
        if left is not None and count > left:
            raise GrantUsedUp(left=left)
