"""No single free seat is left over, and nobody is kept from the last seats by that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

from palace import clock
from palace.db import db
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.tickets import kept, services
from palace.tickets.errors import LeavesGap, SeatTaken
from palace.tickets.gaps import allowed_instead
from palace.tickets.keeping import KeptFor
from palace.tickets.neighbours import best_gapless_sets, best_sets
from palace.tickets.rules import Wish
from palace.venues.rules import PlanSeat, SeatType
from tests.factory import Factory
from tests.tickets.conftest import KEYS, Booker


def house(*rows: str) -> list[PlanSeat]:
    """Return the free seats of rows such as "oo.ooo|oo": `.` is not free, `|` an aisle."""
    seats: list[PlanSeat] = []
    for row, drawn in enumerate(rows, 1):
        block = 0
        for position, sign in enumerate(drawn):
            block += sign == "|"
            if sign == "o":
                seats.append(seat(row, position, block, len(seats)))
    return seats


def seat(row: int, position: int, block: int, ordinal: int) -> PlanSeat:
    """Return a seat of zone A."""
    return PlanSeat(
        id=row * 1000 + position,
        ordinal=row * 1000 + position,
        code=f"ST-{row:02}-{position:02}",
        section="ST",
        row=str(row),
        number=str(position),
        block=block,
        position=position,
        x=position * 55.0,
        y=row * 100.0,
        angle=0,
        zone="A",
        type=SeatType.SEAT,
        restricted=False,
        entrance="",
        score=ordinal,
        label_zh="",
        label_en="",
        door_zh="",
        door_en="",
    )


def chosen(free: Sequence[PlanSeat], *places: tuple[int, int]) -> list[PlanSeat]:
    """Return seats by row and position."""
    return [one for one in free if (int(one.row), one.position) in places]


@pytest.mark.parametrize(
    ("rows", "places", "instead"),
    [
        (["ooooo"], [(1, 0), (1, 1)], None),
        (["ooooo"], [(1, 1), (1, 2)], [(1, 0), (1, 1)]),  # would leave the first
        (["ooooo"], [(1, 0)], None),
        (["ooooo"], [(1, 1)], [(1, 0)]),
        (["ooo"], [(1, 0), (1, 1), (1, 2)], None),
        (["oooo", "ooo"], [(1, 0), (1, 1), (1, 2)], [(2, 0), (2, 1), (2, 2)]),
        (["oooo"], [(1, 0), (1, 1), (1, 2)], None),  # three together leave one wherever
        (["oo", "oo"], [(1, 0)], None),  # one leaves one wherever
        (["oo", "ooo"], [(1, 0)], [(2, 0)]),
        (["o.oo"], [(1, 2), (1, 3)], None),  # the single one was there before
        (["o.oo", "o"], [(1, 2)], [(1, 0)]),
        (["oo|oo", "ooo"], [(1, 1)], [(2, 0)]),  # an aisle parts neighbours
        (["ooooo"], [(1, 0), (1, 2)], [(1, 0), (1, 1)]),  # a hole between one's own
        (["ooooooo"], [(1, 0), (1, 1), (1, 5), (1, 6)], None),
        (["ooooooo"], [(1, 0), (1, 1), (1, 4), (1, 5)], [(1, 0), (1, 1), (1, 5), (1, 6)]),
    ],
)
def test_what_may_be_chosen(
    rows: list[str], places: list[tuple[int, int]], instead: list[tuple[int, int]] | None
) -> None:
    free = house(*rows)
    told = allowed_instead(free, chosen(free, *places))
    assert [(int(one.row), one.position) for one in told] == (instead or [])


HOUSES = some.lists(some.text("oo.|", min_size=1, max_size=9), min_size=1, max_size=4)


@given(HOUSES, some.integers(1, 5))
def test_where_so_many_stand_together_some_so_many_are_always_allowed(
    rows: list[str], count: int
) -> None:
    free = house(*rows)
    together = best_sets(free, count, 1000)
    found = best_gapless_sets(free, count, 1000)
    assert bool(found) == bool(together)
    assert all(allowed_instead(free, seats) == [] for seats in found)


@given(HOUSES, some.integers(1, 5), some.randoms(use_true_random=False))
def test_what_is_offered_instead_is_free_as_many_and_allowed(
    rows: list[str], count: int, chance: object
) -> None:
    free = house(*rows)
    for wanted in best_sets(free, count, 1000):
        instead = allowed_instead(free, wanted)
        if instead:
            assert len(instead) == count
            assert set(instead) <= set(free)
            assert allowed_instead(free, instead) == []


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show of one row of five that leaves no single seat."""
    show = make.performance(seats=5)
    show.no_single_gap = True
    db.session.flush()
    return show


def hold(make: Factory, show: Performance, *codes: str, **wish: object) -> list[str]:
    """Hold seats for somebody new; return their codes."""
    asked = Wish(seats=tuple((code, None) for code in codes), **wish)  # type: ignore[arg-type]  # words of a wish
    with db.session.begin_nested():
        order = services.hold(make.member(), show.id, asked, key=f"gap-key-{next(KEYS)}")
    return [claim.seat.code for claim in order.claims if claim.seat]


def test_a_choice_that_leaves_one_seat_is_refused_with_the_nearest(
    make: Factory, show: Performance
) -> None:
    with pytest.raises(LeavesGap) as refused:
        hold(make, show, "ST-01-02")
    assert [one.code for one in refused.value.values["seats"]] == ["ST-01-01"]  # type: ignore[attr-defined]  # seats
    assert hold(make, show, "ST-01-02", leave_gap=True) == ["ST-01-02"]


def test_without_the_rule_any_choice_stands(make: Factory) -> None:
    assert hold(make, make.performance(seats=5), "ST-01-02") == ["ST-01-02"]


def test_kept_seats_are_not_free_and_lapsed_holds_are(make: Factory, show: Performance) -> None:
    first, *_, last = make.seats(show)
    kept.keep(show.id, [first], reason=KeptFor.PRESS, until=show.starts_at, now=clock.now())
    hold(make, show, "ST-01-02", "ST-01-03")  # the kept one beside them is no gap
    make.set_clock(clock.now() + timedelta(minutes=15))
    with pytest.raises(LeavesGap):
        hold(make, show, "ST-01-03")
    with pytest.raises(SeatTaken):
        hold(make, show, first.code)
    assert hold(make, show, last.code) == [last.code]


def test_seats_found_for_somebody_leave_none_behind(make: Factory, show: Performance) -> None:
    assert hold(make, show, count=3) in (
        ["ST-01-01", "ST-01-02", "ST-01-03"],
        ["ST-01-03", "ST-01-04", "ST-01-05"],
    )
    assert len(hold(make, show, count=1)) == 1  # of two left, one leaves one: allowed
    assert len(hold(make, show, count=1)) == 1


def test_the_page_offers_the_nearest_choice_and_staff_may_keep_theirs(
    make: Factory, show: Performance, client: FlaskClient, booker: Booker
) -> None:
    member = make.member()
    make.sign_in(client, member)
    path = f"/performances/{show.id}/hold"
    sent = {"seats": "ST-01-02", "key": "gap-page-key"}

    page = client.post(path, data=sent)
    assert page.status_code == 409
    assert 'name="seats" value="ST-01-01"' in page.text
    assert "leave_gap" not in page.text
    told = client.post(path, data=sent, headers={"Accept": "application/json"}).get_json()
    assert (told["code"], told["seats"]) == ("leaves_gap", ["ST-01-01"])
    assert client.post(path, data=sent | {"leave_gap": "1"}).status_code == 409

    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    page = client.post(path, data=sent)
    assert 'name="leave_gap" value="1"' in page.text
    assert client.post(path, data=sent | {"leave_gap": "1"}).status_code == 303


def test_who_changes_seats_leaves_no_single_one_either(make: Factory, show: Performance) -> None:
    member = make.member()
    order = services.hold(
        member, show.id, Wish(seats=(("ST-01-01", None),)), key=f"gap-{next(KEYS)}"
    )
    code = services.confirm(member, order.code).tickets[0].code
    with pytest.raises(LeavesGap) as refused, db.session.begin_nested():
        services.change_seat(member, code, "ST-01-02")  # the own one would stand alone
    assert [one.code for one in refused.value.values["seats"]] == ["ST-01-03"]  # type: ignore[attr-defined]  # seats
    with pytest.raises(LeavesGap), db.session.begin_nested():
        services.change_seat(member, code, "ST-01-04")
    assert services.change_seat(member, code, "ST-01-05").seat_id == make.seats(show)[4].id
    changed = services.change_seat(member, code, "ST-01-02", at_counter=True)
    assert changed.seat_id == make.seats(show)[1].id


def test_a_seat_that_stays_kept_once_it_is_left_is_no_gap(make: Factory, show: Performance) -> None:
    member = make.member()
    first = make.seats(show)[0]
    kept.keep(show.id, [first], reason=KeptFor.PRESS, until=show.starts_at, now=clock.now())
    make.grant(member, show, opens=KeptFor.PRESS)
    order = services.hold(
        member, show.id, Wish(seats=((first.code, None),)), key=f"gap-{next(KEYS)}"
    )
    code = services.confirm(member, order.code).tickets[0].code
    assert services.change_seat(member, code, "ST-01-02").seat_id == make.seats(show)[1].id
