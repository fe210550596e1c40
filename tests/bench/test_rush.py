"""What counts as an answer at an opening, and what is found out about it afterwards."""

from __future__ import annotations

import json

import pytest

from bench.clients import Answer
from bench.model import Service
from bench.opening import Rush
from bench.rush import Tally, kind_of
from bench.table import Figure

SERVICE = Service(page=0.010, full_page=0.004, win=0.008, refusal=0.002)


def refusal(code: str) -> bytes:
    """Return a refusal's body."""
    return json.dumps({"code": code, "title": "票已发完"}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (201, {}, b"{}", "yes"),
        (409, {}, refusal("sold_out"), "sold_out"),
        (409, {}, refusal("seat_taken"), "seat_taken"),
        (503, {"retry-after": "5"}, b"", "come back"),
        (503, {}, b"", None),
        (503, {"retry-after": "soon"}, b"", None),
        (409, {}, refusal("too_many_seats"), None),
        (409, {}, b"<html>", None),
        (409, {}, b"[]", None),
        (500, {}, refusal("sold_out"), None),
        (200, {}, b"{}", None),
        (429, {"retry-after": "5"}, refusal("too_many_tries"), None),
    ],
)
def test_only_yes_a_clear_no_and_come_back_are_answers(
    status: int, headers: dict[str, str], body: bytes, kind: str | None
) -> None:
    assert kind_of(Answer(status, headers, body, 0.1), wanted=201) == kind


def figures(rush: Rush) -> dict[str, Figure]:
    """Return the figures of a rush by what they are about."""
    return {figure.name.partition(": ")[2]: figure for figure in rush.figures(SERVICE)}


def tally(tickets: list[str], answers: list[str], unclear: list[str]) -> Tally:
    """Return what clients saw, everybody having looked at a page."""
    seconds = [0.1] * (len(answers) + len(unclear))
    return Tally(tickets, answers, unclear, page_seconds=seconds, wish_seconds=[*seconds])


def test_a_rush_without_fault_meets_every_bar() -> None:
    seen = tally(["a", "b"], ["yes", "yes", "sold_out"], [])
    judged = figures(Rush(seen, 2.0, {"web": 0.04}, frozenset("ab"), sold_twice=0))
    assert {figure.ok for figure in judged.values()} == {True, None}
    assert judged["visitors a second"].value == 1.5
    assert (judged["told yes"].value, judged["told sold_out"].value) == (2, 1)


@pytest.mark.parametrize(
    ("seen", "tickets", "twice", "fault"),
    [
        (tally(["a", "b"], ["yes"] * 2, []), "a", 0, "tickets acknowledged but not there"),
        (tally(["a"], ["yes"], []), "ab", 0, "tickets there but not acknowledged"),
        (tally(["a"], ["yes"], []), "a", 1, "seats sold twice"),
        (tally([], [], ["wish: 500"]), "", 0, "answers neither yes, no nor come back"),
    ],
)
def test_each_fault_misses_its_own_bar(seen: Tally, tickets: str, twice: int, fault: str) -> None:
    judged = figures(Rush(seen, 1.0, {"web": 1.0}, frozenset(tickets), twice))
    assert [name for name, figure in judged.items() if figure.ok is False] == [fault]


def test_the_cpu_is_compared_with_what_the_model_gives_the_same_answers() -> None:
    # two pages, half of the choosers won: 2 × (10 + 4) / 2 ms for pages, 8 + 2 for a yes and a no
    seen = tally(["a"], ["yes", "sold_out"], [])
    judged = figures(Rush(seen, 1.0, {"web": 0.030, "PostgreSQL": 0.018}, frozenset("a"), 0))
    assert judged["CPU against the model's"].value == pytest.approx(0.048 / 0.024)


def test_the_tallies_of_processes_add_up() -> None:
    one, other = tally(["a"], ["yes"], []), tally(["b"], ["yes"], ["reset"])
    one.add(other)
    assert (one.visitors, one.tickets, len(one.page_seconds)) == (3, ["a", "b"], 3)
