"""What a class's rush is judged by: places, people and answers, each by its own bar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.classes import ClassRush, kind_of
from bench.clients import Answer
from bench.rush import COME_BACK

RUSH = ClassRush(
    places=2,
    told=[("yes", 0.2), ("yes", 0.2), ("class_full", 0.1), ("class_full", 0.1)],
    seconds=1.0,
    held=2,
    people=2,
    cpu={"web": 0.02},
)


def missed(rush: ClassRush) -> set[str]:
    """Return which bars a rush misses."""
    return {one.name.partition(": ")[2] for one in rush.figures if one.ok is False}


def test_a_rush_without_fault_meets_every_bar() -> None:
    assert missed(RUSH) == set()


@pytest.mark.parametrize(
    ("rush", "bars"),
    [
        (replace(RUSH, held=3), {"places given"}),
        (replace(RUSH, people=1), {"members who have one"}),
        (
            replace(RUSH, told=[("yes", 0.2), ("class_full", 0.1)]),
            {"members told yes"},
        ),
        (
            replace(RUSH, told=[*RUSH.told, ("500 b'oops'", 0.1)]),
            {"answers neither yes nor full"},
        ),
        (
            replace(RUSH, told=[("yes", 0.1), ("yes", 0.1), ("class_full", 0.2)]),
            {"who has none waits against who has one, p50"},
        ),
    ],
)
def test_each_fault_misses_its_bar(rush: ClassRush, bars: set[str]) -> None:
    assert missed(rush) == bars


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (201, {}, b"{}", "yes"),
        (409, {}, b'{"code": "class_full"}', "class_full"),
        (503, {"retry-after": "5"}, b"", COME_BACK),
        (503, {}, b"", "503 b''"),
        (500, {}, b"oops", "500 b'oops'"),
    ],
)
def test_what_an_answer_says(status: int, headers: dict[str, str], body: bytes, kind: str) -> None:
    assert kind_of(Answer(status, headers, body, 0.1)) == kind
