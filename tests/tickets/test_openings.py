"""Who may book from when: each opening to the millisecond, on every path a seat is taken by."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask.testing import FlaskClient

from palace.db import db
from palace.members.rules import Role
from palace.members.units import UnitKind
from palace.programme.models import Performance
from palace.programme.rules import SeatChoice
from palace.tickets.errors import SaleNotOpen, SeatsAssigned
from palace.tickets.terms import terms_of
from tests.factory import Factory
from tests.tickets.conftest import Booker

PUBLIC = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
MEMBERS = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
UNIT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
KEYS = itertools.count(1)


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show that opens for members a day before the public."""
    show = make.performance(
        seats=6,
        prices={"free": 0, "public": 3000},
        opens_at=PUBLIC,
        starts_at=PUBLIC + timedelta(days=9),
    )
    make.opening(show, MEMBERS)
    return show


def in_a_savepoint(act: Callable[[], object]) -> object:
    """Do something whose refusal leaves the test's transaction whole."""
    with db.session.begin_nested():
        return act()


def test_the_earliest_opening_that_fits_decides(
    make: Factory, booker: Booker, show: Performance
) -> None:
    district = make.unit("城区总工会", UnitKind.DISTRICT)
    member, other, stranger = make.member(), make.member(), make.member(valid=False)
    member.roster_entry.unit_id = make.unit("环卫工会", parent=district).id  # type: ignore[union-attr]  # they are on a roster
    make.opening(show, UNIT, district)
    openings = [(member, UNIT), (other, MEMBERS), (stranger, PUBLIC), (None, PUBLIC)]

    for who, opens_at in openings:
        assert terms_of(who, show.id).opens_at == opens_at
        if who is None:
            continue
        make.set_clock(opens_at - MOMENT)
        with pytest.raises(SaleNotOpen) as refused:
            in_a_savepoint(partial(booker.hold, who, show, count=1))
        assert refused.value.values["opens_at"] == opens_at
        make.set_clock(opens_at)
        booker.hold(who, show, count=1)


def test_a_union_beside_or_above_the_one_named_is_not_let_in_early(
    make: Factory, show: Performance
) -> None:
    above, beside = make.unit("市总工会", UnitKind.FEDERATION), make.unit("公交工会")
    named = make.unit("出租工会", parent=above)
    make.opening(show, UNIT, named)
    for unit, opens_at in ((named, UNIT), (beside, MEMBERS), (above, MEMBERS)):
        member = make.member()
        member.roster_entry.unit_id = unit.id  # type: ignore[union-attr]  # they are on a roster
        assert terms_of(member, show.id).opens_at == opens_at


def test_a_membership_that_ran_out_waits_for_the_public(make: Factory, show: Performance) -> None:
    member = make.member()
    member.roster_entry.valid_until = datetime(2020, 1, 1, tzinfo=UTC).date()  # type: ignore[union-attr]  # they are on a roster
    db.session.flush()
    assert terms_of(member, show.id).opens_at == PUBLIC


def test_an_opening_later_than_the_public_one_keeps_nobody_out(
    make: Factory, show: Performance
) -> None:
    late = make.performance(opens_at=UNIT, starts_at=show.starts_at)
    make.opening(late, MEMBERS)
    assert terms_of(make.member(), late.id).opens_at == UNIT


PATHS = {
    "named": {"seats": "ST-01-01"},
    "together": {"count": "2"},
    "named and confirmed": {"seats": "ST-01-01", "confirm": "1"},
    "together and confirmed": {"count": "2", "confirm": "1"},
}


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("wish", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("at_counter", [False, True], ids=["by phone", "at the counter"])
def test_one_millisecond_early_is_refused_and_the_instant_is_not(
    make: Factory,
    client: FlaskClient,
    show: Performance,
    *,
    wish: dict[str, str],
    accept: str,
    at_counter: bool,
) -> None:
    member = make.member()
    make.grant(member)  # a wheelchair user's word opens no show
    if at_counter:
        make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    else:
        make.sign_in(client, member)
    later = MEMBERS + timedelta(days=400)
    db.session.execute(db.text("UPDATE sign_ins SET expires_at = :at"), {"at": later})
    db.session.execute(
        db.text("UPDATE sign_ins SET acting_until = :at WHERE acting_for IS NOT NULL"),
        {"at": later},
    )

    def hold() -> int:
        sent = {"key": f"opening-key-{next(KEYS)}", **wish}
        path = f"/performances/{show.id}/hold"
        return client.post(path, data=sent, headers={"Accept": accept}).status_code

    make.set_clock(MEMBERS - MOMENT)
    assert hold() == 409
    assert not make.claims(show)
    make.set_clock(MEMBERS)
    assert hold() in {201, 303}
    assert len(make.claims(show)) == int(wish.get("count", 1))


def test_where_seats_are_given_out_none_can_be_named(
    make: Factory, booker: Booker, client: FlaskClient
) -> None:
    show = make.performance(seats=6)
    show.choice = SeatChoice.ASSIGNED
    db.session.flush()
    member = make.member()
    with pytest.raises(SeatsAssigned):
        in_a_savepoint(lambda: booker.hold(member, show, "ST-01-01"))
    assert len(booker.hold(member, show, count=2).claims) == 2

    make.sign_in(client, member)
    answer = client.post(
        f"/performances/{show.id}/hold",
        json={"key": "assigned-key", "seats": ["ST-01-05"]},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json["code"]) == (409, "seats_assigned")  # type: ignore[index]  # it is a problem
