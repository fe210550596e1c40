"""Holding seats: all or none, lapsing by itself, kept seats, tiers, limits and quotas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from palace import clock
from palace.db import db
from palace.errors import KeyReused, NotFound
from palace.programme.rules import Seating
from palace.tickets import queries, services
from palace.tickets.errors import (
    MembershipExpired,
    NoSeatsTogether,
    NotForYou,
    NoTicketNeeded,
    SaleClosed,
    SaleNotOpen,
    SeatTaken,
    SoldOut,
    TierFull,
    TooManySeats,
    UnknownSeat,
)
from palace.tickets.models import Order
from palace.tickets.rules import KeptFor, Wish
from palace.venues.rules import PlanSeat, SeatType
from tests.factory import Factory
from tests.tickets.conftest import Booker

OPENS = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def codes_of(order: Order) -> list[str]:
    """Return the seat codes an order holds."""
    claims = queries.live_claims(order, clock.now())
    return [claim.seat.code for claim in claims if claim.seat]


def test_chosen_seats_are_held_all_or_none(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=3)
    booker.hold(make.member(), performance, "ST-01-01")

    with pytest.raises(SeatTaken) as refused, db.session.begin_nested():
        booker.hold(make.member(), performance, "ST-01-01", "ST-01-02")

    (lost,) = cast("list[PlanSeat]", refused.value.values["seats"])
    assert lost.code == "ST-01-01"
    assert set(queries.closed_seats(performance.id, clock.now()).values()) == {queries.TAKEN}
    assert len(make.claims(performance)) == 1


def test_a_hold_lapses_at_its_end_without_a_timer(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=1)
    make.set_clock(clock.now())
    order = booker.hold(make.member(), performance, "ST-01-01")

    make.set_clock(order.hold_ends_at - timedelta(microseconds=1))
    with pytest.raises(SeatTaken):
        booker.hold(make.member(), performance, "ST-01-01")
    make.set_clock(order.hold_ends_at)
    assert codes_of(booker.hold(make.member(), performance, "ST-01-01")) == ["ST-01-01"]


def test_a_hold_lasts_longer_in_large_text(make: Factory) -> None:
    performance = make.performance(seats=2)
    make.set_clock(clock.now())
    wish = Wish(count=1)
    plain = services.hold(make.member(), performance.id, wish, key="plain-text")
    large = services.hold(make.member(), performance.id, wish, key="large-text", large_text=True)
    assert plain.hold_ends_at - clock.now() == timedelta(minutes=15)
    assert large.hold_ends_at - clock.now() == timedelta(minutes=20)


def test_seats_together_are_neighbours_and_not_a_wheelchair_place(
    make: Factory, booker: Booker
) -> None:
    kinds = {"ST-01-02": SeatType.WHEELCHAIR}
    performance = make.performance(seats=[4, 2], kinds=kinds)
    order = booker.hold(make.member(), performance, count=2, zone="A")
    assert codes_of(order) == ["ST-01-03", "ST-01-04"]


def test_too_many_together_says_so_and_a_full_house_says_sold_out(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=[2, 2])
    with pytest.raises(NoSeatsTogether):
        booker.hold(make.member(), performance, count=3)
    booker.hold(make.member(), performance, count=2)
    booker.hold(make.member(), performance, count=2)
    with pytest.raises(SoldOut):
        booker.hold(make.member(), performance, count=1)


def test_the_opening_is_the_databases_instant(make: Factory, booker: Booker) -> None:
    performance = make.performance(opens_at=OPENS, starts_at=OPENS + timedelta(days=1))
    make.set_clock(OPENS - timedelta(milliseconds=1))
    with pytest.raises(SaleNotOpen):
        booker.hold(make.member(), performance, "ST-01-01")
    make.set_clock(OPENS)
    assert codes_of(booker.hold(make.member(), performance, "ST-01-01")) == ["ST-01-01"]


def test_a_started_or_cancelled_show_is_closed(make: Factory, booker: Booker) -> None:
    performance = make.performance()
    make.set_clock(performance.starts_at)
    with pytest.raises(SaleClosed):
        booker.hold(make.member(), performance, "ST-01-01")
    cancelled = make.performance(opens_at=performance.starts_at + timedelta(days=1))
    cancelled.cancelled_at = performance.starts_at
    with pytest.raises(SaleClosed):
        booker.hold(make.member(), cancelled, "ST-01-01")


def test_an_open_show_needs_no_ticket_and_an_unpublished_one_is_unknown(
    make: Factory, booker: Booker
) -> None:
    with pytest.raises(NoTicketNeeded):
        booker.hold(make.member(), make.performance(seating=Seating.OPEN), count=1)
    with pytest.raises(NotFound):
        booker.hold(make.member(), make.performance(published=False), "ST-01-01")


def test_only_a_valid_member_gets_a_members_tier(make: Factory, booker: Booker) -> None:
    performance = make.performance(prices={"free": 0, "public": 8000})
    stranger = booker.hold(make.member(valid=False), performance, "ST-01-01")
    assert [claim.price for claim in queries.live_claims(stranger, clock.now())] == [8000]
    with pytest.raises(NotForYou):
        booker.hold(make.member(valid=False), make.performance(), "ST-01-01")


def test_the_roster_date_itself_is_still_valid_and_the_day_after_is_not(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance()
    member = make.member()
    assert member.roster_entry
    today = clock.palace_day(clock.now())
    member.roster_entry.valid_until = today
    booker.hold(member, performance, "ST-01-01")
    member.roster_entry.valid_until = today - timedelta(days=1)
    with pytest.raises(MembershipExpired):
        booker.hold(member, performance, "ST-01-02")


def test_a_member_may_have_so_many_seats_over_all_orders(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=5, seats_per_member=3)
    member = make.member()
    booker.book(member, performance, count=2)
    with pytest.raises(TooManySeats):
        booker.hold(member, performance, count=2)
    booker.hold(member, performance, count=1)


def test_free_tickets_of_a_month_are_counted_by_the_shows_month_in_shanghai(
    make: Factory, booker: Booker
) -> None:
    make.rules().free_per_month = 2
    make.set_clock(datetime(2026, 11, 1, tzinfo=UTC))
    evening = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    november = make.performance(starts_at=evening, prices={"free": 0, "member": 3000})
    december = make.performance(starts_at=evening + timedelta(hours=1))
    member = make.member()

    booker.book(member, november, count=2)

    with pytest.raises(TierFull):
        booker.hold(member, make.performance(starts_at=evening - timedelta(days=1)), count=1)
    booker.hold(member, december, count=2)


def test_beyond_the_free_ones_the_next_cheapest_tier_is_taken(
    make: Factory, booker: Booker
) -> None:
    make.tier("free", cap=1)
    performance = make.performance(seats=3, prices={"free": 0, "member": 3000, "public": 8000})
    order = booker.hold(make.member(), performance, count=3)
    claims = queries.live_claims(order, clock.now())
    assert sorted(claim.price for claim in claims) == [0, 3000, 3000]
    assert {claim.face_price for claim in claims} == {8000}


def test_a_full_quota_falls_to_the_next_tier_or_refuses_the_named_one(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=4, prices={"free": 0, "member": 3000}, quotas={"free": 1})
    booker.hold(make.member(), performance, count=1)
    order = booker.hold(make.member(), performance, count=1)
    assert [claim.price for claim in queries.live_claims(order, clock.now())] == [3000]
    with pytest.raises(TierFull):
        booker.hold(make.member(), performance, "ST-01-04:free")


def test_a_zone_quota_counts_only_its_zone(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=[2, 2], quotas={"zone:A": 1})
    booker.hold(make.member(), performance, "ST-01-01")
    with pytest.raises(SoldOut):
        booker.hold(make.member(), performance, "ST-01-02")
    booker.hold(make.member(), performance, "ST-02-01", "ST-02-02")


@pytest.mark.parametrize(
    "wish",
    [
        Wish(seats=(("ST-99-01", None),)),
        Wish(seats=(("ST-01-01", "student"),)),
        Wish(count=1, zone="Z"),
        Wish(count=1, tier="student"),
    ],
)
def test_an_unknown_seat_zone_or_tier_is_refused(make: Factory, wish: Wish) -> None:
    performance = make.performance()
    with pytest.raises(UnknownSeat):
        services.hold(make.member(), performance.id, wish, key="any-key-1")


def test_the_same_key_gets_the_first_order_and_another_body_is_refused(make: Factory) -> None:
    performance = make.performance(seats=3)
    member = make.member()
    first = services.hold(member, performance.id, Wish(count=1), key="same-key")
    again = services.hold(member, performance.id, Wish(count=1), key="same-key")
    assert again.code == first.code
    with pytest.raises(KeyReused):
        services.hold(member, performance.id, Wish(count=2), key="same-key")
    other = services.hold(make.member(), performance.id, Wish(count=1), key="same-key")
    assert other.code != first.code


def test_a_kept_wheelchair_place_opens_to_a_grant_and_to_all_at_its_release(
    make: Factory, booker: Booker
) -> None:
    kinds = {"ST-01-01": SeatType.WHEELCHAIR, "ST-01-02": SeatType.COMPANION}
    performance = make.performance(seats=3, kinds=kinds)
    release = performance.starts_at - timedelta(days=1)
    seats = make.seats(performance)[:2]
    assert services.keep(performance, seats, reason=KeptFor.WHEELCHAIR, until=release) == 2
    with pytest.raises(SeatTaken):
        booker.hold(make.member(), performance, "ST-01-01")

    user = make.member()
    make.grant(user, performance)
    order = booker.hold(user, performance, "ST-01-01", "ST-01-02")
    assert codes_of(order) == ["ST-01-01", "ST-01-02"]
    services.cancel(user, order.code)
    with pytest.raises(SeatTaken):
        booker.hold(make.member(), performance, "ST-01-01")
    make.set_clock(release)
    booker.hold(make.member(), performance, "ST-01-01")


def test_a_grant_for_another_show_or_past_its_end_opens_nothing(
    make: Factory, booker: Booker
) -> None:
    performance = make.performance(seats=1)
    seats = make.seats(performance)
    services.keep(performance, seats, reason=KeptFor.WHEELCHAIR, until=performance.starts_at)
    member = make.member()
    make.grant(member, make.performance())
    make.grant(member, performance).ends_at = clock.now()
    with pytest.raises(SeatTaken):
        booker.hold(member, performance, "ST-01-01")


def test_a_house_seat_stays_closed_to_a_wheelchair_grant(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=1)
    services.keep(
        performance, make.seats(performance), reason=KeptFor.HOUSE, until=performance.starts_at
    )
    member = make.member()
    make.grant(member)
    with pytest.raises(SeatTaken):
        booker.hold(member, performance, "ST-01-01")


def test_sold_and_held_seats_cannot_be_kept(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=2)
    booker.book(make.member(), performance, "ST-01-01")
    seats = make.seats(performance)
    assert services.keep(performance, seats, reason=KeptFor.HOUSE, until=performance.starts_at) == 1


def test_places_without_seats_are_capped_by_the_house(make: Factory, booker: Booker) -> None:
    performance = make.performance(seats=3, seating=Seating.PLACES)
    assert (
        len(queries.live_claims(booker.hold(make.member(), performance, count=2), clock.now())) == 2
    )
    with pytest.raises(SoldOut):
        booker.hold(make.member(), performance, count=2)
    booker.hold(make.member(), performance, count=1)
