"""Ten o'clock: 50,000 people within a minute for 1,234 seats by the model, and as many as can be sent."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.house import House
from bench.measure import Cost, Scale
from bench.meter import cpu_seconds
from bench.model import Opening, Outcome, Service, crowd, simulate, thinking
from bench.rush import COME_BACK, Tally, rush
from bench.shows import on_sale
from bench.table import Figure, percentile
from bench.visitors import visitors

VISITORS, WITHIN, SEATS = 50_000, 60.0, 1234
THICKEST = 15.0  # seconds: the first of so many have passed when two thirds of the people are there
THINKING = 5.0
SEED = 20261125
MOST_VISITS = 150  # a second, more than any two cores serve
PARTS = {
    "page": "performance page with map",
    "full_page": "page of a sold-out performance",
    "win": "claim and confirm a free seat, JSON",
    "refusal": "refusal of a sold-out house",
}
KNOWN_TWICE = """
SELECT count(*) - count(DISTINCT seat_id) FROM claims WHERE performance_id = %s AND held_until IS NULL
"""


def service_times(costs: Sequence[Cost]) -> Service:
    """Return the model's service times: all CPU of a request, web, database and the rest."""
    known = {cost.path.name: cost.values["total"] / 1000 for cost in costs}
    return Service(**{part: known[name] for part, name in PARTS.items()})


def by_model(service: Service, processes: int) -> Outcome:
    """Let the opening pass on so many processes, each with a core."""
    chance = random.Random(SEED)
    return simulate(
        Opening(
            arrivals=crowd(VISITORS, WITHIN, THICKEST, chance),
            thinking=list(thinking(VISITORS, THINKING, chance)),
            seats=SEATS,
            processes=processes,
            service=service,
        )
    )


def model_figures(service: Service) -> list[Figure]:
    """Return how long people wait for a yes or no, on this machine's cores and on more of them."""
    cores = os.cpu_count() or 1
    figures = []
    for processes in (cores, 4 * cores, 16 * cores):
        outcome, name = by_model(service, processes), f"opening by the model, {processes} cores"
        figures += [
            Figure(f"{name}: house full after", outcome.full_at, "s"),
            *(
                Figure(f"{name}: knows yes or no, {word}", percentile(outcome.waited, share), "s")
                for word, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1.0))
            ),
        ]
    return figures


@dataclass(frozen=True)
class Rush:
    """A real opening: what the clients saw, the CPU it took, what the database has."""

    tally: Tally
    seconds: float
    cpu: Mapping[str, float]
    tickets: frozenset[str]
    sold_twice: int

    def figures(self, service: Service) -> list[Figure]:
        """Return the measured side; the model's is set beside it where both can be compared."""
        tally, name = self.tally, "opening really sent"
        counts = Counter(tally.answers)
        spent = sum(self.cpu.values())
        modelled = self._modelled(service, counts)
        told = set(tally.tickets)
        return [
            Figure(f"{name}: visitors", tally.visitors, "visitors"),
            Figure(f"{name}: until the last of them was answered", self.seconds, "s"),
            Figure(f"{name}: visitors a second", tally.visitors / self.seconds, "visitors/s"),
            *(
                Figure(f"{name}: told {kind}", count, "visitors")
                for kind, count in sorted(counts.items())
            ),
            *_waits(name, "page", tally.page_seconds),
            *_waits(name, "answer to the choice", tally.wish_seconds),
            *_waits(name, "knows yes or no", tally.known_seconds),
            Figure(f"{name}: cores the palace had", spent / self.seconds, "cores"),
            Figure(f"{name}: cores its clients had", tally.cpu / self.seconds, "cores"),
            Figure(f"{name}: CPU of a visitor", 1000 * spent / max(1, tally.visitors), "ms"),
            Figure(f"{name}: CPU against the model's", spent / modelled, "times"),
            Figure(f"{name}: seats sold twice", self.sold_twice, "seats", "= 0"),
            Figure(
                f"{name}: tickets acknowledged but not there",
                len(told - self.tickets),
                "tickets",
                "= 0",
            ),
            Figure(
                f"{name}: tickets there but not acknowledged",
                len(self.tickets - told),
                "tickets",
                "= 0",
            ),
            Figure(
                f"{name}: answers neither yes, no nor come back",
                len(tally.unclear),
                "answers",
                "= 0",
            ),
        ]

    def _modelled(self, service: Service, counts: Counter[str]) -> float:
        """Return the seconds of CPU the model gives to what was answered.

        Who looked after the house was full got the cheaper page, whoever got no seat a refusal.
        """
        refused = sum(counts.values()) - counts["yes"] - counts[COME_BACK]
        open_pages = counts["yes"] / max(1, counts["yes"] + refused)
        pages = len(self.tally.page_seconds)
        page = open_pages * service.page + (1 - open_pages) * service.full_page
        return pages * page + counts["yes"] * service.win + refused * service.refusal


def _waits(name: str, what: str, seconds: Sequence[float]) -> list[Figure]:
    return [
        Figure(f"{name}: {what}, {word}", percentile(seconds, share), "s")
        for word, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1.0))
    ]


def send(house: House, scale: Scale) -> Rush:
    """Open a sale and let as many people in as the machine can send; then look what the database has."""
    show = on_sale()
    people = visitors(house, MOST_VISITS * scale.rush_seconds)
    before = cpu_seconds(house.roots)
    tally, seconds = rush(
        house.port, show, people, seconds=scale.rush_seconds, clients=scale.rush_clients
    )
    after = cpu_seconds(house.roots)
    for answer in tally.unclear:
        print(f"  neither yes, no nor come back: {answer}", flush=True)
    with house.admin() as connection:
        rows = connection.execute("SELECT code FROM tickets WHERE performance_id = %s", [show])
        tickets = frozenset(str(row[0]) for row in rows)
        twice = connection.execute(KNOWN_TWICE, [show]).fetchall()[0][0]
    cpu = {kind: after[kind] - before[kind] for kind in after}
    return Rush(tally, seconds, cpu, tickets, int(str(twice)))
