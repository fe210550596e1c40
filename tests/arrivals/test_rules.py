"""When somebody signs in at a door, at each edge; which codes count; which networks are inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from palace.arrivals import rules
from palace.arrivals.errors import (
    FreeAgain,
    KeptBefore,
    NetworkTooWide,
    NetworkUnreadable,
    NotHereYet,
    NothingHere,
    NothingToKeep,
    TooEarly,
    TooManyNetworks,
)
from palace.arrivals.rules import Due, Proof, Stage
from palace.rooms.errors import AlreadyOver
from palace.rooms.states import OccurrenceState

STARTS_AT = datetime(2026, 11, 27, 11, tzinfo=UTC)  # 19:00 in Shanghai
MINUTE, INSTANT = timedelta(minutes=1), timedelta(milliseconds=1)
LAPSES_AT, ENDS_AT = STARTS_AT + 15 * MINUTE, STARTS_AT + 120 * MINUTE
DUE = Due(
    starts_at=STARTS_AT,
    ends_at=ENDS_AT,
    opens_at=STARTS_AT - 15 * MINUTE,
    lapses_at=LAPSES_AT,
    state=OccurrenceState.CONFIRMED,
)
HERE = replace(DUE, arrived_at=STARTS_AT, lapses_at=None)


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        (DUE.opens_at - INSTANT, Stage.EARLY),
        (DUE.opens_at, Stage.WAITED),
        (LAPSES_AT - INSTANT, Stage.WAITED),
        (LAPSES_AT, Stage.FREE),
        (ENDS_AT, Stage.FREE),
    ],
)
def test_a_room_waits_from_the_early_minutes_to_the_end_of_the_grace(
    now: datetime, stage: Stage
) -> None:
    assert rules.stage(DUE, now) is stage


@pytest.mark.parametrize(
    ("due", "now", "stage"),
    [
        (HERE, LAPSES_AT, Stage.HERE),
        (HERE, ENDS_AT - INSTANT, Stage.HERE),
        (HERE, ENDS_AT, Stage.OVER),
        (replace(HERE, left_at=LAPSES_AT), LAPSES_AT, Stage.LEFT),
        (replace(DUE, lapses_at=None), ENDS_AT - INSTANT, Stage.WAITED),
        (replace(DUE, lapses_at=None), ENDS_AT, Stage.OVER),
        (replace(DUE, state=OccurrenceState.MISSED, lapses_at=None), ENDS_AT, Stage.FREE),
        (replace(DUE, state=OccurrenceState.CANCELLED, lapses_at=None), STARTS_AT, Stage.OVER),
        (replace(DUE, state=OccurrenceState.PENDING), STARTS_AT, Stage.OVER),
    ],
)
def test_who_is_here_stays_to_the_end_and_what_was_called_off_is_over(
    due: Due, now: datetime, stage: Stage
) -> None:
    assert rules.stage(due, now) is stage


def test_signing_in_is_refused_with_the_instant_it_hangs_on() -> None:
    with pytest.raises(TooEarly) as early:
        rules.check_may_arrive(DUE, DUE.opens_at - INSTANT)
    assert early.value.values == {"opens_at": DUE.opens_at}
    rules.check_may_arrive(DUE, DUE.opens_at)
    rules.check_may_arrive(DUE, LAPSES_AT - INSTANT)
    with pytest.raises(FreeAgain) as late:
        rules.check_may_arrive(DUE, LAPSES_AT)
    assert late.value.values == {"lapsed_at": LAPSES_AT}
    with pytest.raises(AlreadyOver):
        rules.check_may_arrive(replace(DUE, state=OccurrenceState.CANCELLED), STARTS_AT)


@pytest.mark.parametrize(
    ("due", "now", "refusal"),
    [
        (DUE, DUE.opens_at - INSTANT, TooEarly),
        (DUE, LAPSES_AT, FreeAgain),
        (replace(DUE, kept_at=STARTS_AT), STARTS_AT, KeptBefore),
        (HERE, STARTS_AT, NothingToKeep),
        (replace(DUE, lapses_at=None), STARTS_AT, NothingToKeep),
        (replace(HERE, left_at=STARTS_AT), STARTS_AT, AlreadyOver),
    ],
)
def test_a_room_is_kept_once_and_in_the_time_of_signing_in(
    due: Due, now: datetime, refusal: type[Exception]
) -> None:
    rules.check_may_keep(DUE, LAPSES_AT - INSTANT)
    with pytest.raises(refusal):
        rules.check_may_keep(due, now)


@pytest.mark.parametrize(
    ("due", "now", "refusal"),
    [
        (DUE, STARTS_AT, NotHereYet),
        (DUE, LAPSES_AT, FreeAgain),
        (HERE, ENDS_AT, AlreadyOver),
    ],
)
def test_only_who_is_here_leaves(due: Due, now: datetime, refusal: type[Exception]) -> None:
    rules.check_may_leave(HERE, ENDS_AT - INSTANT)
    with pytest.raises(refusal):
        rules.check_may_leave(due, now)


def test_of_several_dates_the_one_that_waits_is_meant() -> None:
    over = replace(DUE, arrived_at=STARTS_AT, left_at=STARTS_AT)
    later = replace(DUE, starts_at=ENDS_AT, opens_at=ENDS_AT)
    assert rules.most_pressing([over, later, DUE], STARTS_AT) == 2
    assert rules.most_pressing([over, HERE, later], STARTS_AT) == 1
    assert rules.most_pressing([over, later], STARTS_AT) == 1
    with pytest.raises(NothingHere):
        rules.most_pressing([], STARTS_AT)


def test_the_running_step_and_the_one_before_count_and_none_to_come() -> None:
    step = rules.step_of(STARTS_AT)
    assert list(rules.steps_taken(STARTS_AT, Proof.SCREEN)) == [step - 1, step]
    assert len(rules.steps_taken(STARTS_AT, Proof.SCANNED)) == 20
    assert rules.step_of(STARTS_AT - INSTANT) == step - 1
    assert rules.next_step_in(STARTS_AT + timedelta(seconds=12)) == 18


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.168.1.0", True),
        ("192.168.1.255", True),
        ("192.168.2.0", False),
        ("::ffff:192.168.1.7", True),
        ("fd00:1::5", True),
        ("fd01::5", False),
        ("203.0.113.9", True),
        ("203.0.113.10", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_inside_is_who_comes_from_one_of_the_networks(address: str, inside: bool) -> None:
    networks = ["192.168.1.0/24", "fd00:1::/48", "203.0.113.9/32"]
    assert rules.is_inside(address, networks) is inside
    assert not rules.is_inside(address, [])


def test_networks_are_kept_as_the_database_of_networks_writes_them() -> None:
    typed = " 192.168.1.77/24 \n\n203.0.113.9\r\n192.168.1.0/24\nFD00:1::/48"
    assert rules.plain_networks(typed) == ["192.168.1.0/24", "203.0.113.9/32", "fd00:1::/48"]
    assert rules.plain_networks(" \n") == []
    assert rules.plain_networks("10.0.0.0/8") == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("二楼", NetworkUnreadable),
        ("192.168.1.0/33", NetworkUnreadable),
        ("10.0.0.0/7", NetworkTooWide),
        ("0.0.0.0/0", NetworkTooWide),
        ("::/0", NetworkTooWide),
        ("\n".join(f"10.0.{number}.0/24" for number in range(21)), TooManyNetworks),
    ],
)
def test_what_is_no_network_is_refused(typed: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.plain_networks(typed)
