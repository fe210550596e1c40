"""The unit's link: one tap takes one, for the unit's own people, one each; or by turn at an hour."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.errors import (
    BlockEmpty,
    BlockOver,
    HasOne,
    MembershipOver,
    NeedsDocuments,
    NotOfUnit,
    NotThisWay,
    SignedUpAlready,
    TurnOutOfTime,
    UnitPending,
)
from palace.blocks.models import Block, SignUp
from palace.blocks.rules import LinkState, Outcome, Way
from palace.blocks.services.giving import Terms, as_shown
from palace.db import db
from palace.errors import NotFound, PalaceError
from palace.members.models import Member, Unit
from palace.members.units import UnitKind
from palace.notices.models import Notice
from palace.programme.rules import IdentityPolicy, SeatChoice, Seating
from palace.tickets import services as tickets
from palace.tickets.errors import GrantUsedUp, SaleClosed, TooManySeats
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import OrderState, TicketState, Wish
from tests.blocks.conftest import give, member_of
from tests.factory import Factory

HOUR = timedelta(hours=1)


def take(block: Block, member: Member, key: str = "abcdefgh") -> Order | None:
    """Tap the link once."""
    return services.take(block.code, member, key)


def look(block: Block, member: Member | None) -> LinkState:
    """Open the link."""
    return services.look(block, member, clock.now()).state


def test_one_tap_is_a_ticket_like_any_other(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    block, member = give(make, show, unit), member_of(make, unit)
    assert look(block, member) is LinkState.OPEN
    order = take(block, member)
    assert order is not None
    assert (order.state, order.unit_id) == (OrderState.SETTLED, unit.id)
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.seat is not None
    assert (ticket.seat.code, ticket.tier.code) == ("ST-01-01", "free")
    assert look(block, member) is LinkState.HAS


def test_the_unit_s_turn_is_before_the_opening_too(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2, opens_at=clock.now() + timedelta(days=1))
    assert take(give(make, show, unit), member_of(make, unit))


def test_who_belongs_to_a_unit_below_has_one_too(make: Factory, unit: Unit) -> None:
    above = make.unit("城市工会", UnitKind.FEDERATION)
    make.put_below(unit, above)
    block = give(make, make.performance(seats=2), above)
    assert take(block, member_of(make, unit))


def test_each_who_cannot_have_one_reads_why(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    foreign = member_of(make, make.unit("别的公司工会"))
    pending = make.member(valid=False)
    expired = member_of(make, unit)
    assert expired.roster_entry is not None
    expired.roster_entry.valid_until = date(2020, 1, 1)
    for member, error in (
        (foreign, NotOfUnit),
        (pending, UnitPending),
        (expired, MembershipOver),
    ):
        with pytest.raises(error):
            take(block, member)
        assert look(block, member) is LinkState.REFUSED
    assert look(block, None) is LinkState.OPEN


def test_one_each_or_as_many_as_the_palace_says(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 3, per_member=2)
    member = member_of(make, unit)
    take(block, member, "abcdefgh-1")
    take(block, member, "abcdefgh-2")
    with pytest.raises(HasOne):
        take(block, member, "abcdefgh-3")


def test_a_tap_sent_again_with_its_key_is_the_same_ticket(make: Factory, unit: Unit) -> None:
    block, member = give(make, make.performance(seats=4), unit, 3), member_of(make, unit)
    first = take(block, member, "abcdefgh-1")
    assert take(block, member, "abcdefgh-1") is first
    with pytest.raises(HasOne):
        take(block, member, "abcdefgh-2")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


@pytest.mark.parametrize("way", [Way.ANY, Way.NAMES])
def test_by_hand_nobody_takes_more_than_the_unit_gave(make: Factory, unit: Unit, way: Way) -> None:
    show = make.performance(seats=4)
    block, member = give(make, show, unit, 3, per_member=3), member_of(make, unit)
    take(block, member)
    block.way = way
    wish = Wish(count=1, kept=f"block:{block.id}")
    with pytest.raises(GrantUsedUp), db.session.begin_nested():
        tickets.hold(member, show.id, wish, key="by-hand-key")
    terms = Terms(way=way, per_member=2, releases_at=block.releases_at)
    services.change(block.id, as_shown(block, 3), None, terms)
    with pytest.raises(GrantUsedUp), db.session.begin_nested():
        tickets.hold(member, show.id, wish, key="by-hand-key")


def test_the_last_one_taken_nobody_takes_another(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit, 1)
    take(block, member_of(make, unit))
    late = member_of(make, unit)
    assert look(block, late) is LinkState.EMPTY
    with pytest.raises(BlockEmpty):
        take(block, late)


def test_a_returned_seat_goes_back_to_the_block(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=1)
    block, member = give(make, show, unit, 1), member_of(make, unit)
    order = take(block, member)
    assert order is not None
    tickets.give_back(member, db.session.scalars(select(Ticket.code)).one())
    assert queries.counted([block], clock.now())[block.id].left == 1
    with pytest.raises(PalaceError):
        tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh")
    assert take(block, member_of(make, unit))


@pytest.mark.parametrize("seating", [Seating.SEATED, Seating.PLACES])
def test_with_and_without_seats(make: Factory, unit: Unit, seating: Seating) -> None:
    show = make.performance(seats=3, seating=seating)
    block = give(make, show, unit, 2)
    member = member_of(make, unit)
    take(block, member)
    ticket = db.session.scalars(select(Ticket)).one()
    tickets.give_back(member, ticket.code)
    figures = queries.counted([block], clock.now())[block.id]
    assert (figures.places, figures.left) == (2, 2)
    for number in range(2):
        take(block, member_of(make, unit), f"abcdefgh-{number}")
    tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh")
    with pytest.raises(PalaceError):
        tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh")


def test_where_seats_are_given_out_the_block_gives_them_too(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    show.choice = SeatChoice.ASSIGNED
    db.session.flush()
    assert take(give(make, show, unit), member_of(make, unit))


def test_the_limits_of_every_order_hold(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4, seats_per_member=1)
    block, member = give(make, show, unit), member_of(make, unit)
    tickets.hold(member, show.id, Wish(count=1), key="own-choice", confirm=True)
    with pytest.raises(TooManySeats):
        take(block, member)


def test_a_renewed_link_leaves_the_old_one_dead(make: Factory, unit: Unit) -> None:
    block, member = give(make, make.performance(seats=2), unit), member_of(make, unit)
    old = block.code
    services.renew_link(block.id)
    with pytest.raises(NotFound):
        services.take(old, member, "abcdefgh")
    assert take(block, member)


def test_a_way_the_palace_did_not_leave_open(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit, way=Way.PAPER)
    with pytest.raises(NotThisWay):
        take(block, member_of(make, unit))


def test_a_priced_seat_waits_for_its_member(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2, prices={"member": 3000})
    order = take(give(make, show, unit, tier="member"), member_of(make, unit))
    assert order is not None
    assert order.state is OrderState.HELD


# By turn


def by_turn(make: Factory, unit: Unit, places: int, seats: int = 4) -> Block:
    """Return a block that is given out in two hours."""
    block = give(make, make.performance(seats=seats), unit, places)
    services.set_turn(block.id, clock.now() + 2 * HOUR)
    return block


def outcomes(block: Block) -> list[Outcome | None]:
    """Return what became of the sign-ups, in their order."""
    return [one.outcome for one in queries.sign_ups(block)]


def test_until_the_hour_people_sign_up_and_nothing_is_taken(make: Factory, unit: Unit) -> None:
    block, member = by_turn(make, unit, 1), member_of(make, unit)
    assert look(block, member) is LinkState.SIGN_UP
    assert take(block, member) is None
    assert look(block, member) is LinkState.SIGNED_UP
    with pytest.raises(SignedUpAlready):
        take(block, member)
    assert queries.counted([block], clock.now())[block.id].taken == 0


@pytest.mark.parametrize("milliseconds", [-1, 0])
def test_at_the_hour_it_is_given_out_in_their_order(
    make: Factory, unit: Unit, milliseconds: int
) -> None:
    block = by_turn(make, unit, 1)
    first, second = member_of(make, unit), member_of(make, unit)
    take(block, second)
    take(block, first)
    assert block.turn_at is not None
    make.set_clock(block.turn_at + timedelta(milliseconds=milliseconds))
    done = services.give_due_turn(clock.now())
    assert done is (milliseconds == 0)
    assert outcomes(block) == ([Outcome.GIVEN, Outcome.NO_SEAT] if done else [None, None])
    assert services.give_due_turn(clock.now()) is False
    if done:
        assert db.session.scalars(select(Ticket.member_id)).all() == [second.id]
        told = db.session.scalars(select(Notice.receiver).where(Notice.kind == "block_none_left"))
        assert told.all() == [f"member:{first.id}"]


def test_whom_a_rule_refuses_makes_room_for_the_next(make: Factory, unit: Unit) -> None:
    block = by_turn(make, unit, 1)
    gone, next_one = member_of(make, unit), member_of(make, unit)
    take(block, gone)
    take(block, next_one)
    assert gone.roster_entry is not None
    gone.roster_entry.valid_until = date(2020, 1, 1)
    make.set_clock(block.turn_at)
    services.give_due_turn(clock.now())
    assert outcomes(block) == [Outcome.REFUSED, Outcome.GIVEN]
    refused = db.session.scalars(select(SignUp.refusal).where(SignUp.member_id == gone.id)).one()
    assert refused == "membership_over"
    told = select(Notice.receiver).where(Notice.kind == "block_refused")
    assert db.session.scalars(told).all() == [f"member:{gone.id}"]


def test_after_the_hour_what_is_left_goes_to_who_comes_first(make: Factory, unit: Unit) -> None:
    block = by_turn(make, unit, 2)
    signed, late = member_of(make, unit), member_of(make, unit)
    take(block, signed)
    make.set_clock(block.turn_at)
    assert take(block, late)  # gives out what is due first
    assert outcomes(block) == [Outcome.GIVEN]
    with pytest.raises(BlockEmpty):
        take(block, member_of(make, unit))


def test_who_got_nothing_may_sign_up_for_another_round(make: Factory, unit: Unit) -> None:
    block = by_turn(make, unit, 1)
    lucky, other = member_of(make, unit), member_of(make, unit)
    take(block, lucky)
    take(block, other)
    assert block.turn_at is not None
    make.set_clock(block.turn_at)
    services.give_due_turn(clock.now())
    tickets.give_back(lucky, db.session.scalars(select(Ticket.code)).one())
    services.set_turn(block.id, clock.now() + HOUR)
    assert take(block, other) is None
    make.set_clock(block.turn_at)
    services.give_due_turn(clock.now())
    assert sorted(str(one) for one in outcomes(block)) == ["given", "given"]


def test_who_gives_it_back_and_signs_up_again_is_given_another(make: Factory, unit: Unit) -> None:
    block, member = by_turn(make, unit, 1), member_of(make, unit)
    for _ in range(2):
        assert take(block, member) is None
        make.set_clock(block.turn_at)
        services.give_due_turn(clock.now())
        assert outcomes(block) == [Outcome.GIVEN]
        valid = select(Ticket).where(Ticket.state == TicketState.VALID)
        tickets.give_back(member, db.session.scalars(valid).one().code)
        services.set_turn(block.id, clock.now() + HOUR)


def test_the_hour_is_after_now_and_one_before_the_release(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    now = clock.now()
    make.set_clock(now)
    late = block.releases_at - HOUR
    for turn_at in (now, late + timedelta(milliseconds=1)):
        with pytest.raises(TurnOutOfTime):
            services.set_turn(block.id, turn_at)
    services.set_turn(block.id, late)
    services.set_turn(block.id, None)
    assert block.turn_at is None


def test_a_show_that_asks_who_comes_has_no_turn(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    show.identity_policy = IdentityPolicy.BUYER
    db.session.flush()
    block = give(make, show, unit)
    with pytest.raises(NeedsDocuments):
        services.set_turn(block.id, clock.now() + HOUR)
    order = take(block, member_of(make, unit))
    assert order is not None
    assert order.state is OrderState.HELD


def test_called_off_the_turn_leaves_first_come(make: Factory, unit: Unit) -> None:
    block, member = by_turn(make, unit, 1), member_of(make, unit)
    take(block, member)
    services.set_turn(block.id, None)
    assert look(block, member) is LinkState.OPEN
    assert take(block, member)


def test_a_cancelled_show_gives_nothing_out(make: Factory, unit: Unit) -> None:
    block, member = give(make, make.performance(seats=2), unit), member_of(make, unit)
    block.performance.cancelled_at = clock.now()
    db.session.flush()
    assert look(block, member) is LinkState.REFUSED
    with pytest.raises(SaleClosed):
        take(block, member)


def test_before_the_show_is_public_nobody_knows_of_the_block(
    make: Factory, unit: Unit, organiser: Member
) -> None:
    show = make.performance(seats=2, published=False)
    block = give(make, show, unit)
    told = select(Notice).where(Notice.kind == "block_given")
    assert db.session.scalars(told).first() is None
    with pytest.raises(NotFound):
        queries.block_by_code(block.code)
    show.published_at = clock.now()
    db.session.flush()
    assert services.remind(clock.now()) == 1
    assert services.remind(clock.now()) == 0
    assert queries.block_by_code(block.code) is block


def test_over_is_over_for_signing_up_too(make: Factory, unit: Unit) -> None:
    block = by_turn(make, unit, 1)
    make.set_clock(block.releases_at)
    assert look(block, member_of(make, unit)) is LinkState.OVER
    with pytest.raises(BlockOver):
        take(block, member_of(make, unit))
    with pytest.raises(BlockOver):
        services.set_turn(block.id, None)
