"""A room's day: free half-hours, buffers, the raster, and what could be had instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from palace.rooms.timetable import CellKind, Lane, Place, Taken, Thing, hours_shown, side_by_side
from palace.rooms.ways import Wanted, instead
from palace.rooms.wishes import Figures

DAY = date(2026, 12, 1)
NEXT = date(2026, 12, 2)
EIGHT, TEN, NOON = 8 * 60, 10 * 60, 12 * 60
SEVEN_PM, NINE_PM, TEN_PM = 19 * 60, 21 * 60, 22 * 60


def place(space_id: int = 1, **values: object) -> Place:
    """Return a room for 40 that is lent from one to four hours on half-hours."""
    given: dict[str, object] = {
        "space_id": space_id,
        "site_id": 1,
        "name_zh": f"排练厅{space_id}",
        "name_en": f"Room {space_id}",
        "floor": 2,
        "capacity": 40,
        "min_people": 0,
        "setup_minutes": 0,
        "teardown_minutes": 0,
        "approval": False,
        "purposes": ["choir"],
        "figures": Figures(),
        "shares": [space_id],
        "things": [Thing("piano", 1, "钢琴", "Piano")],
    }
    return Place(**given | values)  # type: ignore[arg-type]  # values of a room


def use(begins: int, ends: int) -> Taken:
    """Return a use."""
    return Taken(begins, ends, begins, ends, "rehearsal")


def lane(
    taken: Sequence[Taken] = (), *, of: Place | None = None, day: date = DAY, **values: object
) -> Lane:
    """Return a day of a room that is open from eight to ten at night."""
    given: dict[str, object] = {"parts": [(EIGHT, TEN_PM)], "taken": taken, "earliest": 0}
    return Lane(place=of or place(), day=day, **given | values)  # type: ignore[arg-type]  # of a lane


@pytest.mark.parametrize(
    ("begins", "ends", "how"),
    [
        (SEVEN_PM, NINE_PM, CellKind.TAKEN),
        (TEN, NOON, CellKind.FREE),
        (17 * 60, SEVEN_PM, CellKind.FREE),  # until the very minute the other begins
        (20 * 60, TEN_PM, CellKind.FREE),  # from the very minute it ends, until closing time
        (20 * 60, TEN_PM + 30, CellKind.CLOSED),
        (EIGHT, NOON, CellKind.FREE),  # from opening time, the longest there is
        (EIGHT - 30, TEN, CellKind.CLOSED),
        (EIGHT, NOON + 30, CellKind.ODD),
        (EIGHT, EIGHT + 30, CellKind.ODD),
        (EIGHT + 10, EIGHT + 70, CellKind.ODD),
    ],
)
def test_a_time_is_free_as_its_edges_say(begins: int, ends: int, how: CellKind) -> None:
    assert lane([use(SEVEN_PM, 20 * 60)]).stands(begins, ends) is how


def test_what_is_over_or_opens_later_is_not_free() -> None:
    passed = lane(earliest=TEN)
    assert passed.is_free(TEN, NOON)
    assert passed.stands(TEN - 30, NOON) is CellKind.PAST
    opens = lane(opens_at=datetime(2026, 11, 20, tzinfo=UTC))
    assert opens.stands(TEN, NOON) is CellKind.EARLY
    assert {cell.kind for cell in opens.cells(EIGHT, TEN_PM)} == {CellKind.EARLY}


def test_buffers_of_both_uses_are_kept() -> None:
    buffered = lane([use(NOON, 14 * 60)], of=place(setup_minutes=15, teardown_minutes=15))
    assert not buffered.is_free(TEN, NOON)
    assert buffered.is_free(TEN, NOON - 30)
    kinds = {cell.at: cell.kind for cell in buffered.cells(EIGHT, TEN_PM)}
    assert kinds[NOON - 30] is CellKind.GAP
    assert kinds[14 * 60] is CellKind.GAP
    assert kinds[NOON - 60] is CellKind.FREE


def test_cells_are_half_hours_where_free_and_whole_stretches_elsewhere() -> None:
    cells = lane([use(TEN, NOON)], parts=[(EIGHT + 30, 13 * 60)]).cells(EIGHT, 14 * 60)
    assert [(cell.clock, cell.length, cell.kind.value) for cell in cells] == [
        ("08:00", 1, "closed"),
        ("08:30", 1, "free"),
        ("09:00", 1, "free"),
        ("09:30", 1, "free"),
        ("10:00", 4, "taken"),
        ("12:00", 1, "free"),
        ("12:30", 1, "free"),
        ("13:00", 2, "closed"),
    ]


def test_a_room_by_the_hour_has_whole_hours_only() -> None:
    court = place(figures=Figures(step_minutes=60, min_minutes=60, max_minutes=60))
    cells = lane([use(TEN + 30, NOON)], of=court, parts=[(EIGHT, NOON)]).cells(EIGHT, NOON)
    assert [(cell.clock, cell.length, cell.kind.value) for cell in cells] == [
        ("08:00", 2, "free"),
        ("09:00", 2, "free"),
        ("10:00", 1, "gap"),
        ("10:30", 3, "taken"),
    ]


def test_a_use_over_midnight_stands_on_both_days() -> None:
    night = use(23 * 60, 25 * 60)
    assert night.clock == "23:00–24:00"
    assert night.next_day().clock == "00:00–01:00"
    late = lane([night], parts=[(EIGHT, 24 * 60)])
    assert late.is_free(21 * 60, 23 * 60)
    assert [cell.until for cell in late.cells(EIGHT, 24 * 60)][-1] == "24:00"


def test_lengths_are_those_of_the_policy_as_far_as_it_is_free() -> None:
    assert lane([use(SEVEN_PM, NINE_PM)]).lengths(17 * 60) == [60, 90, 120]
    assert lane().lengths(TEN)[-1] == 240
    assert lane([use(TEN, NOON)]).lengths(TEN) == []


def test_hours_shown_are_whole_hours_in_which_a_room_is_open() -> None:
    assert hours_shown([lane(parts=[(EIGHT + 30, NOON)]), lane(parts=[(TEN, 21 * 60 + 30)])]) == (
        EIGHT,
        TEN_PM,
    )
    assert hours_shown([lane(parts=[])]) == (0, 0)
    assert side_by_side([lane(parts=[])]) == []


def test_side_by_side_leaves_out_what_is_inside_a_cell() -> None:
    rows = side_by_side([lane([use(EIGHT, TEN)], parts=[(EIGHT, TEN)]), lane(parts=[(EIGHT, TEN)])])
    first, *rest = [cells for _at, cells in rows]
    assert first[0] is not None
    assert first[0].length == 4
    assert all(cells[0] is None and cells[1] is not None for cells in rest)


WANTED = Wanted(day=DAY, begins=SEVEN_PM, minutes=120, people=30, purpose="choir")


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"people": 40}, True),
        ({"people": 41}, False),
        ({"floor": 2}, True),
        ({"floor": 3}, False),
        ({"purpose": "dance"}, False),
        ({"equipment": ["piano"]}, True),
        ({"equipment": ["stand"]}, True),  # not in the room, but some of the stock is left
        ({"equipment": ["projector"]}, False),  # all of the stock is away
        ({"equipment": ["barre"]}, False),
    ],
)
def test_a_room_fits_that_has_what_is_wanted(change: dict[str, object], fits: bool) -> None:
    wanted = replace(WANTED, **change)  # type: ignore[arg-type]  # values of a wish
    assert wanted.fits(place(), {"stand": 3, "projector": 0}) is fits


def test_a_room_for_many_is_not_for_few() -> None:
    assert not WANTED.fits(place(min_people=31), {})
    assert WANTED.fits(place(min_people=30), {})
    assert replace(WANTED, people=0).fits(place(min_people=31), {}), "nobody said how many"


def test_three_ways_out_where_the_wanted_room_is_taken() -> None:
    own = place(1)
    other, small = place(2, capacity=60), place(3, capacity=35)
    lanes = [
        lane([use(SEVEN_PM + 90, NINE_PM)], of=own),
        lane([], of=own, day=NEXT),
        lane([], of=other),
        lane([], of=small),
    ]
    ways = instead(lanes, {1, 2, 3}, replace(WANTED, space_id=1))
    assert ways.room is not None
    assert ways.room.lane.place is small, "the smallest that fits"
    assert ways.time is not None
    assert (ways.time.lane.place.space_id, ways.time.starts) == (1, "2026-12-01T18:30")
    assert ways.shorter is not None
    assert (ways.shorter.lane.place.space_id, ways.shorter.clock) == (1, "19:00–20:30")


def test_without_a_wanted_room_any_that_fits_is_offered_at_the_nearest_time() -> None:
    lanes = [
        lane([use(EIGHT, TEN_PM)], of=place(1)),
        lane([use(18 * 60, NINE_PM)], of=place(2)),
        lane([use(18 * 60, SEVEN_PM + 30)], of=place(3)),
    ]
    ways = instead(lanes, {1, 2, 3}, WANTED)
    assert ways.time is not None
    assert (ways.time.lane.place.space_id, ways.time.clock) == (3, "19:30–21:30")
    assert ways.shorter is not None
    assert (ways.shorter.lane.place.space_id, ways.shorter.clock) == (3, "19:30–21:00")
    assert ways.room is None


def test_of_two_times_as_near_the_later_is_offered() -> None:
    ways = instead([lane([use(SEVEN_PM, SEVEN_PM + 30)])], {1}, replace(WANTED, minutes=60))
    assert ways.time is not None
    assert ways.time.clock == "19:30–20:30"


def test_a_room_without_everything_is_better_than_none() -> None:
    full, bare = lane([use(EIGHT, TEN_PM)], of=place(1)), lane([], of=place(2, things=[]))
    ways = instead([full, bare], {1}, WANTED)
    assert ways.room is not None
    assert ways.room.lane is bare


def test_nothing_is_offered_where_nothing_is() -> None:
    full = lane([use(EIGHT, TEN_PM)])
    ways = instead([full], {1}, WANTED)
    assert (ways.room, ways.time, ways.shorter) == (None, None, None)
