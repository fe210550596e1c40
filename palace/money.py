"""Money is whole fen (1 yuan = 100 fen); nothing else exists."""

import re
from typing import NewType

Fen = NewType("Fen", int)
FREE = Fen(0)
FEN_PER_YUAN = 100
LARGEST_PRICE = Fen(1_000_000 * FEN_PER_YUAN)
CAPITALS, PLACES, GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿")
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


def in_capitals(amount: Fen) -> str:
    """Return an amount as Chinese papers write it, so that nobody adds a stroke: 壹拾元零伍分, 叁拾元整."""
    whole, rest = divmod(amount, FEN_PER_YUAN)
    tenths, last = divmod(rest, 10)
    said = f"{_whole_in_capitals(whole)}元" if whole or not rest else ""
    if tenths:
        said += f"{CAPITALS[tenths]}角"
    elif last and whole:
        said += CAPITALS[0]
    return said + (f"{CAPITALS[last]}分" if last else "整")


def _whole_in_capitals(whole: int) -> str:
    """Return a whole number below a trillion: zeros within it are said once, those at the end of four not."""
    said, digits = "", str(whole)
    for at, digit in enumerate(map(int, digits)):
        group, place = divmod(len(digits) - 1 - at, len(PLACES))
        if digit:
            skipped = at and digits[at - 1] == "0"
            said += (CAPITALS[0] if skipped else "") + CAPITALS[digit] + PLACES[place]
        if not place and int(digits[max(0, at - 3) : at + 1]):
            said += GROUPS[group]
    return said or CAPITALS[0]
