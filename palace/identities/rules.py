"""Documents and the shapes of their numbers, GB 11643's check digit, ages: plain values.

Shapes of travel documents: National Immigration Administration. Under 14 a guardian consents:
Personal Information Protection Law, article 31.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from palace.text import N_

LONGEST = 40
GUARDIAN_AGE = 14
OLDEST = 130
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


class Document(StrEnum):
    """What somebody identifies by."""

    ID_CARD = "id_card"
    HONG_KONG_MACAO = "hk_mo_permit"
    TAIWAN = "tw_permit"
    RESIDENCE = "residence_card"
    PASSPORT = "passport"


NAMES = {
    Document.ID_CARD: N_("身份证"),
    Document.HONG_KONG_MACAO: N_("港澳居民来往内地通行证"),
    Document.TAIWAN: N_("台湾居民来往大陆通行证"),
    Document.RESIDENCE: N_("外国人永久居留身份证"),
    Document.PASSPORT: N_("护照"),
}
SHAPES = {
    Document.ID_CARD: re.compile(r"[1-9][0-9]{16}[0-9X]"),
    Document.HONG_KONG_MACAO: re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    Document.TAIWAN: re.compile(r"[0-9]{8}"),
    Document.RESIDENCE: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),
    Document.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
}
LIKELY = re.compile(
    r"[0-9]{14,}X?|[0-9]{8}|[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}|[HM][0-9]{10}|[A-Z]{3}[0-9]{12}"
)
NO_NUMBER = N_("请填写证件号码。")
WRONG_SHAPE = N_("证件号码的位数或写法不对，请照证件再填一次。")
WRONG_CHECK = N_("身份证号码不对，请照身份证再填一次。")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Who comes in by one ticket, as typed; the number never shows in logs or tracebacks."""

    name: str
    document: Document
    number: str = field(repr=False)


def tidy_number(typed: str) -> str:
    """Return a typed number with plain digits, capital letters and no gaps."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST]).upper()
    return "".join(plain.split()).replace("-", "")


def flaw_of(document: Document, number: str, today: date) -> str | None:
    """Return the sentence that says what is wrong with a tidied number, or None."""
    if not number:
        return NO_NUMBER
    if not SHAPES[document].fullmatch(number):
        return WRONG_SHAPE
    if document is Document.ID_CARD:
        born = born_on(number)
        if not checks(number) or born is None or not 0 <= age(born, today) <= OLDEST:
            return WRONG_CHECK
    return None


def is_id_card(text: str) -> bool:
    """Return whether a text is an identity card's number, as a reader types it or a person."""
    number = tidy_number(text)
    fits = SHAPES[Document.ID_CARD].fullmatch(number) is not None
    return fits and checks(number) and born_on(number) is not None


def is_likely(typed: str) -> bool:
    """Return whether a text may be a document's number, also a mistyped one: no page shows it again.

    A card or phone number has other shapes; a foreign passport may have any.
    """
    return LIKELY.fullmatch(tidy_number(typed)) is not None


def checks(number: str) -> bool:
    """Return whether the last character of an identity card's number fits the others (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return CHECK_DIGITS[total % 11] == number[17]


def born_on(number: str) -> date | None:
    """Return the birth date that an identity card's number names; None if there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age(born: date, today: date) -> int:
    """Return full years; who was born on 29 February is older on 1 March. Negative: not born yet."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def needs_guardian(entrant: Declared, today: date) -> bool:
    """Return whether the number says that a guardian must consent: under 14."""
    if entrant.document is not Document.ID_CARD:
        return False
    born = born_on(entrant.number)
    return born is not None and age(born, today) < GUARDIAN_AGE


def last_four(number: str) -> str:
    """Return what is kept in clear of a number, to compare at the door."""
    return number[-4:]
