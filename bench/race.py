"""Sixteen who want one hour of a room at once: one has it, the others are told so, and how soon."""

from __future__ import annotations

from collections import Counter
from http.client import CREATED

from bench.clients import Answer, Client, ask_at_once
from bench.house import BenchFailed, House
from bench.rooms import rivals
from bench.table import Figure, percentile

RACERS = 16
NAME = "race for an hour of a room"


def measure(house: House, rounds: int) -> list[Figure]:
    """Return how soon the one who has it and the others know; the first rounds only warm.

    Raises:
        BenchFailed: an hour was not given to exactly one, or somebody got no clear answer.
    """
    clients = [Client(house.port) for _ in range(RACERS)]
    won, lost = list[float](), list[float]()
    try:
        for number in range(-rounds // 4, rounds):
            answers = ask_at_once(clients, rivals(house, RACERS))
            _check(answers)
            if number >= 0:
                won += [answer.seconds for answer in answers if answer.status == CREATED]
                lost += [answer.seconds for answer in answers if answer.status != CREATED]
    finally:
        for client in clients:
            client.close()
    return [
        Figure(f"{NAME}: rounds of {RACERS}", rounds, "rounds"),
        Figure(f"{NAME}: taken, p50", 1000 * percentile(won, 0.5), "ms"),
        Figure(f"{NAME}: refused beside the winner, p50", 1000 * percentile(lost, 0.5), "ms"),
        Figure(f"{NAME}: refused beside the winner, longest", 1000 * max(lost), "ms"),
    ]


def _check(answers: list[Answer]) -> None:
    told = Counter(
        "taken" if answer.status == CREATED else answer.json["code"] for answer in answers
    )
    if told != {"taken": 1, "room_taken": RACERS - 1}:
        raise BenchFailed(f"{NAME}: {dict(told)}")
