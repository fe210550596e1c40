"""A partner's file, or pasted text, as lines with one code each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from palace.coupons.errors import CodesColumnUnclear, CodesTooLarge, CodesUnreadable
from palace.coupons.rules import MOST_CODES
from palace.roster import delimited, xlsx
from palace.roster.errors import RosterRefused, TooLarge

LARGEST = 2 << 20
UNPACKED = 32 << 20
ZIP = b"PK\x03\x04"
CODE = frozenset({"券码", "优惠券码", "兑换码", "券号", "卡号", "code", "coupon", "couponcode"})
SECRET = frozenset({"密码", "卡密", "券密码", "password", "pin"})

Numbered = tuple[int, str]


def read_text(text: str) -> list[Numbered]:
    """Return pasted lines by their numbers.

    Raises:
        CodesTooLarge: there are too many.
    """
    return _counted(enumerate(text.rstrip().splitlines(), 1))


def read_file(file: BinaryIO) -> list[Numbered]:
    """Return the lines of a CSV or an XLSX: the column of the codes, with its passwords where there are.

    Raises:
        CodesUnreadable, CodesTooLarge, CodesColumnUnclear: it is no such list.
    """
    head = file.read(len(ZIP))
    file.seek(0)
    try:
        rows = xlsx.rows(file, UNPACKED) if head == ZIP else delimited.rows(file)
        return _counted(_codes(rows))
    except TooLarge:
        raise CodesTooLarge(most=MOST_CODES) from None
    except RosterRefused:
        raise CodesUnreadable from None


def _codes(rows: Iterable[list[str]]) -> Iterator[Numbered]:
    columns: list[int] = []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if number == 1:
            columns = _headed(cells)
            if columns:
                continue
        if not columns and sum(map(bool, cells)) > 1:
            raise CodesColumnUnclear
        told = [cells[place] for place in columns if place < len(cells)] if columns else cells
        yield number, " ".join(filter(None, told))


def _headed(cells: list[str]) -> list[int]:
    """Return the columns that a first line names: the code, and its password; none: it is a code itself."""
    plain = ["".join(cell.lower().replace("_", " ").split()) for cell in cells]
    first = [
        [place for place, name in enumerate(plain) if name in known] for known in (CODE, SECRET)
    ]
    return [*first[0][:1], *first[1][:1]] if first[0] else []


def _counted(lines: Iterable[Numbered]) -> list[Numbered]:
    found = []
    for line in lines:
        found.append(line)
        if len(found) > MOST_CODES:
            raise CodesTooLarge(most=MOST_CODES)
    return found
