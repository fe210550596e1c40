"""Money is whole fen (1 yuan = 100 fen); nothing else exists."""

import re
from typing import NewType

Fen = NewType("Fen", int)
FREE = Fen(0)
FEN_PER_YUAN = 100
LARGEST_PRICE = Fen(1_000_000 * FEN_PER_YUAN)
YUAN = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?")


def read_yuan(typed: str) -> Fen | None:
    """Return a price typed in yuan as fen, None for nothing: 30, 12.5, 0.

    Raises:
        ValueError: it is no amount, or more than any ticket costs.
    """
    if not typed:
        return None
    found = YUAN.fullmatch(typed)
    if found is None:
        raise ValueError(typed)
    fen = Fen(int(found[1]) * FEN_PER_YUAN + int((found[2] or "").ljust(2, "0")))
    if fen > LARGEST_PRICE:
        raise ValueError(typed)
    return fen


def yuan_of(amount: Fen | None) -> str:
    """Return an amount as it is typed: 30, 12.50; nothing for None."""
    if amount is None:
        return ""
    whole, rest = divmod(amount, FEN_PER_YUAN)
    return f"{whole}.{rest:02}" if rest else str(whole)
