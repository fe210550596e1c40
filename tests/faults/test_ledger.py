"""The rig's own judge: every kind of broken promise is found, and an honest run is not blamed."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any

import pytest

from tests.faults.browser import Answer, faults_of
from tests.faults.ledger import Books, SoldTicket, Told, changed, faults

SEATS = {"A-1", "A-2"}
FIRST = {"order": "o1", "state": "settled", "seats": ["A-1", "A-2"], "tickets": ["t1", "t2"]}


def told(member_id: int = 7, **first: Any) -> Told:
    """Return an acknowledged command."""
    return Told(member_id, "/hold", "key-1", {}, FIRST | first)


def books(**other: Any) -> Books:
    """Return the books of an honest sale of two seats, with something else in them."""
    tickets = [SoldTicket(f"t{n}", 7, f"A-{n}", 1, "valid") for n in (1, 2)]
    honest = Books(tickets, {1: 2}, Counter({1: 2}), Counter({1: 2}), {7})
    return dataclasses.replace(honest, **other)


def found(one: Told, kept: Books) -> str:
    """Return what the judge says of a sold-out house."""
    return " | ".join(faults([one], kept, SEATS, sold_out=True))


def test_an_honest_run_is_not_blamed() -> None:
    assert found(told(), books()) == ""


def test_a_lost_ticket_is_found() -> None:
    kept = books(tickets=books().tickets[:1])
    assert "ticket t2 of member 7 is lost" in found(told(), kept)
    assert "1 seats are stuck" in found(told(), kept)
    assert "order 1 has 1 instead of 2 tickets" in found(told(), kept)


@pytest.mark.parametrize("other", [{"member_id": 8}, {"state": "returned"}, {"seat": "A-2"}])
def test_a_ticket_that_became_something_else_is_lost(other: dict[str, Any]) -> None:
    first, second = books().tickets
    kept = books(tickets=[dataclasses.replace(first, **other), second])
    one = told(seats=["A-1"]) if "seat" in other else told()
    assert "ticket t1 of member 7 is lost" in found(one, kept)


def test_a_double_sale_is_found() -> None:
    again = SoldTicket("t3", 8, "A-1", 2, "valid")
    kept = books(tickets=[*books().tickets, again])
    assert "seat A-1 was sold 2 times" in found(told(tickets=["t1", "t2"]), kept)
    assert "ticket t3 was acknowledged to nobody" in found(told(), kept)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"audited": Counter()}, "audit of order 1 says 0 instead of 2 tickets"),
        ({"noticed": Counter({1: 4})}, "notice of order 1 says 4 instead of 2 tickets"),
        ({"noticed": Counter({1: 2, 9: 1})}, "notice of order 9 says 1 instead of 0 tickets"),
        ({"expected": set()}, "agenda of member 7"),
        ({"expected": {7, 8}}, "agenda of member 8"),
        ({"overdue": 2}, "2 tickets stand on claims that lapse"),
    ],
)
def test_rows_beside_the_order_must_agree(other: dict[str, Any], sentence: str) -> None:
    assert found(told(), books(**other)) == sentence or sentence in found(told(), books(**other))


def answer(status: int, body: object, **headers: str) -> Answer:
    """Return an answer; in header names a dash is written as an underscore."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_changed_answer_is_found() -> None:
    assert changed(told(), answer(201, FIRST)) is None
    assert "['order']" in str(changed(told(), answer(201, FIRST | {"order": "o2"})))
    assert "['tickets']" in str(changed(told(), answer(201, FIRST | {"tickets": ["t1"]})))
    assert "was answered 409" in str(changed(told(), answer(409, {})))


def test_a_hold_may_have_lapsed_meanwhile_but_its_order_stays() -> None:
    held = told(state="held", tickets=[])
    assert changed(held, answer(201, FIRST | {"state": "lapsed", "seats": []})) is None
    assert changed(held, answer(201, FIRST | {"order": "o2"}))


PAGE = b'<html lang="en">Please wait a moment'


@pytest.mark.parametrize(
    ("got", "language", "wrong"),
    [
        (answer(503, PAGE, retry_after="5"), "en", []),
        (answer(503, PAGE, retry_after="5"), "zh", ["503 in another language"]),
        (answer(503, PAGE + b" Traceback", retry_after="5"), "en", ["503 shows its inside"]),
        (answer(503, PAGE), "en", ["503 without Retry-After"]),
        (answer(503, b"", retry_after="5"), None, ["503 to a program is no problem+json"]),
        (answer(500, PAGE), "en", ["answered 500"]),
        (answer(502, {}), None, ["answered 502"]),
        (answer(409, {}), None, []),
    ],
)
def test_every_answer_is_judged(got: Answer, language: str | None, wrong: list[str]) -> None:
    assert faults_of(got, language) == wrong
