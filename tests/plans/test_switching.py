"""Another plan under a show: everybody keeps their seat and price, or nothing changes and it is told why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.errors import PalaceError
from palace.members.models import Member
from palace.members.rules import Role
from palace.plans import services
from palace.plans.rules import Hindrance
from palace.programme.models import Performance, Price
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import KeptFor, Wish
from palace.venues.models import Seat, SeatingPlan
from palace.venues.rules import SeatType
from tests.factory import Factory
from tests.plans.conftest import ASK


def other_plan(
    make: Factory, performance: Performance, rows: list[int], **changes: Mapping[str, object]
) -> SeatingPlan:
    """Return another plan of the hall; `changes` are of seats by code, with _ for -."""
    plan = make.plan(performance.space, rows)
    for code, values in changes.items():
        wanted = select(Seat).where(Seat.plan_id == plan.id, Seat.code == code.replace("_", "-"))
        seat = db.session.scalars(wanted).one()
        for name, value in values.items():
            setattr(seat, name, value)
    db.session.flush()
    return plan


def book(make: Factory, performance: Performance, *codes: str, confirm: bool = True) -> Member:
    member = make.member()
    wish = Wish(seats=tuple((code, None) for code in codes))
    tickets.hold(member, performance.id, wish, key=f"switch-{member.id}", confirm=confirm)
    return member


def seats_of(performance: Performance) -> dict[str, int]:
    """Return the plan of each seat somebody has, by its code."""
    wanted = select(Seat.code, Seat.plan_id).join(Claim, Claim.seat_id == Seat.id)
    return dict(db.session.execute(wanted.where(Claim.performance_id == performance.id)).all())


def refused(performance: Performance, plan: SeatingPlan) -> Any:
    with pytest.raises(PalaceError) as refusal:
        services.switch(performance.id, plan.id, performance.plan_id or 0)
    return refusal.value


def test_sold_held_and_kept_seats_move_along(make: Factory) -> None:
    performance = make.performance(seats=[4, 4])
    book(make, performance, "ST-01-01", "ST-01-02")
    book(make, performance, "ST-02-01", confirm=False)
    seats = make.seats(performance)
    tickets.keep(
        performance, [seats[6]], reason=KeptFor.HOUSE, until=clock.now() + timedelta(hours=1)
    )
    plan = other_plan(make, performance, [6, 5])

    moved = services.switch(performance.id, plan.id, performance.plan_id or 0)

    assert moved == 4
    assert (performance.plan_id, performance.capacity) == (plan.id, 11)
    taken = ("ST-01-01", "ST-01-02", "ST-02-01", "ST-02-03")
    assert seats_of(performance) == dict.fromkeys(taken, plan.id)
    sold = select(Seat.code, Seat.plan_id).join(Ticket, Ticket.seat_id == Seat.id)
    assert {row.plan_id for row in db.session.execute(sold)} == {plan.id}
    book(make, performance, "ST-01-06")
    with pytest.raises(PalaceError):
        book(make, performance, "ST-01-01")


def test_the_price_stays_what_it_was(make: Factory) -> None:
    performance = make.performance(seats=[2, 2], prices={"member": 3000})
    book(make, performance, "ST-01-01", confirm=False)
    plan = other_plan(make, performance, [2, 2], ST_01_01={"zone": "B"})

    services.switch(performance.id, plan.id, performance.plan_id or 0)

    claim = make.claims(performance)[0]
    assert (claim.zone, claim.price, claim.face_price) == ("B", 3000, 3000)


def test_a_returned_ticket_or_a_lapsed_hold_is_in_nobodys_way(make: Factory) -> None:
    performance = make.performance(seats=[3])
    member = book(make, performance, "ST-01-03")
    tickets.give_back(member, make.tickets(performance)[0].code)
    late = book(make, performance, "ST-01-02", confirm=False)
    make.set_clock(clock.now() + timedelta(minutes=16))
    plan = other_plan(make, performance, [1])

    services.switch(performance.id, plan.id, performance.plan_id or 0)

    assert performance.plan_id == plan.id
    assert late


@pytest.mark.parametrize(
    ("rows", "changes", "why"),
    [
        ([1], {}, Hindrance.MISSING),
        ([4], {"ST_01_02": {"number": "9", "label_zh": "9座"}}, Hindrance.NAME),
        ([4], {"ST_01_02": {"type": SeatType.WHEELCHAIR}}, Hindrance.TYPE),
        ([4], {"ST_01_02": {"zone": "B"}}, Hindrance.PRICE),
    ],
)
def test_a_seat_somebody_has_forbids_a_plan_without_it(
    make: Factory, rows: list[int], changes: dict[str, Any], why: Hindrance
) -> None:
    performance = make.performance(seats=[4], prices={"member": 3000})
    wanted = select(Price).where(Price.performance_id == performance.id, Price.zone == "B")
    db.session.scalars(wanted).one().amount = 5000  # type: ignore[assignment]  # fen
    book(make, performance, "ST-01-02", confirm=False)
    plan, before = other_plan(make, performance, rows, **changes), performance.plan_id

    refusal = refused(performance, plan)

    assert refusal.code == "plan_seats_in_the_way"
    found = refusal.seats
    assert [(one.seat.code, one.why) for one in found] == [("ST-01-02", why)]
    assert found[0].order.endswith("…")
    assert len(found[0].order) == 5
    assert performance.plan_id == before
    assert set(seats_of(performance).values()) == {before}


def test_other_plans_that_cannot_be_are_refused(make: Factory) -> None:
    performance, elsewhere = make.performance(), make.performance()
    own = db.session.get_one(SeatingPlan, performance.plan_id)
    foreign = db.session.get_one(SeatingPlan, elsewhere.plan_id)
    gone = other_plan(make, performance, [2])
    gone.retired_at = clock.now()
    db.session.flush()

    for plan in (own, foreign, gone):
        assert refused(performance, plan).code == "plan_not_for_it"


def test_a_zone_without_a_price_is_told(make: Factory) -> None:
    performance = make.performance(seats=[2])
    plan = other_plan(make, performance, [2], ST_01_02={"zone": "Z"})
    plan.drawing = plan.drawing | {
        "zones": [*plan.drawing["zones"], {"code": "Z", "name": {"zh": "包厢区", "en": "Boxes"}}]
    }
    db.session.flush()

    refusal = refused(performance, plan)

    assert (refusal.code, refusal.values["zones"]) == ("plan_zones_unpriced", ["包厢区"])


def test_begun_and_cancelled_shows_stay_as_they_are(make: Factory) -> None:
    performance = make.performance()
    plan = other_plan(make, performance, [2])
    performance.cancelled_at = clock.now()
    db.session.flush()
    assert refused(performance, plan).code == "plan_too_late"
    performance.cancelled_at = None
    db.session.flush()
    make.set_clock(performance.starts_at)
    assert refused(performance, plan).code == "plan_too_late"


def test_back_and_forth_loses_nothing(make: Factory) -> None:
    performance = make.performance(seats=[4])
    first = performance.plan_id or 0
    book(make, performance, "ST-01-01")
    member = book(make, performance, "ST-01-04")
    (mine,) = [one for one in make.tickets(performance) if one.member_id == member.id]
    tickets.give_back(member, mine.code)
    small = other_plan(make, performance, [2])
    large = other_plan(make, performance, [5])

    for plan_id in (small.id, large.id):
        services.switch(performance.id, plan_id, performance.plan_id or 0)
    book(make, performance, "ST-01-04")
    services.switch(performance.id, first, performance.plan_id or 0)

    assert seats_of(performance) == {"ST-01-01": first, "ST-01-04": first}


def test_the_page_says_who_would_lose_a_seat(client: FlaskClient, make: Factory) -> None:
    performance = make.performance(seats=[4])
    book(make, performance, "ST-01-04")
    small, large = other_plan(make, performance, [2]), other_plan(make, performance, [9])
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path, seen = f"/staff/plans/performances/{performance.id}", str(performance.plan_id)

    told = client.get(path, headers=ASK).json
    assert told is not None
    assert {one["plan"]: (one["hindered"], one["may"]) for one in told["choices"]} == {
        small.id: (1, False),
        large.id: (0, True),
    }
    page = client.post(path, data={"plan": str(small.id), "seen": seen})
    assert page.status_code == 409
    assert "池座1排4座" in page.text
    assert "新图上没有" in page.text
    assert make.orders(db.session.scalars(select(Member)).one())[0].code not in page.text
    problem = client.post(path, json={"plan": small.id, "seen": seen}, headers=ASK).json
    assert problem is not None
    assert problem["fields"] == {"ST-01-04": "新图上没有"}
    assert client.post(path, data={"plan": str(large.id), "seen": seen}).status_code == 303
    late = client.post(path, data={"plan": str(small.id), "seen": seen})
    assert late.status_code == 409
    assert "刚有别人换过" in late.text
