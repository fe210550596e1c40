"""Seats and places that are kept: who may take them, how many, until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.members.rules import GrantKind
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import kept, queries, services
from palace.tickets.errors import (
    GrantUsedUp,
    NotKeptForYou,
    SaleNotOpen,
    SeatTaken,
    SoldOut,
    TooManySeats,
)
from palace.tickets.keeping import Held, KeptFor, opened_by
from palace.tickets.kept import keep_places
from palace.tickets.models import Order
from palace.tickets.rules import Wish
from palace.venues.rules import SeatType
from tests.factory import Factory
from tests.tickets.conftest import KEYS, Booker

OPENS = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
BLOCK = "block:5"


def hold(
    member: Member, show: Performance, *codes: str, at_counter: bool = False, **wish: object
) -> Order:
    """Hold by the real service; a refusal leaves the test's transaction whole."""
    asked = Wish(seats=tuple((code, None) for code in codes), **wish)  # type: ignore[arg-type]  # words of a wish
    with db.session.begin_nested():
        return services.hold(
            member, show.id, asked, key=f"kept-key-{next(KEYS)}", at_counter=at_counter
        )


def seats_of(order: Order) -> list[str]:
    """Return the codes of an order's seats, in plan order."""
    return [claim.seat.code for claim in queries.live_claims(order, clock.now()) if claim.seat]


def keep(
    make: Factory, show: Performance, key: str, *codes: str, until: datetime | None = None
) -> int:
    """Keep seats by their codes."""
    seats = [seat for seat in make.seats(show) if seat.code in codes]
    return kept.keep(show.id, seats, reason=key, until=until or show.starts_at, now=clock.now())


@pytest.fixture
def early(make: Factory) -> Performance:
    """Return a show that opens tomorrow at ten, with two seats kept for a unit's block."""
    show = make.performance(seats=6, opens_at=OPENS, starts_at=OPENS + timedelta(days=9))
    make.set_clock(OPENS - timedelta(days=1))
    assert keep(make, show, BLOCK, "ST-01-01", "ST-01-02") == 2
    return show


def granted(make: Factory, show: Performance, key: str = BLOCK, seats: int | None = None) -> Member:
    """Return a member with a grant that opens seats kept under a key."""
    member = make.member()
    make.grant(member, show, kind=GrantKind.BLOCK, opens=key, seats=seats)
    return member


def test_a_grant_opens_its_seats_before_the_opening_and_no_others(
    make: Factory, early: Performance
) -> None:
    member = granted(make, early)
    for codes in (["ST-01-03"], ["ST-01-02", "ST-01-03"]):
        with pytest.raises(SaleNotOpen):
            hold(member, early, *codes)
    assert not make.orders(member)
    assert seats_of(hold(member, early, "ST-01-01")) == ["ST-01-01"]
    with pytest.raises(SaleNotOpen):
        hold(make.member(), early, "ST-01-02")
    with pytest.raises(SeatTaken):
        hold(granted(make, early), early, "ST-01-01")


def test_together_before_the_opening_are_the_kept_ones(make: Factory, early: Performance) -> None:
    assert seats_of(hold(granted(make, early), early, count=2)) == ["ST-01-01", "ST-01-02"]
    with pytest.raises(SoldOut):
        hold(granted(make, early), early, count=1)


def test_kept_seats_that_lie_apart_are_given_all_the_same(make: Factory, booker: Booker) -> None:
    show = make.performance(seats=6)
    keep(make, show, "offer:77", "ST-01-02", "ST-01-05")
    member = granted(make, show, "offer:77", seats=2)
    assert seats_of(hold(member, show, count=2, kept="offer:77")) == ["ST-01-02", "ST-01-05"]


def test_who_asks_for_kept_seats_gets_no_others(make: Factory) -> None:
    show = make.performance(seats=4)
    keep(make, show, BLOCK, "ST-01-04")
    member = granted(make, show)
    with pytest.raises(NotKeptForYou):
        hold(make.member(), show, count=1, kept=BLOCK)
    with pytest.raises(SeatTaken):
        hold(member, show, "ST-01-01", kept=BLOCK)
    assert seats_of(hold(member, show, count=1, kept=BLOCK)) == ["ST-01-04"]
    with pytest.raises(SoldOut):
        hold(member, show, count=1, kept=BLOCK)


def test_after_sold_out_the_kept_seats_are_what_is_left(make: Factory) -> None:
    show = make.performance(seats=3)
    keep(make, show, BLOCK, "ST-01-03")
    hold(make.member(), show, count=2)
    with pytest.raises(SoldOut):
        hold(make.member(), show, count=1)
    assert seats_of(hold(granted(make, show), show, count=1)) == ["ST-01-03"]


def test_a_grant_is_for_so_many_seats_over_all_orders(make: Factory) -> None:
    show = make.performance(seats=6)
    keep(make, show, BLOCK, "ST-01-01", "ST-01-02", "ST-01-03")
    member = granted(make, show, seats=2)
    with pytest.raises(GrantUsedUp) as refused:
        hold(member, show, "ST-01-01", "ST-01-02", "ST-01-03")
    assert refused.value.values == {"left": 2}
    order = hold(member, show, "ST-01-01", "ST-01-06")  # a free one besides does not count
    hold(member, show, "ST-01-02")
    with pytest.raises(GrantUsedUp):
        hold(member, show, "ST-01-03")
    services.cancel(member, order.code)
    hold(member, show, "ST-01-03")


def test_the_limit_of_the_show_stays_in_force(make: Factory) -> None:
    show = make.performance(seats=6, seats_per_member=2)
    keep(make, show, BLOCK, "ST-01-01", "ST-01-02", "ST-01-03")
    with pytest.raises(TooManySeats):
        hold(granted(make, show), show, "ST-01-01", "ST-01-02", "ST-01-03")


def test_two_grants_of_a_key_add_up_and_one_without_limit_lifts_it() -> None:
    def left(*seats: int | None) -> object:
        return opened_by(Held(kind="code", key="code:9", seats=one, taken=1) for one in seats).left

    assert left(2, 3) == {"code:9": 4}
    assert left(1) == {"code:9": 0}
    assert left(2, None) == {}


@pytest.mark.parametrize(
    ("grant", "keys", "early"),
    [
        (Held(kind="wheelchair"), {"wheelchair", "companion"}, set()),
        (
            Held(kind="code", key="wheelchair"),
            {"wheelchair", "companion"},
            {"wheelchair", "companion"},
        ),
        (Held(kind="block", key="block:5"), {"block:5"}, {"block:5"}),
        (Held(kind="code"), set(), set()),
    ],
)
def test_what_a_grant_opens(grant: Held, keys: set[str], early: set[str]) -> None:
    opened = opened_by([grant])
    assert (set(opened.keys), set(opened.early)) == (keys, early)


def test_seats_for_who_comes_in_person_are_the_counters_until_their_release(make: Factory) -> None:
    show = make.performance(seats=3)
    release = show.starts_at - timedelta(hours=2)
    keep(make, show, KeptFor.IN_PERSON, "ST-01-01", "ST-01-02", "ST-01-03", until=release)
    with pytest.raises(SeatTaken):
        hold(make.member(), show, "ST-01-01")
    assert seats_of(hold(make.member(), show, "ST-01-01", at_counter=True)) == ["ST-01-01"]
    assert len(seats_of(hold(make.member(), show, count=1, at_counter=True))) == 1
    make.set_clock(release - timedelta(milliseconds=1))
    left = next(seat.code for seat in make.seats(show) if seat.id in _kept(show))
    with pytest.raises(SeatTaken):
        hold(make.member(), show, left)
    make.set_clock(release)
    hold(make.member(), show, left)


def _kept(show: Performance) -> set[int]:
    closed = queries.closed_seats(show.id, clock.now())
    return {seat_id for seat_id, key in closed.items() if key == KeptFor.IN_PERSON}


def test_returned_seats_are_nobodys_until_they_come_back(make: Factory) -> None:
    show = make.performance(seats=1)
    back = clock.now() + timedelta(minutes=7)
    keep(make, show, KeptFor.RETURNED, "ST-01-01", until=back)
    with pytest.raises(SeatTaken):
        hold(make.member(), show, "ST-01-01", at_counter=True)
    make.set_clock(back)
    hold(make.member(), show, "ST-01-01")


def test_what_is_let_go_is_everybodys_and_what_was_bought_of_it_stays(
    make: Factory, booker: Booker
) -> None:
    show = make.performance(seats=4)
    keep(make, show, BLOCK, "ST-01-01", "ST-01-02", "ST-01-03")
    keep(make, show, KeptFor.PRESS, "ST-01-04")
    member = granted(make, show)
    order = services.confirm(member, hold(member, show, "ST-01-01").code)
    seats = {seat.code: seat for seat in make.seats(show)}

    freed = kept.unkeep(show.id, now=clock.now(), reason=BLOCK)

    assert set(freed) == {seats["ST-01-02"].id, seats["ST-01-03"].id}
    assert kept.unkeep(show.id, now=clock.now(), reason=BLOCK) == []
    closed = queries.closed_seats(show.id, clock.now())
    assert closed == {seats["ST-01-01"].id: queries.TAKEN, seats["ST-01-04"].id: "press"}
    services.give_back(member, order.tickets[0].code)
    booker.hold(make.member(), show, "ST-01-01")
    assert kept.unkeep(show.id, [seats["ST-01-04"]], now=clock.now()) == [seats["ST-01-04"].id]


@pytest.fixture
def film(make: Factory) -> Performance:
    """Return a show of six places without seats, two of them kept for who comes in person."""
    show = make.performance(seats=6, seating=Seating.PLACES)
    keep_places(
        show.id,
        2,
        reason=KeptFor.IN_PERSON,
        until=show.starts_at - timedelta(hours=2),
        now=clock.now(),
    )
    return show


def places(order: Order) -> list[str | None]:
    """Return the key each place of an order was kept under."""
    return [claim.kept_for for claim in queries.live_claims(order, clock.now())]


def test_kept_places_are_not_sold_on_the_web_and_are_at_the_counter(
    make: Factory, film: Performance
) -> None:
    assert queries.taken_counts([film.id], clock.now()) == {film.id: 2}
    hold(make.member(), film, count=4)
    with pytest.raises(SoldOut):
        hold(make.member(), film, count=1)
    order = hold(make.member(), film, count=1, at_counter=True)
    assert places(order) == ["in_person"]
    with pytest.raises(SoldOut):
        hold(make.member(), film, count=2, at_counter=True)
    hold(make.member(), film, count=1, at_counter=True)


def test_kept_places_come_back_at_their_release(make: Factory, film: Performance) -> None:
    make.set_clock(film.starts_at - timedelta(hours=2, milliseconds=1))
    hold(make.member(), film, count=4)
    with pytest.raises(SoldOut):
        hold(make.member(), film, count=1)
    make.set_clock(film.starts_at - timedelta(hours=2))
    hold(make.member(), film, count=2)


def test_more_than_are_kept_are_taken_partly_from_the_others(
    make: Factory, film: Performance
) -> None:
    order = hold(make.member(), film, count=3, at_counter=True)
    assert sorted(map(str, places(order))) == ["None", "in_person", "in_person"]
    assert queries.taken_counts([film.id], clock.now()) == {film.id: 3}


def test_a_kept_place_given_back_is_kept_again(make: Factory, film: Performance) -> None:
    member = make.member()
    order = hold(member, film, count=1, at_counter=True)
    services.cancel(member, order.code)
    hold(make.member(), film, count=4)
    with pytest.raises(SoldOut):
        hold(make.member(), film, count=1)


def test_places_kept_for_a_block_are_taken_before_the_opening(make: Factory) -> None:
    show = make.performance(
        seats=6, seating=Seating.PLACES, opens_at=OPENS, starts_at=OPENS + timedelta(days=9)
    )
    make.set_clock(OPENS - timedelta(days=1))
    keep_places(show.id, 2, reason=BLOCK, until=show.starts_at, now=clock.now())
    member = granted(make, show, seats=3)
    with pytest.raises(SaleNotOpen):
        hold(member, show, count=3)
    assert places(hold(member, show, count=2)) == [BLOCK, BLOCK]


def test_a_wheelchair_place_comes_with_the_companion_seat_beside_it(make: Factory) -> None:
    kinds = {
        "ST-01-04": SeatType.WHEELCHAIR,
        "ST-01-05": SeatType.COMPANION,
        "ST-02-01": SeatType.WHEELCHAIR,
    }
    show = make.performance(seats=[6, 6], kinds=kinds)
    release = show.starts_at - timedelta(days=1)
    keep(make, show, KeptFor.WHEELCHAIR, *kinds, until=release)
    user = make.member()
    with pytest.raises(NotKeptForYou):
        hold(user, show, count=2, kept="wheelchair")
    make.grant(user)
    assert seats_of(hold(user, show, count=2, kept="wheelchair")) == ["ST-01-04", "ST-01-05"]
    other = make.member()
    make.grant(other)
    assert "ST-02-01" in seats_of(hold(other, show, count=2, kept="wheelchair"))
    third = make.member()
    make.grant(third)
    with pytest.raises(SoldOut):
        hold(third, show, count=1, kept="wheelchair")


def test_the_page_gives_what_is_kept_for_somebody_before_the_opening(
    make: Factory, early: Performance, client: FlaskClient
) -> None:
    member = granted(make, early, seats=1)
    make.sign_in(client, member)
    page = client.get(f"/performances/{early.id}").text
    assert "有1张票为您保留" in page
    assert 'name="kept" value="block:5"' in page
    assert 'value="2"' not in page.partition("为您保留")[2].partition("</form>")[0]
    sent = {"count": "1", "kept": BLOCK, "key": "kept-page-key"}
    assert client.post(f"/performances/{early.id}/hold", data=sent).status_code == 303
    told = client.get(f"/performances/{early.id}", headers={"Accept": "application/json"})
    assert told.get_json()["kept"] == []
