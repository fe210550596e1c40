"""Figures, the bars they are judged by, and how both are written down."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MEETS = {"≥": operator.ge, "≤": operator.le, "=": operator.eq}
MARKS = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True)
class Figure:
    """One measured value; `bar` is "≥ 400", "≤ 3.5" or "= 50" in the same unit, or None."""

    name: str
    value: float
    unit: str
    bar: str | None = None

    @property
    def ok(self) -> bool | None:
        """Return whether the value meets its bar; None without one."""
        return None if self.bar is None else meets(self.value, self.bar)


def meets(value: float, bar: str) -> bool:
    """Return whether a value meets a bar; what is not a number meets none.

    Raises:
        ValueError: the bar is not a sign and a number.
    """
    sign, _, limit = bar.partition(" ")
    if sign not in MEETS:
        raise ValueError(f"not a bar: {bar!r}")
    return bool(MEETS[sign](value, float(limit)))


def as_json(figures: Iterable[Figure]) -> str:
    """Return figures as a JSON list, one on a line so that two runs can be compared."""
    rows = [
        {
            "name": figure.name,
            "value": None if math.isnan(figure.value) else float(f"{figure.value:.4g}"),
            "unit": figure.unit,
            "bar": figure.bar,
            "ok": figure.ok,
        }
        for figure in figures
    ]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def number(value: float) -> str:
    """Return a value as people read it: three digits that count, thousands apart."""
    if math.isnan(value):
        return "–"
    if abs(value) >= 100:  # noqa: PLR2004 - three digits are left
        return f"{value:,.0f}"
    return f"{value:.3g}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a cell never breaks out of its column."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )


def judged(figures: Iterable[Figure]) -> str:
    """Return the table of the figures that have a bar."""
    return markdown(
        ["what", "measured", "unit", "bar", "met"],
        [
            [figure.name, number(figure.value), figure.unit, figure.bar or "", MARKS[figure.ok]]
            for figure in figures
            if figure.bar
        ],
    )


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least `share` of all do not exceed; NaN of nothing."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
