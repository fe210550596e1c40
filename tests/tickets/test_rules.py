"""Limits, tiers, times and neighbours at their edges, on plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from palace.members.rules import Standing
from palace.money import Fen
from palace.tickets import neighbours, rules
from palace.tickets.errors import (
    MembershipExpired,
    NotForYou,
    SaleClosed,
    SaleNotOpen,
    TierFull,
    TooLateToReturn,
    TooManySeats,
    UnknownSeat,
)
from palace.tickets.rules import Offer
from palace.venues.rules import PlanSeat, SeatType

OPENS = datetime(2026, 11, 20, 2, tzinfo=UTC)
STARTS = datetime(2026, 11, 28, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class FakeTier:
    """A tier row's names."""

    id: int
    code: str
    name_zh: str = "票"
    name_en: str = "ticket"
    fund: str | None = None


A_SEAT = PlanSeat(
    id=1,
    ordinal=1,
    code="ST-1-1",
    section="ST",
    row="1",
    number="1",
    block=0,
    position=0,
    x=0,
    y=0,
    angle=0,
    zone="A",
    type=SeatType.SEAT,
    restricted=False,
    entrance="",
    score=0,
    label_zh="池座1排1座",
    label_en="Stalls row 1 seat 1",
    door_zh="",
    door_en="",
)


def offer(
    code: str, amount: int, *, room: int | None = None, qualifies: bool = True, zone: str = "A"
) -> Offer:
    """Return an offer of one zone."""
    tier = FakeTier(id=hash(code), code=code)
    return Offer(tier=tier, amounts={zone: Fen(amount)}, qualifies=qualifies, room=room, left=None)


def row(*positions: int, block: int = 0, score: int = 0, name: str = "1") -> list[PlanSeat]:
    """Return free seats of one row."""
    return [
        replace(A_SEAT, row=name, block=block, position=position, score=score)
        for position in positions
    ]


def test_the_opening_instant_is_open_and_the_moment_before_is_not() -> None:
    times = {"opens_at": OPENS, "closes_at": STARTS, "starts_at": STARTS}
    rules.check_on_sale(now=OPENS, **times)
    with pytest.raises(SaleNotOpen):
        rules.check_on_sale(now=OPENS - MOMENT, **times)


def test_the_closing_instant_is_closed_and_the_start_closes_too() -> None:
    rules.check_on_sale(now=STARTS - MOMENT, opens_at=OPENS, closes_at=STARTS, starts_at=STARTS)
    with pytest.raises(SaleClosed):
        rules.check_on_sale(now=STARTS, opens_at=OPENS, closes_at=STARTS, starts_at=STARTS)
    late = STARTS + timedelta(hours=1)
    with pytest.raises(SaleClosed):
        rules.check_on_sale(now=STARTS, opens_at=OPENS, closes_at=late, starts_at=STARTS)


@pytest.mark.parametrize(("held", "wanted"), [(0, 4), (3, 1), (2, 2)])
def test_exactly_the_limit_is_allowed(held: int, wanted: int) -> None:
    rules.check_seat_limit(held=held, wanted=wanted, limit=4)


@pytest.mark.parametrize(("held", "wanted"), [(0, 5), (4, 1), (3, 2)])
def test_one_more_than_the_limit_is_refused(held: int, wanted: int) -> None:
    with pytest.raises(TooManySeats):
        rules.check_seat_limit(held=held, wanted=wanted, limit=4)


@pytest.mark.parametrize(
    ("cap", "held", "monthly_left", "quota_left", "room"),
    [
        (None, 0, None, None, None),
        (2, 0, None, None, 2),
        (2, 2, None, None, 0),
        (2, 3, None, None, 0),
        (4, 0, 1, None, 1),
        (4, 0, 3, 0, 0),
        (None, 9, None, 5, 5),
    ],
)
def test_the_tightest_limit_sets_the_room(
    cap: int | None, held: int, monthly_left: int | None, quota_left: int | None, room: int | None
) -> None:
    assert (
        rules.room_of(cap=cap, held=held, monthly_left=monthly_left, quota_left=quota_left) == room
    )


def test_left_to_us_each_place_gets_the_cheapest_tier_with_room() -> None:
    offers = [offer("public", 8000), offer("member", 3000), offer("free", 0, room=1)]
    chosen = rules.choose_tiers([("A", None), ("A", None), ("A", "public")], offers)
    assert [found.tier.code for found in chosen] == ["free", "member", "public"]


def test_a_named_tier_without_room_is_refused_with_what_is_left() -> None:
    offers = [offer("free", 0, room=1), offer("member", 3000)]
    with pytest.raises(TierFull) as refused:
        rules.choose_tiers([("A", "free"), ("A", "free")], offers)
    assert refused.value.values["left"] == 1


def test_a_person_may_take_as_many_as_all_their_tiers_have_room_for() -> None:
    offers = [offer("free", 0, room=2), offer("public", 1, qualifies=False)]
    assert rules.most_places(offers, 4) == 2
    assert rules.most_places([*offers, offer("member", 3000)], 4) == 4
    assert rules.most_places([], 4) == 0


@pytest.mark.parametrize(
    ("standing", "error"),
    [(Standing.EXPIRED, MembershipExpired), (Standing.PENDING, NotForYou)],
)
def test_who_may_not_book_is_told_what_their_standing_lacks(
    standing: Standing, error: type[Exception]
) -> None:
    rules.check_for_you([offer("public", 1)], standing)
    with pytest.raises(error):
        rules.check_for_you([offer("free", 0, qualifies=False)], standing)


def test_a_member_show_is_not_for_a_stranger() -> None:
    with pytest.raises(NotForYou):
        rules.choose_tiers([("A", None)], [offer("free", 0, qualifies=False)])


@pytest.mark.parametrize(("zone", "tier"), [("Z", None), ("A", "student")])
def test_a_zone_or_tier_that_is_not_sold_is_unknown(zone: str, tier: str | None) -> None:
    with pytest.raises(UnknownSeat):
        rules.choose_tiers([(zone, tier)], [offer("free", 0)])


def test_a_hold_never_outlives_the_start() -> None:
    near = STARTS - timedelta(minutes=5)
    assert rules.hold_expiry(near, timedelta(minutes=15), STARTS) == STARTS
    early = STARTS - timedelta(hours=5)
    assert rules.hold_expiry(early, timedelta(minutes=15), STARTS) == early + timedelta(minutes=15)


def test_a_ticket_is_returned_until_the_deadline_and_not_at_it() -> None:
    until = rules.return_deadline(STARTS, 60)
    rules.check_returnable(until - MOMENT, until)
    with pytest.raises(TooLateToReturn):
        rules.check_returnable(until, until)


def test_neighbours_stand_at_positions_that_differ_by_one_in_one_block() -> None:
    free = row(0, 1, 3, 4, 5) + row(6, 7, block=1)
    sets = neighbours.best_sets(free, 3)
    assert [[seat.position for seat in seats] for seats in sets] == [[3, 4, 5]]


def test_sets_nearer_to_the_best_spot_come_first_and_a_stranded_single_counts_as_a_row() -> None:
    far, near = row(0, 1, score=150), row(0, 1, 2, score=100, name="2")
    sets = neighbours.best_sets(far + near, 2)
    assert [seats[0].row for seats in sets] == ["1", "2"]


def test_only_the_best_sets_are_considered() -> None:
    assert len(neighbours.best_sets(row(*range(200)), 2)) == neighbours.BEST_SETS


def test_no_set_is_found_among_scattered_seats() -> None:
    assert neighbours.best_sets(row(0, 2, 4), 2) == []
