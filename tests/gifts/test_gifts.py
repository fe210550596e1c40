"""Giving a ticket on: who may, what nobody learns, what dies, and whose it is in the end."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db
from palace.door import services as door
from palace.door.rules import Reason, Verdict
from palace.gifts import queries, services
from palace.gifts.errors import (
    GiftOver,
    GivenBefore,
    NamedShow,
    NoGifts,
    NoRoomForGift,
    NotVerified,
    OfferedAlready,
    TooLateToGive,
    ToOneself,
)
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState, check_room, is_open
from palace.members.models import AuditLine, Member
from palace.notices.models import Notice
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.strikes.errors import Barred
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.tickets import services as tickets
from palace.tickets.errors import AlreadyAdmitted, SaleClosed, TicketGone
from palace.tickets.models import Ticket
from palace.tickets.rules import TicketState
from palace.tickets.tokens import ticket_token
from tests.factory import Factory
from tests.gifts.conftest import offered
from tests.tickets.conftest import Booker


def test_what_is_taken_is_the_receiver_s_with_everything(
    make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    old, old_order, digits = ticket_token(ticket), ticket.order, ticket.collection_code
    show: Performance = ticket.performance
    gift = services.accept(receiver, offered(ticket, receiver).code)

    assert (gift.state, ticket.member_id, ticket.order.member_id) == (
        GiftState.ACCEPTED,
        receiver.id,
        receiver.id,
    )
    assert (gift.order_id, gift.giver_id) == (old_order.id, giver.id)
    [claim] = make.claims(show)
    assert (claim.member_id, claim.order_id, claim.held_until) == (
        receiver.id,
        ticket.order_id,
        None,
    )
    assert ticket.collection_code != digits
    show.doors_at = clock.now() - timedelta(minutes=1)
    make.add(show)
    assert door.admit(show.id, old, "main").reason is Reason.REPLACED
    assert door.admit(show.id, ticket_token(ticket), "main").verdict is Verdict.ADMITTED


def test_both_agendas_and_both_notices(ticket: Ticket, giver: Member, receiver: Member) -> None:
    services.accept(receiver, offered(ticket, receiver).code)

    found = {
        entry.member_id: entry.status
        for entry in db.session.scalars(
            select(AgendaEntry).execution_options(populate_existing=True)
        )
    }
    assert found == {giver.id: EntryStatus.CANCELLED, receiver.id: EntryStatus.CONFIRMED}
    told = {
        (one.kind, one.receiver)
        for one in db.session.scalars(select(Notice).where(Notice.subject.startswith("gift:")))
    }
    assert told == {
        ("ticket_offered", f"member:{receiver.id}"),
        ("ticket_received", f"member:{receiver.id}"),
        ("ticket_given", f"member:{giver.id}"),
    }
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "ticket_given")).one()
    assert line.before == {"member": giver.id}


def test_a_giver_with_another_ticket_keeps_the_entry(
    booker: Booker, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    booker.book(giver, ticket.performance, "ST-01-02")
    services.accept(receiver, offered(ticket, receiver).code)
    entry = db.session.scalars(select(AgendaEntry).where(AgendaEntry.member_id == giver.id)).one()
    assert entry.status is EntryStatus.CONFIRMED


def test_it_works_when_sold_out_and_in_a_full_quota(
    make: Factory, booker: Booker, giver: Member, receiver: Member
) -> None:
    show = make.performance(seats=1, quotas={"free": 1, "house": 1})
    ticket = booker.book(giver, show, "ST-01-01").tickets[0]

    services.accept(receiver, offered(ticket, receiver).code)

    assert ticket.member_id == receiver.id


def test_the_receiver_gives_back_changes_and_keeps_it_as_any_other(
    ticket: Ticket, receiver: Member
) -> None:
    services.accept(receiver, offered(ticket, receiver).code)

    tickets.change_seat(receiver, ticket.code, "ST-01-02")
    assert tickets.give_back(receiver, ticket.code).state is TicketState.RETURNED


def test_a_union_card_and_a_name_find_somebody_too(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    card = receiver.roster_entry.card_number if receiver.roster_entry else ""
    gift = services.offer(ticket.member, ticket.code, card, " 李桂兰 ")
    assert gift.receiver_id == receiver.id


def test_the_same_offer_twice_is_one_and_another_waits_for_the_first(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    assert offered(ticket, receiver).id == gift.id
    with pytest.raises(OfferedAlready):
        offered(ticket, make.member("赵六"))


def test_taken_back_and_declined_and_lapsed_are_over(
    make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    first = offered(ticket, receiver)
    services.take_back(giver, ticket.code)
    services.take_back(giver, ticket.code)
    with pytest.raises(GiftOver):
        services.accept(receiver, first.code)
    second = offered(ticket, receiver)
    assert services.decline(receiver, second.code).state is GiftState.DECLINED
    with pytest.raises(GiftOver):
        services.accept(receiver, second.code)
    third = offered(ticket, receiver)
    make.set_clock(third.lapses_at)
    with pytest.raises(GiftOver):
        services.accept(receiver, third.code)
    make.set_clock(third.lapses_at + timedelta(minutes=1))
    fourth = offered(ticket, receiver)
    assert services.accept(receiver, fourth.code).state is GiftState.ACCEPTED
    assert db.session.get_one(Gift, third.id, populate_existing=True).state is GiftState.WITHDRAWN


def test_the_instant_before_it_lapses_it_is_taken(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    assert gift.lapses_at == gift.offered_at + timedelta(hours=24)
    make.set_clock(gift.lapses_at - timedelta(milliseconds=1))
    assert services.accept(receiver, gift.code).state is GiftState.ACCEPTED


def test_taken_twice_is_once(ticket: Ticket, receiver: Member) -> None:
    gift = offered(ticket, receiver)
    services.accept(receiver, gift.code)
    issue = ticket.issue
    services.accept(receiver, gift.code)
    assert ticket.issue == issue


def test_given_on_once_only_unless_the_show_says_more(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    services.accept(receiver, offered(ticket, receiver).code)
    third = make.member("赵六")
    with pytest.raises(GivenBefore):
        offered(ticket, third)
    ticket.performance.gifts_per_ticket = 2
    make.add(ticket.performance)
    services.accept(third, offered(ticket, third).code)
    assert ticket.member_id == third.id


def test_what_the_rules_of_giving_refuse(
    make: Factory, booker: Booker, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    with pytest.raises(ToOneself):
        offered(ticket, giver)
    show = ticket.performance
    make.rules().gift_before_minutes = 60
    make.set_clock(show.starts_at - timedelta(minutes=60))
    with pytest.raises(TooLateToGive):
        offered(ticket, receiver)
    make.set_clock(None)
    show.gifts_per_ticket = 0
    make.add(show)
    with pytest.raises(NoGifts):
        offered(ticket, receiver)
    show.gifts_per_ticket = 1
    for policy in (IdentityPolicy.BUYER, IdentityPolicy.EVERY_ENTRANT):
        show.identity_policy = policy
        make.add(show)
        with pytest.raises(NamedShow):
            offered(ticket, receiver)
    show.identity_policy = IdentityPolicy.NONE
    show.cancelled_at = clock.now()
    make.add(show)
    with pytest.raises(SaleClosed):
        offered(ticket, receiver)
    show.cancelled_at = None
    make.add(show)
    tickets.give_back(giver, ticket.code)
    with pytest.raises(TicketGone):
        offered(ticket, receiver)


def test_what_the_giver_does_meanwhile_ends_it(
    make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    tickets.give_back(giver, ticket.code)
    with pytest.raises(GiftOver):
        services.accept(receiver, gift.code)


def test_who_is_in_gives_nothing(make: Factory, ticket: Ticket, receiver: Member) -> None:
    gift = offered(ticket, receiver)
    ticket.performance.doors_at = clock.now() - timedelta(minutes=1)
    make.add(ticket.performance)
    door.admit(ticket.performance_id, ticket_token(ticket), "main")
    with pytest.raises(AlreadyAdmitted):
        services.accept(receiver, gift.code)


def test_the_receiver_s_own_rules(
    make: Factory, booker: Booker, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    pending = make.member("赵六", valid=False)
    gift = offered(ticket, pending)
    with pytest.raises(NotVerified):
        services.accept(pending, gift.code)
    services.take_back(giver, ticket.code)
    gift = offered(ticket, receiver)
    make.rules().free_per_month = 1
    booker.book(receiver, make.performance(starts_at=ticket.performance.starts_at), count=1)
    with pytest.raises(NoRoomForGift):
        services.accept(receiver, gift.code)
    make.rules().free_per_month = 2
    ticket.performance.seats_per_member = 1
    make.add(ticket.performance)
    assert services.accept(receiver, gift.code).state is GiftState.ACCEPTED


def test_the_limit_of_the_show_holds_for_gifts(
    make: Factory, booker: Booker, ticket: Ticket, receiver: Member
) -> None:
    ticket.performance.seats_per_member = 1
    make.add(ticket.performance)
    booker.book(receiver, ticket.performance, "ST-01-02")
    with pytest.raises(NoRoomForGift):
        services.accept(receiver, offered(ticket, receiver).code)


def test_who_is_barred_takes_none(make: Factory, ticket: Ticket, receiver: Member) -> None:
    make.rules().strikes_to_bar = 1
    now = clock.now()
    strike = Strike(member_id=receiver.id, kind=StrikeKind.TICKET, subject="performance:1")
    strike.title_zh, strike.title_en, strike.written_by = "晋剧", "Opera", "system"
    strike.happened_at = strike.written_at = now
    make.add(strike)
    with pytest.raises(Barred):
        services.accept(receiver, offered(ticket, receiver).code)


def test_rooms_and_instants() -> None:
    check_room(held=3, limit=4, of_tier=0, cap=1, month_left=1)
    for full in (
        {"held": 4, "limit": 4, "of_tier": 0, "cap": None, "month_left": 1},
        {"held": 0, "limit": 4, "of_tier": 1, "cap": 1, "month_left": 1},
        {"held": 0, "limit": 4, "of_tier": 0, "cap": None, "month_left": 0},
    ):
        with pytest.raises(NoRoomForGift):
            check_room(**full)
    now = clock.at(date(2026, 11, 28), time(12))
    assert not is_open(GiftState.OFFERED, now, now)
    assert is_open(GiftState.OFFERED, now + timedelta(milliseconds=1), now)
    assert not is_open(GiftState.DECLINED, now + timedelta(hours=1), now)


def test_queries_show_nothing_of_a_cancelled_show(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    offered(ticket, receiver)
    ticket.performance.cancelled_at = clock.now()
    make.add(ticket.performance)
    assert queries.waiting(receiver.id, clock.now()) == []


def test_what_the_house_says_later_changes_no_show(
    make: Factory, ticket: Ticket, receiver: Member
) -> None:
    make.rules().gifts_per_ticket = 0
    make.add(make.rules())
    assert offered(ticket, receiver)
