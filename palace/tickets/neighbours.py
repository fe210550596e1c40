"""Seats beside each other: the best sets of them; plain values in, decision out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

from palace.venues.rules import PlanSeat

BEST_SETS = 32


def best_sets(free: Sequence[PlanSeat], count: int, most: int = BEST_SETS) -> list[list[PlanSeat]]:
    """Return the best sets of `count` neighbouring free seats, best first, at most `most`, disjoint.

    Neighbours are in one row and block at positions that differ by one, never by number. A set
    that leaves one single free seat beside it counts as worse by one row (100 cm).
    """
    sets = [
        (_cost(run, first, count), run[first : first + count])
        for run in _runs(free)
        for first in range(len(run) - count + 1)
    ]
    sets.sort(key=lambda cost_and_set: cost_and_set[0])
    best: list[list[PlanSeat]] = []
    used: set[PlanSeat] = set()
    for _, seats in sets:
        if used.isdisjoint(seats):
            best.append(seats)
            used.update(seats)
            if len(best) == most:
                break
    return best


def apart(kept: Sequence[PlanSeat], count: int) -> list[list[PlanSeat]]:
    """Return the best seats of those kept for somebody, where they lie apart; none if there are too few."""
    best = sorted(kept, key=lambda seat: (seat.score, seat.ordinal))[:count]
    return [best] if len(best) == count else []


def pick_one(sets: Sequence[list[PlanSeat]]) -> list[PlanSeat]:
    """Return one of the best sets at random, so that buyers who come together do not all collide."""
    return random.choice(sets)  # noqa: S311 - spreads buyers, guards nothing


def _runs(free: Sequence[PlanSeat]) -> list[list[PlanSeat]]:
    """Return the unbroken runs of free neighbours; the seats come in plan order."""
    runs = [list(free[:1])] if free else []
    for before, seat in pairwise(free):
        if (
            seat.position - before.position == 1
            and seat.row == before.row
            and seat.block == before.block
            and seat.section == before.section
        ):
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return runs


def _cost(run: Sequence[PlanSeat], first: int, count: int) -> float:
    """Return the mean distance to the best spot in cm, plus a row for each single seat left over."""
    left, right = first, len(run) - first - count
    stranded = (left == 1) + (right == 1)
    return sum(seat.score for seat in run[first : first + count]) / count + 100 * stranded
