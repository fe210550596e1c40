"""Changing to another seat: what the rules refuse, what follows the ticket, what dies with the old seat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.door import services as door
from palace.door.rules import Reason, Verdict
from palace.members.models import AuditLine, Member
from palace.members.rules import Role
from palace.money import Fen
from palace.notices.models import Notice
from palace.programme.models import Performance, Price
from palace.programme.rules import IdentityPolicy, Seating
from palace.tickets import kept, queries, services
from palace.tickets.errors import (
    AlreadyAdmitted,
    GrantUsedUp,
    NoSeatToChange,
    OtherPrice,
    SaleClosed,
    SaleNotOpen,
    SeatTaken,
    SoldOut,
    TicketGone,
    TooLateToChange,
    UnknownSeat,
)
from palace.tickets.models import Entrant, Ticket
from palace.tickets.services.changes import costs_the_same
from palace.tickets.services.freed import on_freed
from palace.tickets.tokens import ticket_token
from palace.venues.rules import SeatType
from tests.factory import Factory
from tests.tickets.conftest import Booker
from tests.tickets.test_entrants import adult


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a free show of two rows."""
    return make.performance(seats=[4, 4])


@pytest.fixture
def member(make: Factory) -> Member:
    """Return a member."""
    return make.member()


def ticket_for(booker: Booker, member: Member, show: Performance, seat: str) -> Ticket:
    """Return a member's ticket for a seat."""
    order = booker.book(member, show, seat)
    return next(one for one in order.tickets if one.seat and one.seat.code == seat)


def sold(make: Factory, show: Performance) -> set[str]:
    """Return the seats that are somebody's."""
    now = clock.now()
    return {
        one.seat.code
        for one in make.claims(show)
        if one.seat and (one.held_until is None or one.held_until > now)
    }


def test_the_new_seat_is_mine_and_the_old_one_free(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    before = (ticket.code, ticket.issue, ticket.collection_code, ticket_token(ticket))

    changed = services.change_seat(member, ticket.code, "ST-02-03")

    assert changed.seat
    assert changed.seat.code == "ST-02-03"
    assert (changed.code, changed.issue) == (before[0], before[1] + 1)
    assert changed.collection_code != before[2]
    assert ticket_token(changed) != before[3]
    assert sold(make, show) == {"ST-02-03"}
    assert booker.book(make.member(), show, "ST-01-01").tickets


def test_a_seat_before_the_own_one_is_taken_as_well(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-02-03")

    services.change_seat(member, ticket.code, "ST-01-01")

    assert sold(make, show) == {"ST-01-01"}


def test_back_and_forth_ends_where_it_began(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")

    for seat in ("ST-01-02", "ST-01-01", "ST-01-02"):
        services.change_seat(member, ticket.code, seat)

    assert (ticket.issue, sold(make, show)) == (4, {"ST-01-02"})


def test_repeating_changes_nothing(booker: Booker, show: Performance, member: Member) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")

    services.change_seat(member, ticket.code, "ST-01-02")
    services.change_seat(member, ticket.code, "ST-01-02")

    assert ticket.issue == 2


def test_it_is_told_noted_and_passed_on(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket, freed = ticket_for(booker, member, show, "ST-01-01"), []
    left = ticket.seat_id
    on_freed["test"] = lambda performance_id, seats, _: freed.append((performance_id, list(seats)))
    try:
        services.change_seat(member, ticket.code, "ST-01-02")
    finally:
        del on_freed["test"]

    assert freed == [(show.id, [left])]
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "seat_changed")).one()
    assert (line.before, line.after) == ({"seat": "ST-01-01"}, {"seat": "ST-01-02"})
    notice = db.session.scalars(select(Notice).where(Notice.kind == "seat_changed")).one()
    assert notice.values["seat"]["zh"] == "池座1排2座"


def test_the_door_takes_the_new_qr_only(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    old, digits = ticket_token(ticket), ticket.collection_code
    show.doors_at = clock.now() - timedelta(minutes=1)
    services.change_seat(member, ticket.code, "ST-01-02")

    assert door.admit(show.id, old, "main").reason is Reason.REPLACED
    typed = door.admit(show.id, digits + (member.phone or "")[-4:], "main")
    assert typed.reason is Reason.UNKNOWN_CODE
    assert door.admit(show.id, ticket_token(ticket), "main").verdict is Verdict.ADMITTED
    with pytest.raises(AlreadyAdmitted):
        services.change_seat(member, ticket.code, "ST-01-03")


def test_a_taken_a_held_an_own_and_an_unknown_seat_are_refused(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    booker.book(member, show, "ST-02-01")
    booker.book(make.member(), show, "ST-02-02")
    booker.hold(make.member(), show, "ST-02-03")

    for seat in ("ST-02-01", "ST-02-02", "ST-02-03"):
        with pytest.raises(SeatTaken):
            services.change_seat(member, ticket.code, seat)
    with pytest.raises(UnknownSeat):
        services.change_seat(member, ticket.code, "ST-09-09")


def test_two_tickets_of_one_order_do_not_end_on_one_seat(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    order = booker.book(member, show, "ST-01-01", "ST-01-02")
    first, second = order.tickets

    with pytest.raises(SeatTaken):
        services.change_seat(member, first.code, second.seat.code if second.seat else "")


def test_the_cut_off_is_a_figure_of_the_house(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    make.rules().exchange_before_minutes = 90
    ticket = ticket_for(booker, member, show, "ST-01-01")
    until = show.starts_at - timedelta(minutes=90)

    make.set_clock(until - timedelta(milliseconds=1))
    services.change_seat(member, ticket.code, "ST-01-02")
    make.set_clock(until)
    with pytest.raises(TooLateToChange):
        services.change_seat(member, ticket.code, "ST-01-03")


def test_before_the_opening_nobody_changes_to_a_public_seat(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    show.sale_opens_at = clock.now() + timedelta(days=1)
    make.add(show)

    with pytest.raises(SaleNotOpen):
        services.change_seat(member, ticket.code, "ST-01-02")


def test_a_cancelled_show_a_returned_ticket_and_places_without_numbers(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    other = ticket_for(booker, member, show, "ST-01-02")
    services.give_back(member, other.code)
    places = make.performance(seats=3, seating=Seating.PLACES)
    placed = booker.book(member, places, count=1).tickets[0]

    with pytest.raises(TicketGone):
        services.change_seat(member, other.code, "ST-01-03")
    with pytest.raises(NoSeatToChange):
        services.change_seat(member, placed.code, "ST-01-03")
    show.cancelled_at = clock.now()
    make.add(show)
    with pytest.raises(SaleClosed):
        services.change_seat(member, ticket.code, "ST-01-03")


def test_only_to_a_seat_of_the_same_price_and_as_it_was_sold(
    make: Factory, booker: Booker, member: Member
) -> None:
    show = make.performance(seats=[2, 2], prices={"public": 3000})
    free = make.tier("free")
    for zone, amount in (("A", 0), ("B", 0)):
        make.add(Price(performance_id=show.id, zone=zone, tier_id=free.id, amount=Fen(amount)))
    ticket = ticket_for(booker, member, show, "ST-01-01")
    claim = next(one for one in make.claims(show) if one.held_until is None)
    claim.fund = "the fund of then"
    make.add(claim)

    services.change_seat(member, ticket.code, "ST-02-01")
    db.session.expire_all()
    now_mine = next(one for one in make.claims(show) if one.held_until is None)
    assert (now_mine.price, now_mine.face_price, now_mine.fund, now_mine.zone) == (
        0,
        3000,
        "the fund of then",
        "B",
    )
    for price in db.session.scalars(select(Price).where(Price.tier_id == free.id)):
        price.amount = Fen(1000 if price.zone == "A" else 0)
    db.session.flush()
    with pytest.raises(OtherPrice):
        services.change_seat(member, ticket.code, "ST-01-01")
    assert services.change_seat(member, ticket.code, "ST-02-02").price == 0


def test_what_costs_the_same() -> None:
    amounts = {"A": Fen(0), "B": Fen(0), "C": Fen(100)}
    assert costs_the_same(amounts, "A", "B")
    assert not costs_the_same(amounts, "A", "C")
    assert costs_the_same({}, "A", "A")
    assert not costs_the_same({"B": Fen(0)}, "A", "B")


def test_a_full_zone_is_full_for_who_changes_too(
    make: Factory, booker: Booker, member: Member
) -> None:
    show = make.performance(seats=[3, 3], quotas={"zone:B": 1})
    ticket = ticket_for(booker, member, show, "ST-01-01")
    booker.book(make.member(), show, "ST-02-01")

    with pytest.raises(SoldOut):
        services.change_seat(member, ticket.code, "ST-02-02")


def test_a_grant_opens_another_of_its_seats_but_no_more_than_it_has(make: Factory) -> None:
    show = make.performance(seats=4)
    press = make.seats(show)[:2]
    kept.keep(show.id, press, reason="press", until=show.starts_at, now=clock.now())
    member = make.member()
    make.grant(member, show, opens="press", seats=1)
    booker = Booker()
    by_grant = booker.book(member, show, "ST-01-01").tickets[0]
    own = booker.book(member, show, "ST-01-03").tickets[0]

    with pytest.raises(GrantUsedUp), db.session.begin_nested():
        services.change_seat(member, own.code, "ST-01-02")
    assert services.change_seat(member, by_grant.code, "ST-01-02").id == by_grant.id


def test_a_quota_lowered_later_lets_change_inside_the_zone(
    make: Factory, booker: Booker, member: Member
) -> None:
    show = make.performance(seats=[3, 3], quotas={"house": 6})
    ticket = ticket_for(booker, member, show, "ST-01-01")
    for quota in make.quotas(show):
        quota.seats = 0
    db.session.flush()

    assert services.change_seat(member, ticket.code, "ST-01-02").issue == 2


def test_a_kept_wheelchair_place_only_opens_to_who_may(
    make: Factory, booker: Booker, member: Member
) -> None:
    show = make.performance(seats=[3], kinds={"ST-01-03": SeatType.WHEELCHAIR})
    kept = [seat for seat in make.seats(show) if seat.code == "ST-01-03"]
    services.keep(show, kept, reason="wheelchair", until=show.starts_at)  # type: ignore[arg-type]  # the word
    ticket = ticket_for(booker, member, show, "ST-01-01")

    with pytest.raises(SeatTaken):
        services.change_seat(member, ticket.code, "ST-01-03")
    make.grant(member, show)
    assert services.change_seat(member, ticket.code, "ST-01-03").issue == 2
    services.change_seat(member, ticket.code, "ST-01-02")
    assert queries.closed_seats(show.id, clock.now())[kept[0].id] == "wheelchair"  # kept again


def test_who_comes_in_follows_the_seat(
    make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    show.identity_policy, show.one_per_identity = IdentityPolicy.EVERY_ENTRANT, True
    make.add(show)
    order = booker.hold(member, show, "ST-01-01")
    ticket = services.confirm(member, order.code, [adult()]).tickets[0]

    for seat in ("ST-01-02", "ST-01-01", "ST-01-03"):
        services.change_seat(member, ticket.code, seat)

    entrant = db.session.scalars(select(Entrant)).one()
    assert entrant.claim_id == ticket.claim_id
    found = queries.entrant_of(ticket)
    assert found is not None
    assert found.id == entrant.id


def test_somebody_else_s_ticket_is_not_found(
    client: FlaskClient, make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-01")
    make.sign_in(client, make.member())

    path = f"/tickets/{ticket.code}/seat"
    assert client.get(path).status_code == 404
    assert client.post(path, data={"seats": "ST-01-02"}).status_code == 404


def test_the_page_lists_the_nearest_first_and_the_rows_without_scripts(
    client: FlaskClient, make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-02")
    make.sign_in(client, member)

    page = client.get(f"/tickets/{ticket.code}/seat").text
    assert 'value="ST-01-01" checked' in page
    assert 'id="map"' in page
    rows = client.get(f"/tickets/{ticket.code}/seat?list=1").text
    assert rows.count('type="radio"') == 7
    assert "换座" in client.get(f"/tickets/{ticket.code}").text


def test_a_refusal_is_told_on_the_page_with_its_status(
    client: FlaskClient, make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-02")
    booker.book(make.member(), show, "ST-01-01")
    make.sign_in(client, member)
    path = f"/tickets/{ticket.code}/seat"

    taken = client.post(path, data={"seats": "ST-01-01"})
    assert (taken.status_code, "刚被别人选走" in taken.text) == (409, True)
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"seats": ["ST-01-03", "ST-01-04"]}).status_code == 422
    done = client.post(path, data={"seats": "ST-01-03"})
    assert done.headers["Location"].endswith(f"/tickets/{ticket.code}")
    assert "池座1排3座" in client.get(done.headers["Location"]).text


def test_staff_change_for_who_stands_before_them(
    client: FlaskClient, make: Factory, booker: Booker, show: Performance, member: Member
) -> None:
    ticket = ticket_for(booker, member, show, "ST-01-02")
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)

    done = client.post(f"/tickets/{ticket.code}/seat", data={"seats": "ST-01-01"})

    assert done.status_code == 303
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "seat_changed")).one()
    assert line.after
    assert line.after["acted_for"] == f"member:{member.id}"
