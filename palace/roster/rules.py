"""What a line of a roster may say, and in which words: plain values in, decision out."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palace.identities.rules import is_id_card
from palace.members.rules import is_name, mobile_number, tidy_name
from palace.members.units import RosterStatus
from palace.roster.headings import DAY, HEADERS, STATUSES, Column
from palace.text import N_


class ImportState(StrEnum):
    """How far an import is: read once to see what it would do, then once more to do it."""

    WAITING = "waiting"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"


CARD = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}")
MANGLED = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
PLAIN_MOBILE = re.compile(r"1[0-9]{10}")
PACKED_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
SERIAL = re.compile(r"([0-9]{5})(?:\.0+)?")
SERIAL_BEGIN = date(1899, 12, 30)
FORMULA = tuple("=+-@＝＋－＠")
LONGEST_CELL = 200
PREFIX = 7
ID_CARD_LENGTH = 18
MOST_ERRORS = 10_000
NOTHING = "\\N"


class Reason(StrEnum):
    """Why a line was left out."""

    TOO_LONG = "too_long"
    CONTROL = "control"
    NAME_MISSING = "name_missing"
    NAME_FORMULA = "name_formula"
    NAME = "name"
    CARD_MISSING = "card_missing"
    CARD_MANGLED = "card_mangled"
    CARD_IDENTITY = "card_identity"
    CARD = "card"
    PHONE = "phone"
    VALID_UNTIL = "valid_until"
    STATUS = "status"
    LEFT_ON = "left_on"
    LEFT_ACTIVE = "left_active"
    UNIT = "unit"
    TWICE = "twice"


WORDS = {
    Reason.TOO_LONG: N_("有一格超过200个字。"),
    Reason.CONTROL: N_("有看不见的控制字符，请重新输入这一行。"),
    Reason.NAME_MISSING: N_("没有姓名。"),
    Reason.NAME_FORMULA: N_("姓名以 = + - @ 开头，像公式，不能导入。"),
    Reason.NAME: N_("姓名要2到30个字，不带数字和符号。"),
    Reason.CARD_MISSING: N_("没有会员卡号。"),
    Reason.CARD_MANGLED: N_("会员卡号被表格软件改成了科学计数，请把这一列设为文本再填。"),
    Reason.CARD_IDENTITY: N_("会员卡号填的是身份证号，本馆不存身份证号，请换成会员卡号。"),
    Reason.CARD: N_("会员卡号只能有字母、数字和横线，最多40位。"),
    Reason.PHONE: N_("手机号不是11位的大陆手机号。没有手机就留空。"),
    Reason.VALID_UNTIL: N_("有效期至不是日期，例如 2026-12-31。"),
    Reason.STATUS: N_("状态只能是在职、退休或离职。"),
    Reason.LEFT_ON: N_("离职/退休日期不是日期，例如 2026-12-31。"),
    Reason.LEFT_ACTIVE: N_("有离职或退休日期，状态却是在职。"),
    Reason.UNIT: N_("没有这个单位，或者它不在这次导入的范围里。"),
    Reason.TWICE: N_("这个单位的这张会员卡，前面已经有一行了。"),
}


@dataclass(frozen=True)
class Line:
    """A line as it goes into the table; with a `reason` it is left out."""

    unit: str = ""
    card: str = ""
    name: str = ""
    phone: str = ""
    valid_until: str = ""
    status: str = ""
    left_on: str = ""
    reason: str = ""


class BadCell(ValueError):
    """A cell cannot be what it should be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def columns_of(headers: Sequence[str]) -> dict[Column, int]:
    """Return where each known column stands; the first of two alike counts."""
    known = {word: column for column, words in HEADERS.items() for word in words.split()}
    found: dict[Column, int] = {}
    for place, header in enumerate(headers):
        plain = "".join(unicodedata.normalize("NFKC", header).lower().split()).strip("*:_")
        column = known.get(plain.replace("_", "")) or known.get(plain.partition("(")[0])
        if column is not None:
            found.setdefault(column, place)
    return found


def read_line(cells: Sequence[str], columns: dict[Column, int]) -> Line:
    """Return what a line says, or why it is left out: one reason, the first of its cells."""
    try:
        given = {column: _cell(cells, place) for column, place in columns.items()}
        status = _status(given.get(Column.STATUS, ""))
        left_on = _day(given.get(Column.LEFT_ON, ""), Reason.LEFT_ON)
        if left_on and status is RosterStatus.ACTIVE:
            raise BadCell(Reason.LEFT_ACTIVE)
        return Line(
            unit=given.get(Column.UNIT, ""),
            card=_card(given.get(Column.CARD, "")),
            name=_name(given.get(Column.NAME, "")),
            phone=_phone(given.get(Column.PHONE, "")),
            valid_until=_day(given.get(Column.VALID_UNTIL, ""), Reason.VALID_UNTIL),
            status=(status or (RosterStatus.LEFT if left_on else RosterStatus.ACTIVE)).value,
            left_on=left_on,
        )
    except BadCell as bad:
        return Line(reason=bad.reason.value)


def read_line_of(*, name: str, card: str) -> Line:
    """Return the line of somebody another office names, or why it cannot be one."""
    return read_line([name, card], {Column.NAME: 0, Column.CARD: 1})


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place].strip() if place < len(cells) else ""
    if len(text) > LONGEST_CELL:
        raise BadCell(Reason.TOO_LONG)
    if not text.isprintable() and any(_is_control(letter) for letter in text):
        raise BadCell(Reason.CONTROL)
    return text


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"}


def _name(text: str) -> str:
    if not text:
        raise BadCell(Reason.NAME_MISSING)
    if text.startswith(FORMULA):
        raise BadCell(Reason.NAME_FORMULA)
    name = tidy_name(text)
    if not is_name(name):
        raise BadCell(Reason.NAME)
    return name


def _card(text: str) -> str:
    if not text:
        raise BadCell(Reason.CARD_MISSING)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.replace(" ", "").removesuffix(".0")
    if MANGLED.fullmatch(plain) and "E" in plain.upper() and ("." in plain or "+" in plain):
        raise BadCell(Reason.CARD_MANGLED)
    if not CARD.fullmatch(plain):
        raise BadCell(Reason.CARD)
    if len(plain) == ID_CARD_LENGTH and is_id_card(plain):
        raise BadCell(Reason.CARD_IDENTITY)
    return plain.upper()


def read_card(typed: str) -> str | None:
    """Return a card's number as rosters write it, from whoever types it; None: it cannot be one."""
    try:
        return _card("".join(typed.split()))
    except BadCell:
        return None


def _phone(text: str) -> str:
    plain = text.removesuffix(".0")
    if PLAIN_MOBILE.fullmatch(plain):
        if not _is_mobile(plain[:PREFIX]):
            raise BadCell(Reason.PHONE)
        return plain
    number = mobile_number(text) if text else ""
    if number is None:
        raise BadCell(Reason.PHONE)
    return number


@functools.lru_cache(maxsize=100_000)
def _is_mobile(prefix: str) -> bool:
    """Return whether numbers that begin so are mobile: the first seven digits decide it in China."""
    return mobile_number(f"{prefix}0000") is not None


@functools.lru_cache(maxsize=10_000)
def _day(text: str, reason: Reason) -> str:
    """Return a day as PostgreSQL reads it: 2026-12-31, 2026/12/31, 20261231, 46387 of a sheet."""
    if not text:
        return ""
    plain = unicodedata.normalize("NFKC", text).removesuffix(".0")
    found = DAY.fullmatch(plain) or PACKED_DAY.fullmatch(plain)
    try:
        if found:
            return date(*(int(part) for part in found.groups())).isoformat()
        if SERIAL.fullmatch(plain):
            return (SERIAL_BEGIN + timedelta(days=int(plain))).isoformat()
    except ValueError:
        pass
    raise BadCell(reason)


@functools.lru_cache(maxsize=1000)
def _status(text: str) -> RosterStatus | None:
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    if not plain:
        return None
    for status, words in STATUSES.items():
        if plain in words.split():
            return status
    raise BadCell(Reason.STATUS)


def asks_again(leaving: int, listed: int, percent: int) -> bool:
    """Return whether so many leavers of a roster are asked about again; exactly `percent` is not."""
    return leaving * 100 > listed * percent
