"""What a list may be asked: kinds of columns, typed filters, places in an order; text a spreadsheet keeps."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from palace.text import N_

LONGEST_FILTER = 100
LARGEST = 2**63 - 1
FORMULA = "=+-@\t\r\n"
NOT_A_DAY = N_("请填日期，例如 2026-11-28。")
NOT_A_NUMBER = N_("请填数字。")
NOT_A_CHOICE = N_("请从列出的里面选。")
NOT_A_TEXT = N_("请写短一点，不超过 100 个字。")
BACKWARDS = N_("结束日期比开始日期早，请改一下。")


class Kind(StrEnum):
    """What a column holds: how it is filtered, said and written."""

    TEXT = "text"
    NUMBER = "number"
    FEN = "fen"
    INSTANT = "instant"
    DAY = "day"
    YES_NO = "yes_no"
    WORD = "word"

    @property
    def is_time(self) -> bool:
        """Return whether it is filtered from a day to a day."""
        return self in {Kind.INSTANT, Kind.DAY}


Value = str | int | bool | date | None


@dataclass(frozen=True)
class Place:
    """A row's place in an order: the value it is sorted by, and its key."""

    value: Value | datetime
    key: int
    back: bool = False


@dataclass(frozen=True)
class Asked:
    """What was asked of a list: filters as typed and as read, what is wrong with them, order and place."""

    sort: str
    descending: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None


def read_filter(kind: Kind, typed: str, choices: Mapping[str, str]) -> Value:
    """Return what a filter says.

    Raises:
        ValueError: carries the sentence for whoever typed it.
    """
    text = unicodedata.normalize("NFC", typed).strip()
    if len(text) > LONGEST_FILTER or any(letter < " " for letter in text) or not _is_unicode(text):
        raise ValueError(NOT_A_TEXT)
    if kind.is_time:
        return _day(text)
    if kind in {Kind.NUMBER, Kind.FEN}:
        return _number(text)
    if kind is Kind.YES_NO and text in {"0", "1"}:
        return text == "1"
    if kind is Kind.TEXT or (kind is Kind.WORD and text in choices):
        return text
    raise ValueError(NOT_A_CHOICE)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(NOT_A_DAY) from None


def _number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(NOT_A_NUMBER) from None
    if abs(number) > LARGEST:
        raise ValueError(NOT_A_NUMBER)
    return number


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def place_word(place: Place) -> str:
    """Return a place as it stands in an address."""
    value = place.value.isoformat() if isinstance(place.value, date) else place.value
    return base64.urlsafe_b64encode(json.dumps([value, place.key]).encode()).decode().rstrip("=")


def read_place(word: str, kind: Kind, *, back: bool) -> Place | None:
    """Return the place an address names, or None: it is none of ours, so the list begins anew."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if not isinstance(key, int) or abs(key) > LARGEST:
            return None
        return Place(_sort_value(value, kind), key, back)
    except (ValueError, TypeError, RecursionError):
        return None


def _sort_value(value: object, kind: Kind) -> Value | datetime:
    if value is None:
        return None
    if kind is Kind.INSTANT:
        instant = datetime.fromisoformat(str(value))
        if instant.tzinfo is None:
            raise ValueError("an instant without its zone")
        return instant
    if kind is Kind.DAY:
        return date.fromisoformat(str(value))
    if kind in {Kind.TEXT, Kind.WORD}:
        if not isinstance(value, str) or "\0" in value or not _is_unicode(value):
            raise ValueError("no text of ours")
        return value
    if not isinstance(value, int) or abs(value) > LARGEST:
        raise ValueError("no number of ours")
    return value


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet might compute a text instead of showing it; full-width signs count."""
    start = unicodedata.normalize("NFKC", text.lstrip(" \u3000")[:1])
    return text[:1] in FORMULA[4:] or (start != "" and start in FORMULA)


def as_text(text: str) -> str:
    """Return a text that every spreadsheet shows and none computes."""
    return f"'{text}" if text and is_formula(text) else text
