"""Seats beside each other: the best sets of them; plain values in, decision out."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, pairwise

from palace.venues.rules import PlanSeat, SeatType

BEST_SETS = 32
ONE_ROW = 100
"""A single seat left over is as bad as so many cm further from the best spot."""


def best_sets(
    free: Sequence[PlanSeat], count: int, most: int = BEST_SETS, *, zone: str | None = None
) -> list[list[PlanSeat]]:
    """Return the best sets of `count` neighbouring free seats, best first, at most `most`, disjoint.

    Neighbours are in one row and block at positions that differ by one, never by number. A set
    that leaves one single free seat beside it counts as worse by one row.
    """
    zones = None if zone is None else {zone}
    return _best([(cost, seats) for cost, seats, _ in _sets(free, count, zones)], most)


def best_gapless_sets(
    free: Sequence[PlanSeat], count: int, most: int = BEST_SETS, *, zone: str | None = None
) -> list[list[PlanSeat]]:
    """Return such sets that leave no single seat; where there are none, as `best_sets`."""
    zones = None if zone is None else {zone}
    whole = [(cost, seats) for cost, seats, left in _sets(free, count, zones) if not left]
    return _best(whole, most) if whole else best_sets(free, count, most, zone=zone)


def gapless_sets(
    free: Sequence[PlanSeat], count: int, zones: Collection[str]
) -> list[list[PlanSeat]]:
    """Return all sets of `count` neighbouring free seats of zones that leave no single seat."""
    return [seats for _, seats, left in _sets(free, count, zones) if not left]


def wheelchair_sets(
    open_seats: Sequence[PlanSeat], count: int, most: int = BEST_SETS
) -> list[list[PlanSeat]]:
    """Return sets of a wheelchair place and those beside it: with companion seats, where there are any."""
    found = [
        (cost, seats)
        for cost, seats, _ in _sets(open_seats, count, None)
        if any(seat.type is SeatType.WHEELCHAIR for seat in seats)
    ]
    fittest = min((_unfit(seats) for _, seats in found), default=0)
    return _best([one for one in found if _unfit(one[1]) == fittest], most)


def _unfit(seats: Sequence[PlanSeat]) -> int:
    """Return how many seats of a set are neither its one wheelchair place nor a companion's."""
    wheelchairs = sum(seat.type is SeatType.WHEELCHAIR for seat in seats)
    return wheelchairs - 1 + sum(seat.type is SeatType.SEAT for seat in seats)


def apart(kept: Sequence[PlanSeat], count: int) -> list[list[PlanSeat]]:
    """Return the best seats of those kept for somebody, where they lie apart; none if there are too few."""
    best = sorted(kept, key=lambda seat: (seat.score, seat.ordinal))[:count]
    return [best] if len(best) == count else []


def pick_one(sets: Sequence[list[PlanSeat]]) -> list[PlanSeat]:
    """Return one of the best sets at random, so that buyers who come together do not all collide."""
    return random.choice(sets)  # noqa: S311 - spreads buyers, guards nothing


def runs(free: Sequence[PlanSeat]) -> list[list[PlanSeat]]:
    """Return the unbroken runs of free neighbours; the seats come in plan order."""
    found = [list(free[:1])] if free else []
    for before, seat in pairwise(free):
        if (
            seat.position - before.position == 1
            and seat.row == before.row
            and seat.block == before.block
            and seat.section == before.section
        ):
            found[-1].append(seat)
        else:
            found.append([seat])
    return found


def _sets(
    free: Sequence[PlanSeat], count: int, zones: Collection[str] | None
) -> Iterator[tuple[float, list[PlanSeat], int]]:
    """Yield every set of neighbours with its cost and how many single seats it leaves."""
    for run in runs(free):
        for first in range(len(run) - count + 1):
            seats = run[first : first + count]
            if zones is None or all(seat.zone in zones for seat in seats):
                left = (first == 1) + (len(run) - first - count == 1)
                yield sum(seat.score for seat in seats) / count + ONE_ROW * left, seats, left


def _best(sets: list[tuple[float, list[PlanSeat]]], most: int) -> list[list[PlanSeat]]:
    """Return the cheapest sets that share no seat."""
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


def together(free: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    """Return `count` free seats as near to each other and as good as can be, or none at all.

    Neighbours in one row where there are so many; else whole stretches of rows one behind another.
    The seats come in plan order, as they go.
    """
    sets = best_sets(free, count, 1)
    if sets:
        return sets[0]
    runs = [
        _longest(list(row)) for _, row in groupby(free, key=lambda seat: (seat.section, seat.row))
    ]
    found = [seats for first in range(len(runs)) if (seats := _gathered(runs[first:], count))]
    best = min(found, key=lambda seats: sum(seat.score for seat in seats), default=[])
    return sorted(best, key=lambda seat: seat.ordinal)


def _longest(row: list[PlanSeat]) -> list[PlanSeat]:
    """Return the longest stretch of neighbours in a row."""
    runs = [row[:1]]
    for before, seat in pairwise(row):
        near = seat.position - before.position == 1 and seat.block == before.block
        runs[-1:] = [[*runs[-1], seat]] if near else [runs[-1], [seat]]
    return max(runs, key=len)


def _gathered(runs: Sequence[list[PlanSeat]], count: int) -> list[PlanSeat]:
    """Return `count` seats of stretches one behind another in one section, or none."""
    found: list[PlanSeat] = []
    for run in runs:
        if run[0].section != runs[0][0].section:
            break
        found += _best_part(run, min(len(run), count - len(found)))
        if len(found) == count:
            return found
    return []


def _best_part(run: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    parts = [list(run[first : first + count]) for first in range(len(run) - count + 1)]
    return min(parts, key=lambda seats: sum(seat.score for seat in seats))
