"""Which hours of a day courts are taken by, and what a person still may: plain values in, decision out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Hour:
    """An hour of a kind of court: which are free then, and the reservation who looks has of it.

    An hour is as long as the policy's shortest use.
    """

    starts_at: datetime
    ends_at: datetime
    free: tuple[int, ...] = ()
    mine: str | None = None


def hours_of(
    opened: Sequence[tuple[datetime, datetime]], *, minutes: int, step: int
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the hours of a day: whole ones, one after another, from the first on the raster.

    Args:
        opened: from when to when the courts are open, told in the palace's own time.
        minutes: how long an hour of theirs is.
        step: the raster that begins lie on, in minutes from midnight.
    """
    for opens, closes in opened:
        begins = on_raster(opens, step)
        while begins + timedelta(minutes=minutes) <= closes:
            yield begins, begins + timedelta(minutes=minutes)
            begins = on_raster(begins + timedelta(minutes=minutes), step)


def on_raster(instant: datetime, step: int) -> datetime:
    """Return the first instant on a raster of minutes that is not before this one."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -((midnight - instant) // timedelta(minutes=step))
    return midnight + steps * timedelta(minutes=step)


def left_of(limit: int, used: int) -> int | None:
    """Return what is left of a limit; None: there is none."""
    return max(0, limit - used) if limit else None
