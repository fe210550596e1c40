"""What one person proposes and another confirms: the figures they were shown, and why it is refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from palace.errors import PalaceError
from palace.money import Fen
from palace.text import N_

FEW, PERCENT = 5, 2
MONEY = "paid"


class SecondPersonNeeded(PalaceError):
    """Whoever proposed it does not confirm it as well."""

    status, code = 409, "second_person_needed"
    message = N_("提出的人不能自己确认，请另一位同事确认。")


class FiguresMoved(PalaceError):
    """More or fewer are concerned than was shown, or other money."""

    status, code = 409, "figures_moved"
    message = N_("涉及的人数或金额变了，请再看一遍，再确认。")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Whom something concerns, and the money they paid; each kind of proposal adds what it counts."""

    people: int
    paid: Fen


Kind = TypeVar("Kind", bound=Figures)


def seen_as(figures: Figures) -> str:
    """Return figures as a page carries them along."""
    return " ".join(f"{name}={value}" for name, value in asdict(figures).items())


def figures_seen(kind: type[Kind], seen: str) -> Kind | None:
    """Return the figures that a page carried along; None: they cannot be read."""
    known = dict(part.partition("=")[::2] for part in seen.split())
    try:
        counts: dict[str, Any] = {each.name: int(known[each.name]) for each in fields(kind)}
    except (KeyError, ValueError):
        return None
    return kind(**counts)


def check_seen(seen: Figures | None, now: Figures) -> None:
    """Refuse to act on figures that have changed materially: by more than a few, and more than 2 %.

    Money that was paid is material at any change beyond the 2 %.

    Raises:
        FiguresMoved: they have, or nobody can read what was seen.
    """
    if seen is None:
        raise FiguresMoved
    was = asdict(seen)
    for name, value in asdict(now).items():
        few = 0 if name == MONEY else FEW
        if abs(value - was[name]) > max(few, was[name] * PERCENT // 100):
            raise FiguresMoved
