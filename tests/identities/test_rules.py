"""Numbers of documents: GB 11643's check digit, dates that were, ages at their edges."""

from __future__ import annotations

from datetime import date

import pytest

from palace.identities import rules
from palace.identities.rules import Declared, Document

TODAY = date(2026, 11, 26)


def card(born: str, serial: str = "001") -> str:
    """Return an identity card's number of an invented person, with its check digit."""
    body = f"140105{born}{serial}"
    return next(body + last for last in rules.CHECK_DIGITS if rules.checks(body + last))


@pytest.mark.parametrize("number", [card("19680412"), card("20000229"), card("20261126")])
def test_a_whole_number_of_a_day_that_was_is_taken(number: str) -> None:
    assert rules.flaw_of(Document.ID_CARD, number, TODAY) is None


def test_the_standard_s_own_example_checks() -> None:
    assert rules.checks("11010519491231002X")  # GB 11643-1999, 5.2
    assert not rules.checks("110105194912310021")


def test_one_digit_changed_is_seen() -> None:
    number = card("19680412")
    for place in range(17):
        changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not rules.checks(changed)


def test_two_neighbours_swapped_are_seen() -> None:
    number = card("19680412", "123")
    swapped = number[:14] + "213" + number[17]
    assert not rules.checks(swapped)


@pytest.mark.parametrize("born", ["20250230", "20001301", "20261127", "18950101"])
def test_a_day_that_never_was_or_lies_ahead_or_too_far_back_is_wrong(born: str) -> None:
    assert rules.flaw_of(Document.ID_CARD, card(born), TODAY) == rules.WRONG_CHECK


@pytest.mark.parametrize(
    ("document", "number", "flaw"),
    [
        (Document.ID_CARD, "", rules.NO_NUMBER),
        (Document.ID_CARD, "14010519680412", rules.WRONG_SHAPE),
        (Document.PASSPORT, "E12345678", None),
        (Document.PASSPORT, "E123", rules.WRONG_SHAPE),
        (Document.HONG_KONG_MACAO, "H1234567800", None),
        (Document.HONG_KONG_MACAO, "A12345678", rules.WRONG_SHAPE),
        (Document.TAIWAN, "12345678", None),
        (Document.TAIWAN, "1234567", rules.WRONG_SHAPE),
        (Document.RESIDENCE, "USA110080010101", None),
        (Document.RESIDENCE, "USA11", rules.WRONG_SHAPE),
    ],
)
def test_each_document_has_its_shape(document: Document, number: str, flaw: str | None) -> None:
    assert rules.flaw_of(document, number, TODAY) == flaw


def test_full_width_small_letters_and_gaps_are_tidied() -> None:
    assert rules.tidy_number("１１0105 1949-1231 002x") == "11010519491231002X"


@pytest.mark.parametrize(
    ("born", "needed"), [("20121127", True), ("20121126", False), ("20200229", True)]
)
def test_a_guardian_consents_until_the_fourteenth_birthday(born: str, needed: bool) -> None:
    child = Declared(name="小明", document=Document.ID_CARD, number=card(born))
    assert rules.needs_guardian(child, TODAY) is needed


def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    born = date(2012, 2, 29)
    assert rules.age(born, date(2026, 2, 28)) == 13
    assert rules.age(born, date(2026, 3, 1)) == 14


def test_a_number_never_shows_in_what_is_printed_of_an_entrant() -> None:
    number = card("19680412")
    shown = Declared(name="张建华", document=Document.ID_CARD, number=number)
    assert number not in f"{shown!r} {shown}"
    assert rules.last_four(number) == number[-4:]
