"""Each refusal at its edge; what a steward types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from palace.door.rules import WORDS, Reason, late_until, reason_against, typed_code
from palace.programme.rules import LateEntry
from palace.tickets.rules import TicketState

DOORS = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
STARTS = DOORS + timedelta(minutes=30)
ENDS = DOORS + timedelta(hours=3)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Shown:
    """A ticket as a door sees it; by default good."""

    performance_id: int = 1
    state: TicketState = TicketState.VALID
    issue: int = 2
    cancelled_at: datetime | None = None
    doors_at: datetime = DOORS
    starts_at: datetime = STARTS
    ends_at: datetime = ENDS
    late_entry: str = LateEntry.ANY_TIME


def reason(ticket: Shown, *, issue: int | None = 2, now: datetime = DOORS) -> Reason | None:
    """Return what the door of performance 1 has against a ticket."""
    return reason_against(ticket, performance_id=1, issue=issue, now=now)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (DOORS - TICK, Reason.TOO_EARLY),
        (DOORS, None),
        (ENDS - TICK, None),
        (ENDS, Reason.OVER),
    ],
)
def test_doors_are_open_from_their_time_to_the_end(now: datetime, told: Reason | None) -> None:
    assert reason(Shown(), now=now) is told


@pytest.mark.parametrize(
    ("late_entry", "now", "told"),
    [
        (LateEntry.NONE, STARTS - TICK, None),
        (LateEntry.NONE, STARTS, Reason.TOO_LATE),
        (LateEntry.NONE, ENDS, Reason.OVER),
        (LateEntry.INTERVAL, STARTS, None),
        (LateEntry.ANY_TIME, STARTS, None),
    ],
)
def test_nobody_comes_in_late_where_a_show_says_so(
    late_entry: LateEntry, now: datetime, told: Reason | None
) -> None:
    assert reason(Shown(late_entry=late_entry), now=now) is told


@pytest.mark.parametrize(
    ("issue", "told"), [(1, Reason.REPLACED), (2, None), (3, Reason.REPLACED), (None, None)]
)
def test_only_the_newest_issue_is_the_ticket(issue: int | None, told: Reason | None) -> None:
    assert reason(Shown(), issue=issue) is told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"performance_id": 2}, Reason.OTHER_PERFORMANCE),
        ({"state": TicketState.RETURNED, "issue": 3}, Reason.RETURNED),
        ({"issue": 3}, Reason.REPLACED),
        ({"cancelled_at": DOORS}, Reason.CANCELLED),
    ],
)
def test_the_reason_that_helps_most_is_told(changed: dict[str, object], told: Reason) -> None:
    early = replace(Shown(), **changed)  # type: ignore[arg-type]  # a table of fields
    assert reason(early, now=DOORS - TICK) is told


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("12345678", ("12345678", "")),
        ("123456780001", ("12345678", "0001")),
        (" 1234 5678 0001\n", ("12345678", "0001")),
        ("1234-5678-0001", ("12345678", "0001")),
        ("１２３４５６７８０００１", ("12345678", "0001")),
        ("1234567", None),
        ("123456789", None),
        ("12345678000", None),
        ("1234567800012", None),
        ("AE345678", None),
        ("٠١٢٣٤٥٦٧", None),
        ("", None),
        ("1" * 5000, None),
    ],
)
def test_a_typed_code_has_eight_or_twelve_digits(text: str, typed: tuple[str, str] | None) -> None:
    assert typed_code(text) == typed


def test_every_reason_has_its_sentence() -> None:
    assert set(WORDS) == set(Reason)


@pytest.mark.parametrize(
    ("late_entry", "late_minute", "now", "waits"),
    [
        (LateEntry.INTERVAL, 25, DOORS - TICK, False),
        (LateEntry.INTERVAL, 25, DOORS, True),
        (LateEntry.INTERVAL, 25, DOORS + timedelta(minutes=25) - TICK, True),
        (LateEntry.INTERVAL, 25, DOORS + timedelta(minutes=25), False),
        (LateEntry.ANY_TIME, None, DOORS, False),
        (LateEntry.NONE, None, DOORS, False),
    ],
)
def test_who_comes_late_waits_for_the_interval(
    late_entry: LateEntry, late_minute: int | None, now: datetime, waits: bool
) -> None:
    until = late_until(now, starts_at=DOORS, late_entry=late_entry, late_minute=late_minute)

    assert until == (DOORS + timedelta(minutes=25) if waits else None)
