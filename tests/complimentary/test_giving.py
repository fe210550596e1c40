"""Complimentary tickets: what is given, to whom, out of which seats, and what rules still hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.complimentary import services
from palace.complimentary.errors import (
    AlreadyDecided,
    AnotherConfirms,
    PersonAmbiguous,
    PersonUnknown,
    PlacesTaken,
    SeatsMismatch,
    ShowClosed,
)
from palace.complimentary.models import Complimentary
from palace.complimentary.rules import TIER, GivenState
from palace.db import db
from palace.members.models import AuditLine, Member
from palace.money import FREE
from palace.programme.models import Price
from palace.programme.rules import IdentityPolicy, Qualifies, Seating
from palace.tickets import printing
from palace.tickets import services as tickets
from palace.tickets.errors import NotForYou, SoldOut
from palace.tickets.kept import keep
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.queries import closed_seats
from palace.tickets.rules import OrderState, TicketState, Wish
from palace.tickets.terms import free_used
from tests.complimentary.conftest import give, line_of
from tests.factory import Factory


def ticket_of(member: Member) -> Ticket:
    """Return the one valid ticket of a member."""
    mine = (Ticket.member_id == member.id, Ticket.state == TicketState.VALID)
    return db.session.scalars(select(Ticket).where(*mine)).one()


def order_of(given: Complimentary, number: int = 0) -> Order:
    """Return the order of somebody something was given to."""
    return db.session.get_one(Order, given.people[number].order_id)


def test_a_guest_has_a_ticket_that_costs_nothing_and_says_so(make: Factory) -> None:
    show, guest = make.performance(seats=4, prices={"public": 3000}), make.member(valid=False)
    given = give(show, guest)
    ticket = ticket_of(guest)
    assert (ticket.price, ticket.tier.code, ticket.tier.name_zh) == (0, TIER, "赠票")
    assert ticket.tier.qualifies is Qualifies.HOUSE
    claim = db.session.get_one(Claim, ticket.claim_id)
    assert (claim.price, claim.face_price) == (0, 3000)
    assert order_of(given).state is OrderState.SETTLED
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "complimentary_given")).one()
    assert line.why == "开幕嘉宾"
    assert line.after
    assert line.after["member"] == [guest.id]
    assert "赠票" in printing.page_of(ticket).html


def test_it_counts_for_nothing_of_the_member_s_month(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    make.rules().free_per_month = 1
    before = free_used(guest.id, show.starts_at)
    give(show, guest)
    assert free_used(guest.id, show.starts_at) == before == 0
    assert tickets.hold(guest, show.id, Wish(count=1, tier="free"), key="own-free-1", confirm=True)


def test_nobody_can_choose_the_tier(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    give(show, guest)
    tier = ticket_of(guest).tier_id
    make.add(Price(performance_id=show.id, zone="A", tier_id=tier, amount=FREE))
    with pytest.raises(NotForYou):
        tickets.hold(guest, show.id, Wish(count=1, zone="A", tier=TIER), key="choose-it-1")


def test_several_people_are_given_theirs_at_once_or_none(make: Factory) -> None:
    show = make.performance(seats=[4, 4])
    people = [make.member() for _ in range(3)]
    given = give(show, *people, each=2)
    for turn, member in enumerate(people):
        claims = order_of(given, turn).claims
        assert given.people[turn].member_id == member.id
        assert len(claims) == 2
        assert len({claim.seat.row for claim in claims if claim.seat}) == 1
    with pytest.raises(PlacesTaken), db.session.begin_nested():
        give(show, make.member(), make.member(), each=2)
    assert len(db.session.scalars(select(Ticket)).all()) == 6


def test_seats_are_named_or_taken_from_the_house_s_own(make: Factory) -> None:
    show, guest, second = make.performance(seats=6), make.member(), make.member()
    codes = ("ST-01-02", "ST-01-03")
    given = give(show, guest, each=2, seats=codes)
    assert [claim.seat.code for claim in order_of(given).claims if claim.seat] == list(codes)
    house = make.seats(show)[4]
    keep(show.id, [house], reason="house", until=show.starts_at, now=clock.now())
    own = give(show, second, source="house")
    assert [claim.seat_id for claim in order_of(own).claims] == [house.id]
    with pytest.raises(PlacesTaken), db.session.begin_nested():
        give(show, make.member(), source="house")
    for wrong in (("ST-01-01",), ("ST-01-01", "ST-09-09"), ("ST-01-01", "ST-01-01")):
        with pytest.raises(SeatsMismatch), db.session.begin_nested():
            give(show, make.member(), each=2, seats=wrong)
    with pytest.raises(PlacesTaken), db.session.begin_nested():
        give(show, make.member(), seats=("ST-01-02",))


def test_places_without_seats_and_quotas_of_the_house_hold(make: Factory) -> None:
    show = make.performance(seats=2, seating=Seating.PLACES)
    give(show, make.member(), each=2)
    with pytest.raises(SoldOut), db.session.begin_nested():
        give(show, make.member())


def test_given_back_the_seat_is_free_and_may_be_given_again(make: Factory) -> None:
    make.site()
    make.rules().complimentary_per_show = 1
    show, guest = make.performance(seats=2), make.member()
    give(show, guest)
    assert services.left(show.id, clock.now()) == 0
    tickets.give_back(guest, ticket_of(guest).code)
    assert services.left(show.id, clock.now()) == 1
    assert not closed_seats(show.id, clock.now())


def test_more_than_the_allowance_waits_for_another_person(make: Factory) -> None:
    make.site()
    make.rules().complimentary_per_show = 2
    show, guest = make.performance(seats=8), make.member()
    assert give(show, make.member(), each=2).state is GivenState.GIVEN
    proposed = give(show, guest)
    assert proposed.state is GivenState.PROPOSED
    assert not db.session.scalars(select(Ticket).where(Ticket.member_id == guest.id)).all()
    with pytest.raises(AnotherConfirms):
        services.confirm(show.id, proposed.id, actor="staff:1")
    services.confirm(show.id, proposed.id, actor="staff:2")
    services.confirm(show.id, proposed.id, actor="staff:2")
    assert ticket_of(guest)
    with pytest.raises(AlreadyDecided):
        services.withdraw(show.id, proposed.id, actor="staff:2")


def test_what_was_withdrawn_cannot_be_confirmed(make: Factory) -> None:
    make.site()
    make.rules().complimentary_per_show = 0
    show = make.performance(seats=2)
    proposed = give(show, make.member())
    services.withdraw(show.id, proposed.id, actor="staff:1")
    services.withdraw(show.id, proposed.id, actor="staff:1")
    with pytest.raises(AlreadyDecided):
        services.confirm(show.id, proposed.id, actor="staff:2")


def test_a_show_that_asks_who_comes_keeps_the_seats_until_they_say(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    show.identity_policy = IdentityPolicy.EVERY_ENTRANT
    order = order_of(give(show, guest))
    assert order.state is OrderState.HELD
    assert order.hold_ends_at > clock.now()
    assert not db.session.scalars(select(Ticket).where(Ticket.member_id == guest.id)).all()


def test_who_is_meant_must_be_clear(make: Factory) -> None:
    show = make.performance(seats=4)
    one = make.member("张建华", phone="13912345678")
    make.member("李桂兰", phone="13912345678")
    with pytest.raises(PersonUnknown) as unknown:
        give(show, "13900000000", line_of(one))
    assert unknown.value.values["lines"] == ["13900000000"]
    with pytest.raises(PersonAmbiguous):
        give(show, "13912345678")
    assert give(show, "张建华 13912345678").people[0].member_id == one.id
    assert one.roster_entry
    assert give(show, one.roster_entry.card_number).people[0].member_id == one.id


def test_a_repeat_gives_nothing_twice_and_shows_that_are_over_nothing(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    first = give(show, guest, key="the-same-key")
    assert give(show, guest, key="the-same-key").id == first.id
    assert ticket_of(guest)
    show.cancelled_at = clock.now()
    with pytest.raises(ShowClosed):
        give(show, make.member())


def test_a_seat_named_twice_is_told_not_sold_twice(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    first, second = [seat.code for seat in make.seats(show)[:2]]
    with pytest.raises(SeatsMismatch):
        give(show, guest, each=2, seats=(first, first, second))


def test_seats_named_where_nobody_has_a_number_are_told(make: Factory) -> None:
    show, guest = make.performance(seats=4, seating=Seating.PLACES), make.member()
    with pytest.raises(SeatsMismatch):
        give(show, guest, seats=("ST-01-01",))


def test_seats_are_kept_for_who_has_yet_to_say_also_shortly_before_the_start(make: Factory) -> None:
    show, guest = make.performance(seats=4), make.member()
    show.identity_policy = IdentityPolicy.BUYER
    show.starts_at = clock.now() + timedelta(minutes=5)
    db.session.flush()
    order = order_of(give(show, guest))
    assert order.state is OrderState.HELD
    assert order.hold_ends_at == show.starts_at
    assert closed_seats(show.id, clock.now()), "the seat is theirs until they say who comes"
