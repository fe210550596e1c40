"""The rows themselves: named once, judged by known quantities; the CPU and tables they are told in."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.clients import Answer
from bench.house import BenchFailed
from bench.measure import QUANTITIES, Cost
from bench.meter import cpu_seconds, memory
from bench.opening import PARTS, service_times
from bench.paths import PATHS, Path
from bench.report import written
from bench.rooms import ROOM_PATHS
from bench.table import Figure, meets

EVERY = [*PATHS, *ROOM_PATHS]
NAMES = [path.name for path in EVERY]


def test_every_row_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("path", EVERY, ids=NAMES)
def test_bars_are_about_what_is_measured(path: Path) -> None:
    assert set(path.bars) <= set(QUANTITIES)
    assert {meets(1.0, bar) for bar in path.bars.values()} <= {True, False}


def cost(name: str, total: float) -> Cost:
    """Return the cost of a path of this name."""
    path = Path(name=name, make=lambda _house, _count: [], bars={"web": "≤ 3"})
    return Cost(path, dict.fromkeys(QUANTITIES, 1.0) | {"web": 3.5, "total": total, "share": 0.04})


def test_a_cost_is_judged_by_its_paths_bars() -> None:
    judged = {figure.name: figure.ok for figure in cost("claim", 4.0).figures()}
    assert judged["claim: web"] is False
    assert {ok for name, ok in judged.items() if name != "claim: web"} == {None}


def test_the_model_is_fed_with_rows_that_are_measured() -> None:
    costs = [cost(name, number) for number, name in enumerate(NAMES)]
    service = service_times(costs)
    assert service.page == NAMES.index(PARTS["page"]) / 1000
    assert service.refusal == NAMES.index(PARTS["refusal"]) / 1000


def test_an_answer_of_something_else_ends_the_run() -> None:
    path = Path(
        name="page", make=lambda _house, _count: [], proof=lambda answer: answer.body == b"x"
    )
    path.check([Answer(200, {}, b"x", 0.1)])
    for wrong in (Answer(503, {}, b"x", 0.1), Answer(200, {}, b"y", 0.1)):
        with pytest.raises(BenchFailed, match="page"):
            path.check([wrong])


def test_the_report_shows_bars_growth_and_what_was_left_out() -> None:
    costs = {1: [cost("claim", 4.0)], 1000: [cost("claim", 6.0)]}
    figures = [Figure("the limit", 12_000, "claims/s"), *costs[1][0].figures()]
    lent = {5_000: [cost("a room taken", 8.0)], 500_000: [cost("a room taken", 9.0)]}
    text = written("About.", figures, costs, lent, ["door: not there yet"])
    assert "| claim: web | 3.5 | ms of web CPU | ≤ 3 | **no** |" in text
    assert "| claim | 4 (1) | 6 (1) | × 1.5 |" in text
    assert "| a room taken | 8 (1) | 9 (1) | × 1.12 |" in text
    assert "| the limit | 12,000 | claims/s |" in text
    assert "1/25" in text
    assert "Left out: door: not there yet" in text


def test_cpu_of_children_that_ended_is_kept() -> None:
    burning = "import time\nwhile time.process_time() < 0.3: pass"
    before = cpu_seconds({"us": os.getpid()})["us"]
    subprocess.run([sys.executable, "-c", burning], check=True)
    assert cpu_seconds({"us": os.getpid()})["us"] - before >= 0.25


def test_memory_counts_every_process_of_a_kind() -> None:
    waiting = [sys.executable, "-c", "input()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as child:
        count, largest, shared_out = memory({"us": os.getpid()})["us"]
        child.communicate(b"\n")
    assert count >= 2
    assert largest > 0
    assert shared_out > 0
