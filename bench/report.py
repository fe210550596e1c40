"""The tables of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bench.measure import Cost
from bench.table import Figure, judged, markdown, number

COLUMNS = ("rate", "p50", "p95", "web", "PostgreSQL", "worker", "printing", "trips", "kB")
HEAD = (
    "path",
    "requests/s",
    "p50 ms",
    "p95 ms",
    "web",
    "PostgreSQL",
    "worker",
    "printing",
    "round trips",
    "kB",
)

BESIDE = ("opening", "class rush", "seat state", "memory")
"""How the figures begin that are no request's of their own."""


def written(
    about: str,
    figures: Sequence[Figure],
    costs: Mapping[int, Sequence[Cost]],
    lent: Mapping[int, Sequence[Cost]],
    left_out: Sequence[str],
) -> str:
    """Return the whole report as Markdown.

    `costs` are by how many sold-out performances there were, `lent` by how many hours of rooms were taken.
    """
    plain = [figure for figure in figures if ": " not in figure.name]
    rest = [
        figure
        for figure in figures
        if figure.name.startswith(("opening", "class rush", "seat state", "race", "memory"))
    ]
    first = min(costs)
    parts = [
        "# What the palace costs\n",
        about,
        "\n## Against the bars\n",
        judged(figures),
        "\n## The run\n",
        _figures(plain),
        f"\n## Every path with {first} sold-out performance; processes in ms of CPU a request\n",
        _paths(costs[first]),
        "\n## Growth: ms of CPU a request (PostgreSQL's part) by sold-out performances\n",
        _growth(costs),
        "\n## Rooms: ms of CPU a request (PostgreSQL's part) by hours taken\n",
        _growth(lent),
        "\n## Opening, a class's rush, seat state, race for a room, memory\n",
        _figures(rest),
        *(f"\nLeft out: {name}" for name in left_out),
    ]
    return "\n".join(parts) + "\n"


def _figures(figures: Sequence[Figure]) -> str:
    return markdown(
        ["what", "measured", "unit"],
        [[figure.name, number(figure.value), figure.unit] for figure in figures],
    )


def _paths(costs: Sequence[Cost]) -> str:
    head = [*HEAD, "of the limit"]
    rows = [
        [
            cost.path.name,
            *(number(cost.values[column]) for column in COLUMNS),
            f"1/{number(1 / cost.values['share'])}",
        ]
        for cost in costs
    ]
    return markdown(head, rows)


def _growth(costs: Mapping[int, Sequence[Cost]]) -> str:
    sizes = sorted(costs)
    rows = []
    for same in zip(*(costs[size] for size in sizes), strict=True):
        both = [(cost.values["total"], cost.values["PostgreSQL"]) for cost in same]
        growth = both[-1][0] / both[0][0] if both[0][0] else math.nan
        cells = [f"{number(total)} ({number(database)})" for total, database in both]
        rows.append([same[0].path.name, *cells, f"× {number(growth)}"])
    return markdown(
        ["path", *(f"{size:,}" for size in sizes), f"{sizes[-1]:,} against {sizes[0]:,}"], rows
    )
