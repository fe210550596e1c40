"""Who is offered what came free: in the order of joining, by their wish, and on when nobody takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.errors import SeatTaken, SoldOut
from palace.tickets.kept import keep_places
from palace.tickets.rules import OrderState, TicketState, Wish
from palace.tickets.services.changes import change_seat
from palace.waiting import queries, services
from palace.waiting.errors import AlreadyWaiting, NoOfferYet, NothingToWaitFor, OfferOver
from palace.waiting.rules import PassedWhy, WaitState, Wanted
from tests.factory import Factory
from tests.waiting.conftest import NOON, Queue

QueueOf = Callable[..., Queue]


def hold(queue: Queue, member: Member, *codes: str, count: int = 0) -> object:
    """Hold seats as anybody may; what is refused leaves nothing behind."""
    wish = Wish(seats=tuple((code, None) for code in codes), count=count)
    with db.session.begin_nested():
        return tickets.hold(member, queue.performance.id, wish, key="a-hold-key")


def test_a_returned_seat_is_offered_to_the_first(queue_of: QueueOf) -> None:
    queue = queue_of(3)
    first, second = queue.join(), queue.join()

    queue.give_back("ST-01-02")

    assert (first.state, first.offered) == (WaitState.OFFERED, ["ST-01-02"])
    assert second.state is WaitState.WAITING
    assert queries.place_of(second) == 1


def test_an_offer_is_told(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.give_back()

    told = db.session.scalars(select(Notice).where(Notice.kind == "waiting_offer")).one()

    assert told.receiver == f"member:{entry.member_id}"
    assert told.values["count"] == 1


def test_taking_an_offer_gives_a_ticket_at_once(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    entry = queue.join()
    queue.give_back("ST-01-01")

    order = services.accept(entry.member, entry.code)

    assert order.state is OrderState.SETTLED
    assert [one.seat.code for one in order.tickets if one.seat] == ["ST-01-01"]
    assert entry.state is WaitState.ACCEPTED
    assert services.accept(entry.member, entry.code).code == order.code


def test_a_priced_offer_waits_for_its_money(queue_of: QueueOf) -> None:
    queue = queue_of(1, prices={"public": 3000, "free": 0})
    guest = queue.make.member(valid=False)
    entry = queue.join(guest)
    queue.give_back()

    order = services.accept(guest, entry.code)

    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.pay_by


def test_nobody_else_gets_an_offered_seat(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    queue.join()
    queue.join()
    queue.give_back("ST-01-01")

    with pytest.raises(SeatTaken):
        hold(queue, queue.make.member(), "ST-01-01")
    with pytest.raises(SoldOut):
        hold(queue, queue.make.member(), count=1)


def test_a_lapsed_offer_goes_on_without_anybody_at_work(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    first, second = queue.join(), queue.join()
    queue.give_back()
    queue.later(minutes=120)

    with pytest.raises(OfferOver):
        services.accept(first.member, first.code)
    with pytest.raises(SeatTaken):
        hold(queue, queue.make.member(), "ST-01-01")
    assert services.pass_on(queue.performance.id)

    assert first.state is WaitState.LAPSED
    assert second.state is WaitState.OFFERED
    assert services.accept(second.member, second.code).state is OrderState.SETTLED


def test_an_offer_may_be_taken_until_just_before_its_end(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.give_back()
    queue.later(minutes=120, microseconds=-1)

    assert services.accept(entry.member, entry.code).state is OrderState.SETTLED


def test_a_declined_offer_goes_to_the_next_at_once(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    first, second = queue.join(), queue.join()
    queue.give_back()

    services.decline(first.member, first.code)
    services.decline(first.member, first.code)

    assert first.state is WaitState.DECLINED
    assert second.state is WaitState.OFFERED


def test_who_wants_two_together_is_passed_by_for_one_and_keeps_the_place(queue_of: QueueOf) -> None:
    queue = queue_of(4)
    pair, single = queue.join(count=2), queue.join()

    queue.give_back("ST-01-01")
    assert (pair.state, single.offered) == (WaitState.WAITING, ["ST-01-01"])
    assert (queue.read(pair).passed, pair.passed_why) == (1, PassedWhy.NOT_ENOUGH)
    assert queries.place_of(pair) == 1

    queue.give_back("ST-01-03")
    assert pair.state is WaitState.WAITING
    queue.give_back("ST-01-02")
    assert (pair.state, pair.offered) == (WaitState.OFFERED, ["ST-01-02", "ST-01-03"])


def test_two_that_are_not_together_are_for_who_takes_them_apart(queue_of: QueueOf) -> None:
    queue = queue_of(4)
    pair, apart = queue.join(count=2), queue.join(count=2, together=False)
    queue.give_back("ST-01-01")
    queue.give_back("ST-01-03")

    assert pair.state is WaitState.WAITING
    assert queue.read(pair).passed_why is PassedWhy.NOT_TOGETHER
    assert apart.offered == ["ST-01-01", "ST-01-03"]


def test_who_takes_fewer_is_offered_fewer(queue_of: QueueOf) -> None:
    queue = queue_of(4)
    entry = queue.join(count=3, fewer=True)

    queue.give_back("ST-01-04")

    assert (entry.offered_count, entry.offered) == (1, ["ST-01-04"])


def test_a_zone_is_waited_for_alone(queue_of: QueueOf) -> None:
    queue = queue_of(2, 2)
    front, anywhere = queue.join(zone="A"), queue.join()

    queue.give_back("ST-02-01")
    queue.give_back("ST-01-01")

    assert front.offered == ["ST-01-01"]
    assert anywhere.offered == ["ST-02-01"]


def test_a_seat_that_nobody_waiting_wants_is_on_sale(queue_of: QueueOf) -> None:
    queue = queue_of(3)
    queue.join(count=2)
    queue.give_back("ST-01-01")

    assert hold(queue, queue.make.member(), "ST-01-01")


def test_a_lapsed_cart_is_for_who_waits_before_anybody_else(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(2)
    queue.give_back("ST-01-01")
    hold(queue, make.member(), "ST-01-01")
    entry = queue.join()
    assert entry.state is WaitState.WAITING
    queue.later(minutes=16)

    with pytest.raises(SeatTaken):
        hold(queue, make.member(), "ST-01-01")
    services.pass_on(queue.performance.id)

    assert entry.offered == ["ST-01-01"]


def test_nobody_waits_for_what_is_free(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    queue.give_back("ST-01-01")

    with pytest.raises(NothingToWaitFor):
        queue.join()
    assert queue.join(count=2).state is WaitState.WAITING


def test_joining_twice_changes_nothing_and_another_wish_is_told(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    member = queue.make.member()
    entry = queue.join(member)

    assert queue.join(member).id == entry.id
    with pytest.raises(AlreadyWaiting):
        queue.join(member, count=2)


def test_who_leaves_is_not_offered_anything_and_may_join_again_at_the_end(
    queue_of: QueueOf,
) -> None:
    queue = queue_of(1)
    member = queue.make.member()
    entry = queue.join(member)
    other = queue.join()
    services.leave(member, queue.performance.id)
    services.leave(member, queue.performance.id)
    again = queue.join(member)

    queue.give_back()

    assert (entry.state, again.state) == (WaitState.LEFT, WaitState.WAITING)
    assert other.state is WaitState.OFFERED


def test_an_offer_that_is_not_there_cannot_be_taken(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()

    with pytest.raises(NoOfferYet):
        services.accept(entry.member, entry.code)


def test_who_may_have_no_more_is_passed_by(queue_of: QueueOf) -> None:
    queue = queue_of(2)
    full, other = queue.join(), queue.join()
    queue.performance.seats_per_member = 1
    db.session.flush()
    one = queue.performance
    sold = {claim.seat.code: claim for claim in queue.make.claims(one) if claim.seat}
    sold["ST-01-01"].member_id = full.member_id
    db.session.flush()

    assert queries.place_of(other) == 1
    queue.give_back("ST-01-02")

    assert (full.state, other.state) == (WaitState.WAITING, WaitState.OFFERED)
    assert (queue.read(full).passed, full.passed_why) == (1, PassedWhy.RULES)


def test_the_queue_ends_with_the_sale(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.make.set_clock(queue.performance.sale_closes_at)

    services.pass_on(queue.performance.id)

    assert entry.state is WaitState.OVER
    assert db.session.scalars(select(Notice).where(Notice.kind == "waiting_over")).one()


def test_a_cancelled_show_ends_queue_and_offers(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    first, second = queue.join(), queue.join()
    queue.give_back()
    queue.performance.cancelled_at = queue.later(minutes=1)
    db.session.flush()

    services.pass_on(queue.performance.id)

    assert (first.state, second.state) == (WaitState.LAPSED, WaitState.OVER)


def test_a_returned_seat_nobody_waits_for_rests(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    rules = queue.make.rules()
    rules.return_rest_min_minutes, rules.return_rest_max_minutes = 5, 10
    queue.give_back()
    friend = queue.make.member()

    with pytest.raises(SeatTaken):
        hold(queue, friend, "ST-01-01")
    queue.later(minutes=4, seconds=59)
    with pytest.raises(SeatTaken):
        hold(queue, friend, "ST-01-01")
    queue.later(minutes=5, seconds=2)
    assert hold(queue, friend, "ST-01-01")


def test_a_kept_place_that_comes_back_keeps_no_other_from_anybody(make: Factory) -> None:
    make.rules().return_rest_max_minutes = make.rules().return_rest_min_minutes = 5
    show = make.performance(seats=3, seating=Seating.PLACES)
    until = show.starts_at
    keep_places(show.id, 1, reason="block:7", until=until, now=clock.now())
    member = make.member()
    make.grant(member, show, opens="block:7")
    order = tickets.hold(
        member, show.id, Wish(count=1, kept="block:7"), key="a-hold-key", confirm=True
    )

    tickets.give_back(member, order.tickets[0].code)

    assert [claim.kept_for for claim in make.claims(show)] == ["block:7"]
    assert tickets.hold(make.member(), show.id, Wish(count=2), key="a-hold-key")


def test_who_joins_while_a_seat_rests_waits_for_its_end(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    rules = queue.make.rules()
    rules.return_rest_min_minutes, rules.return_rest_max_minutes = 5, 5
    queue.give_back()

    friend = queue.join()

    assert friend.offered == []
    queue.later(minutes=5)
    services.pass_on(queue.performance.id)
    assert friend.offered == ["ST-01-01"]


def test_a_resting_seat_is_used_for_two_together(queue_of: QueueOf) -> None:
    queue = queue_of(3)
    rules = queue.make.rules()
    rules.return_rest_min_minutes, rules.return_rest_max_minutes = 5, 5
    pair = queue.join(count=2)
    queue.give_back("ST-01-01")
    queue.give_back("ST-01-02")

    assert pair.offered == ["ST-01-01", "ST-01-02"]


def test_ticket_of_an_accepted_offer_goes_back_to_nobody_in_particular(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.give_back()
    order = services.accept(entry.member, entry.code)

    tickets.give_back(entry.member, order.tickets[0].code)

    claim = queue.make.claims(queue.performance)[0]
    assert (claim.kept_for, order.tickets[0].state) == (None, TicketState.RETURNED)


def test_in_a_full_house_seats_are_changed_between_zones_also_while_people_wait(
    make: Factory,
) -> None:
    make.set_clock(NOON)
    show = make.performance([2, 2], quotas={"house": 1, "free": 1})
    owner = make.member()
    wish = Wish(seats=(("ST-01-01", None),))
    order = tickets.hold(owner, show.id, wish, key="a-hold-key", confirm=True)
    services.join(make.member(), show.id, Wanted(count=1))
    make.set_clock(NOON + timedelta(minutes=1))

    changed = change_seat(owner, order.tickets[0].code, "ST-02-02")

    assert changed.seat
    assert changed.seat.code == "ST-02-02"


def test_who_changes_a_seat_comes_after_who_waits_and_leaves_theirs_to_them(
    queue_of: QueueOf, make: Factory
) -> None:
    queue = queue_of(3)
    queue.give_back("ST-01-01")
    hold(queue, make.member(), "ST-01-01")
    entry, pair = queue.join(), queue.join(count=2)
    queue.later(minutes=16)
    mine = next(one for one in make.tickets(queue.performance) if one.state is TicketState.VALID)

    with pytest.raises(SeatTaken), db.session.begin_nested():
        change_seat(queue.owner, mine.code, "ST-01-01")
    services.pass_on(queue.performance.id)
    assert entry.offered == ["ST-01-01"]
    services.decline(entry.member, entry.code)

    change_seat(queue.owner, mine.code, "ST-01-01")

    assert pair.state is WaitState.WAITING
