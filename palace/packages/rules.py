"""How a package's price is spread over its shows, and which shows may stand together: plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from palace.money import FREE, Fen
from palace.packages.errors import ShowsMissing, ShowsOverlap, TooManyPackages
from palace.programme.rules import Returns
from palace.text import N_

LEAST_SHOWS, MOST_SHOWS = 2, 12
RETURNS = {
    Returns.EACH: N_("每一场可以单独退"),
    Returns.WHOLE: N_("只能整套一起退"),
}


class Spanned(Protocol):
    """What has a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a place of a package costs in a tier: its part at each show, by performance."""

    tier_id: int
    code: str
    name_zh: str
    name_en: str
    proof_zh: str
    proof_en: str
    qualifies: str
    parts: Mapping[int, Fen]

    @property
    def total(self) -> Fen:
        """Return the price of the package."""
        return Fen(sum(self.parts.values()))


def ladder_of(ladders: Iterable[int | None]) -> int | None:
    """Return the ladder a package's money goes back by: its shows' if they have one, else None: the usual."""
    every = set(ladders)
    return every.pop() if len(every) == 1 else None


def spread(total: Fen, singly: Mapping[int, Fen]) -> dict[int, Fen]:
    """Return what each show's part of a package's price is: whole fen that add up exactly.

    In proportion to what the shows cost one by one; the largest remainders get the fen left over, so
    that no part is more than its show costs.

    Args:
        total: the package's price, at most what the shows cost together.
        singly: what each show costs by itself, by performance.

    Raises:
        ValueError: the package is dearer than its shows.
    """
    whole = sum(singly.values())
    if total > whole:
        raise ValueError(total)
    if whole == 0:
        return dict.fromkeys(singly, FREE)
    parts = {show: total * amount // whole for show, amount in singly.items()}
    by_rest = sorted(singly, key=lambda show: (-(total * singly[show] % whole), show))
    for show in by_rest[: total - sum(parts.values())]:
        parts[show] += 1
    return {show: Fen(part) for show, part in parts.items()}


def check_shows(shows: Sequence[Spanned]) -> None:
    """Refuse too few shows, too many, or two at a time; one may begin when another ends.

    Raises:
        ShowsMissing, ShowsOverlap.
    """
    if not LEAST_SHOWS <= len(shows) <= MOST_SHOWS:
        raise ShowsMissing(least=LEAST_SHOWS, most=MOST_SHOWS)
    for one, other in pairwise(sorted(shows, key=lambda show: show.starts_at)):
        if other.starts_at < one.ends_at:
            raise ShowsOverlap(first=one.starts_at, second=other.starts_at)


def check_limit(*, held: int, wanted: int, limit: int) -> None:
    """Refuse a member more places of a package than `limit`; exactly `limit` is allowed.

    Raises:
        TooManyPackages.
    """
    if held + wanted > limit:
        raise TooManyPackages(limit=limit, held=held)
