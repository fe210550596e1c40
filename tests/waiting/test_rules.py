"""Which seats serve a wish, and until when an offer may be taken: tables at the edges."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palace.notices.quiet import is_quiet
from palace.venues.rules import PlanSeat, SeatType
from palace.waiting.rules import OfferTimes, PassedWhy, Wanted, lapses_at, seats_for, why_passed

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = st.times().map(lambda at: at.replace(second=0, microsecond=0))
TIMES = OfferTimes(
    minutes=120,
    near_hours=24,
    near_minutes=30,
    last_hours=2,
    last_minutes=10,
    quiet_from=time(22),
    quiet_until=time(8),
)
SHOW = datetime(2026, 11, 28, 19, 30, tzinfo=SHANGHAI)


def on(day: int, clock_time: str) -> datetime:
    """Return an instant of November 2026 at the palace."""
    hour, minute = clock_time.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        (on(20, "12:00"), on(20, "14:00")),
        (on(20, "20:00"), on(20, "22:00")),
        (on(20, "20:01"), on(21, "08:01")),
        (on(20, "21:59"), on(21, "09:59")),
        (on(20, "22:00"), on(21, "10:00")),
        (on(21, "03:00"), on(21, "10:00")),
        (on(21, "07:59"), on(21, "10:00")),
        (on(21, "08:00"), on(21, "10:00")),
        (on(27, "19:29"), on(27, "21:29")),
        (on(27, "19:30"), on(27, "20:00")),
        (on(28, "17:29"), on(28, "17:59")),
        (on(28, "17:30"), on(28, "17:40")),
        (on(28, "19:25"), on(28, "19:30")),
    ],
)
def test_an_offer_holds_by_how_near_the_show_is_and_not_at_night(
    made: datetime, ends: datetime
) -> None:
    assert lapses_at(made, starts_at=SHOW, closes_at=SHOW, times=TIMES) == ends


def test_no_offer_outlives_the_sale() -> None:
    closes = on(28, "12:00")

    assert lapses_at(on(28, "11:45"), starts_at=SHOW, closes_at=closes, times=TIMES) == closes
    assert lapses_at(on(28, "12:00"), starts_at=SHOW, closes_at=closes, times=TIMES) == closes


@given(
    CLOCK,
    CLOCK,
    st.integers(1, 1440),
    st.integers(0, 60 * 24 * 6),
)
def test_the_waking_time_of_an_offer_is_its_minutes(
    quiet_from: time, quiet_until: time, minutes: int, ahead: int
) -> None:
    times = OfferTimes(
        minutes=minutes,
        near_hours=0,
        near_minutes=1,
        last_hours=0,
        last_minutes=1,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
    )
    made = on(1, "00:00") + timedelta(minutes=ahead)
    far = datetime(2027, 11, 28, tzinfo=SHANGHAI)

    ends = lapses_at(made, starts_at=far, closes_at=far, times=times)

    span = int((ends - made).total_seconds() // 60)
    awake = sum(
        not is_quiet((made + timedelta(minutes=at)).time(), quiet_from, quiet_until)
        for at in range(span)
    )
    assert awake == minutes


def seat(row: int, number: int, zone: str = "A") -> PlanSeat:
    """Return a seat of a plan."""
    words = dict.fromkeys(("section", "entrance", "label_zh", "label_en"), "")
    return PlanSeat(
        id=100 * row + number,
        ordinal=100 * row + number,
        code=f"{row}-{number}",
        row=str(row),
        number=str(number),
        block=0,
        position=number,
        x=0.0,
        y=0.0,
        angle=0.0,
        zone=zone,
        type=SeatType.SEAT,
        restricted=False,
        score=100 * row + number,
        door_zh="",
        door_en="",
        **words,
    )


ROW = [seat(1, 1), seat(1, 2), seat(1, 4), seat(2, 1, "B")]


@pytest.mark.parametrize(
    ("wanted", "count", "codes"),
    [
        (Wanted(count=1), 1, 1),
        (Wanted(count=2), 2, 2),
        (Wanted(count=3), 3, 0),
        (Wanted(count=3, together=False), 3, 3),
        (Wanted(count=5, together=False), 5, 0),
        (Wanted(count=2, zone="B"), 2, 0),
        (Wanted(count=1, zone="B"), 1, 1),
        (Wanted(count=1, zone="C"), 1, 0),
    ],
)
def test_what_serves_a_wish(wanted: Wanted, count: int, codes: int) -> None:
    found = seats_for(wanted, ROW, count)

    assert len(found) == codes
    assert all(wanted.zone in (None, one.zone) for one in found)


def test_neighbours_come_first_also_for_who_sits_apart() -> None:
    found = seats_for(Wanted(count=2, together=False), [seat(1, 9), seat(3, 1), seat(3, 2)], 2)

    assert [one.code for one in found] == ["3-1", "3-2"]


def test_fewer_is_tried_from_the_top() -> None:
    assert list(Wanted(count=3, fewer=True).counts()) == [3, 2, 1]
    assert list(Wanted(count=3).counts()) == [3]


@pytest.mark.parametrize(
    ("wanted", "refused", "why"),
    [
        (Wanted(count=2), True, PassedWhy.RULES),
        (Wanted(count=4), False, PassedWhy.NOT_TOGETHER),
        (Wanted(count=5), False, PassedWhy.NOT_ENOUGH),
        (Wanted(count=2, zone="B"), False, PassedWhy.NOT_ENOUGH),
    ],
)
def test_why_somebody_was_passed_by(wanted: Wanted, refused: bool, why: PassedWhy) -> None:
    assert why_passed(wanted, ROW, refused=refused) is why
