"""Every described answer about weekly series, given once for real."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factory import Factory
from tests.lending import Lending


def take_a_series(walk: Any, make: Factory) -> None:
    """Take a room for three weeks without the second, add that later, and change what is to come."""
    lending = Lending(make)
    troupe, room = lending.troupe(), lending.room()
    make.sign_in(walk.browser, lending.leader(troupe))
    path, days = f"/troupes/{troupe.id}/series", [lending.day(3 + 7 * week) for week in range(3)]
    said = {"weekday": days[0].isoweekday(), "begins": "19:00", "space": room.space_id}
    shown = walk.ask("GET", f"{path}?" + "&".join(f"{name}={of}" for name, of in said.items()))
    dates = [one["date"] for one in shown["dates"] if one["date"]][:3]
    dates[1] = f"{days[1]}:skip"
    taken = walk.ask("POST", path, key="walk-series-1", dates=dates, **said)
    first, skipped, _last = (one["occurrence"] for one in taken["dates"])
    walk.ask("POST", f"/occurrences/{skipped}/add")
    walk.ask("GET", f"/occurrences/{first}/change?begins=18:00")
    walk.ask("POST", f"/occurrences/{first}/change", begins="18:00", scope="all")
    assert days[0] + timedelta(weeks=2) == days[2]
