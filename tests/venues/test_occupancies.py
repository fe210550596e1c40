"""A space is taken once: with its parts, until its occupancy lapses, by one of many at the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import db, transaction
from palace.venues import claims, services
from palace.venues.errors import SpaceOccupied, UseTooLong
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use
from tests.factory import Factory

EIGHT = datetime(2027, 3, 6, 8, tzinfo=UTC)
HOUR, INSTANT = timedelta(hours=1), timedelta(milliseconds=1)


def hours(first: int, last: int) -> Range[datetime]:
    """Return a span counted in hours from eight o'clock."""
    return Range(EIGHT + first * HOUR, EIGHT + last * HOUR)


@pytest.mark.parametrize(
    "during", [hours(0, 2), hours(1, 2), hours(-1, 1), hours(-1, 4), hours(1, 3)]
)
def test_an_overlapping_use_is_refused(make: Factory, during: Range[datetime]) -> None:
    hall = make.space()
    services.occupy(hall, hours(0, 2), Use.PERFORMANCE)

    with pytest.raises(SpaceOccupied) as refusal:
        services.occupy(hall, during, Use.REHEARSAL)

    assert refusal.value.values["space"] is hall


def test_a_use_is_a_day_long_at_most(make: Factory) -> None:
    hall = make.space()
    with pytest.raises(UseTooLong):
        services.occupy(hall, Range(EIGHT, EIGHT + 24 * HOUR + INSTANT), Use.PERFORMANCE)
    services.occupy(hall, hours(0, 24), Use.PERFORMANCE)


@pytest.mark.parametrize("during", [hours(2, 3), hours(-1, 0)])
def test_uses_that_only_touch_are_both_taken(make: Factory, during: Range[datetime]) -> None:
    hall = make.space()
    services.occupy(hall, hours(0, 2), Use.PERFORMANCE)

    assert claims.occupy(hall, during, Use.CLOSURE) is not None


@pytest.mark.parametrize(("first", "second"), [((1,), (1, 2)), ((1, 2), (2,)), ((1, 2), (1, 2))])
def test_a_whole_hall_and_its_parts_exclude_each_other(
    make: Factory, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    services.occupy(make.space(first), hours(0, 1), Use.REHEARSAL)

    assert claims.occupy(make.space(second), hours(0, 1), Use.REHEARSAL) is None


def test_two_parts_are_used_side_by_side(make: Factory) -> None:
    services.occupy(make.space([1]), hours(0, 1), Use.REHEARSAL)

    assert claims.occupy(make.space([2]), hours(0, 1), Use.REHEARSAL) is not None


def test_a_room_nobody_signed_in_to_goes_to_the_next(make: Factory) -> None:
    room, now = make.space(), clock.now()
    begun, lapsed = now - HOUR, now - timedelta(minutes=45)
    absent = services.occupy(room, Range(begun, now + HOUR), Use.REHEARSAL, lapsed)

    assert claims.occupy(room, Range(now, now + HOUR), Use.REHEARSAL) is not None
    assert absent.during == Range(begun, lapsed)


def test_an_occupancy_that_lapsed_before_it_began_is_gone(make: Factory) -> None:
    room, now = make.space(), clock.now()
    services.occupy(room, Range(now + HOUR, now + 2 * HOUR), Use.REHEARSAL, now - HOUR)

    taken = services.occupy(room, Range(now + HOUR, now + 2 * HOUR), Use.CLOSURE)

    assert db.session.scalars(select(Occupancy)).all() == [taken]


def test_the_lapse_counts_from_its_very_instant(make: Factory) -> None:
    room = make.space()
    services.occupy(room, hours(0, 2), Use.REHEARSAL, EIGHT + HOUR)

    make.set_clock(EIGHT + HOUR - timedelta(microseconds=1))
    before = claims.occupy(room, hours(1, 2), Use.REHEARSAL)
    make.set_clock(EIGHT + HOUR)
    after = claims.occupy(room, hours(1, 2), Use.REHEARSAL)
    make.set_clock(None)

    assert before is None
    assert after is not None


@pytest.mark.parametrize("with_lapsed", [False, True])
def test_sixteen_at_once_and_one_gets_the_hour(live: Factory, with_lapsed: bool) -> None:
    whole, part = live.space([1, 2]), live.space([2])
    now = clock.now()
    during = Range(now + HOUR, now + 2 * HOUR)
    if with_lapsed:
        claims.occupy(part, during, Use.REHEARSAL, now - HOUR)
    live.commit()

    def take(number: int) -> bool:
        with live.app.app_context(), transaction():
            space = db.session.get_one(Space, (whole.id, part.id)[number % 2])
            return claims.occupy(space, during, Use.REHEARSAL) is not None

    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(take, range(16)))

    assert sum(won) == 1
