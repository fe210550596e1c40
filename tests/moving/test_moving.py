"""A show that is moved or called off: what changes at once, what stays as it was sold, who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, func, select

from palace import clock
from palace.agenda import services as agenda
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db
from palace.door import services as door
from palace.door.rules import Reason, Verdict
from palace.errors import NotFound
from palace.moving import effects, queries, services
from palace.moving.models import MoveNews
from palace.moving.rules import MoveState
from palace.notices.models import Notice
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.errors import (
    NothingToReturn,
    PaidTicket,
    SaleClosed,
    ShowMoved,
    TooLateToReturn,
)
from palace.tickets.models import Order, Ticket
from palace.tickets.queries import closed_seats
from palace.tickets.rules import OrderState, TicketState
from palace.tickets.rules import Wish as SeatWish
from palace.tickets.services.missed import write_missed
from palace.tickets.terms import free_used
from palace.tickets.tokens import ticket_token
from palace.venues.models import Occupancy
from tests.factory import Factory
from tests.money import priced, refunds
from tests.moving.conftest import LATER, Mover, later


def entries(show: Performance) -> list[AgendaEntry]:
    """Return everybody's entry of a show, read anew."""
    wanted = select(AgendaEntry).where(AgendaEntry.subject == f"performance:{show.id}")
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def told(kind: str) -> list[Notice]:
    """Return the notices of a kind."""
    return list(db.session.scalars(select(Notice).where(Notice.kind == kind)))


def test_a_moved_show_is_at_its_new_time_with_its_hall_and_everything_along(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    old = (show.starts_at, show.doors_at, show.ends_at, show.sale_closes_at)
    was = db.session.get_one(Occupancy, show.occupancy_id).during

    mover.move(show)

    assert (show.starts_at, show.doors_at, show.ends_at, show.sale_closes_at) == tuple(
        one + LATER for one in old
    )
    [hall] = db.session.scalars(select(Occupancy))
    assert (show.occupancy_id, hall.space_id) == (hall.id, show.space_id)
    assert was.lower is not None
    assert hall.during.lower == was.lower + LATER
    assert show.moved_at is not None


def test_an_overlapping_new_time_is_no_clash_with_itself(mover: Mover) -> None:
    show = mover.show()
    old = show.starts_at
    mover.move(show, later(show, starts_at=old + timedelta(minutes=30)))
    assert show.starts_at == old + timedelta(minutes=30)


def test_everybody_is_told_once_and_the_agenda_has_the_next_revision(mover: Mover) -> None:
    show = mover.show()
    old = show.starts_at
    people = mover.sold(show, 3)
    move = mover.move(show)
    assert (len(told("show_moved")), queries.progress(move.id).waiting) == (0, 3)

    mover.tell()
    mover.tell()

    assert [(one.revision, one.during.lower) for one in entries(show)] == [(1, old + LATER)] * 3
    assert all("SEQUENCE:1" in one.block for one in entries(show))
    assert {one.receiver for one in told("show_moved")} == {f"member:{m.id}" for m, _ in people}
    values = told("show_moved")[0].values
    assert (values["starts_at"], values["new_at"]) == (
        old.isoformat(),
        (old + LATER).isoformat(),
    )
    db.session.refresh(move)
    assert (move.state, queries.progress(move.id).told) == (MoveState.DONE, 3)


def test_tickets_stay_as_they_were_sold_and_the_door_takes_them(mover: Mover) -> None:
    show = mover.show()
    [(_, ticket)] = mover.sold(show)
    before = (ticket.issue, ticket.seat_id, ticket.price, ticket_token(ticket))
    mover.move(show)
    db.session.refresh(ticket)
    assert (ticket.issue, ticket.seat_id, ticket.price, ticket_token(ticket)) == before
    show.doors_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    assert door.admit(show.id, before[3], "main").verdict is Verdict.ADMITTED


def test_a_cancelled_show_frees_hall_and_allowance_and_the_door_says_so(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    assert free_used(member.id, show.starts_at) == 1

    mover.cancel(show)
    mover.tell()

    assert show.cancelled_at is not None
    assert db.session.scalar(select(func.count()).select_from(Occupancy)) == 0
    assert free_used(member.id, show.starts_at) == 0
    make.rules().free_per_month = 1
    other = make.performance(starts_at=show.starts_at)
    assert tickets.hold(member, other.id, SeatWish(count=1), key="after-cancel-1")
    show.doors_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    assert door.admit(show.id, ticket_token(ticket), "main").reason is Reason.CANCELLED
    assert [one.status for one in entries(show)] == [EntryStatus.CANCELLED]
    assert len(told("show_cancelled")) == 1


def test_nobody_gets_a_strike_for_a_cancelled_show(mover: Mover, make: Factory) -> None:
    show = mover.show()
    mover.sold(show)
    mover.cancel(show)
    make.set_clock(show.ends_at + timedelta(hours=3))
    assert write_missed(clock.now()) == 0


def test_the_money_of_a_cancelled_show_is_owed_once(mover: Mover, make: Factory) -> None:
    show = mover.show(prices={"free": 0, "member": 3000})
    [(_, free), (_, paid)] = mover.sold(show, 2)
    priced(paid.order, paid)
    move = mover.cancel(show)
    mover.confirm(move)
    mover.tell()

    (owed,) = refunds()
    assert (owed.key, owed.amount, owed.reason.value) == (f"ticket:{paid.id}", 3000, "cancelled")
    assert free.price == 0


def test_after_a_move_tickets_go_back_until_the_deadline_without_the_usual_one(
    mover: Mover, make: Factory
) -> None:
    make.rules().return_before_minutes = 20_000
    show = mover.show()
    [(member, first), (other, second)] = mover.sold(show, 2)
    with pytest.raises(TooLateToReturn):
        tickets.give_back(member, first.code)
    until = clock.now() + timedelta(days=2)
    mover.move(show, later(show, return_until=until))

    make.set_clock(until - timedelta(milliseconds=1))
    assert tickets.give_back(member, first.code).state is TicketState.RETURNED
    make.set_clock(until)
    with pytest.raises(TooLateToReturn):
        tickets.give_back(other, second.code)


def test_a_paid_ticket_goes_back_after_a_move_and_its_money_is_owed(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    priced(ticket.order, ticket)
    with pytest.raises(PaidTicket):
        tickets.give_back(member, ticket.code)
    mover.move(show)

    tickets.give_back(member, ticket.code)
    tickets.give_back(member, ticket.code)

    (owed,) = refunds()
    assert (owed.amount, owed.reason.value) == (3000, "moved")


@pytest.mark.parametrize("price", [0, 3000])
def test_a_ticket_of_a_cancelled_show_stays_what_it_is_also_where_it_was_moved_before(
    mover: Mover, price: int
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    if price:
        priced(ticket.order, ticket, price)
    mover.move(show)
    mover.tell()
    mover.cancel(show)

    with pytest.raises(NothingToReturn):
        tickets.give_back(member, ticket.code)

    assert [one.reason.value for one in refunds()] == ["cancelled" for _ in range(price > 0)]


def test_who_opens_the_page_of_returns_reads_that_the_show_is_cancelled(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    mover.cancel(show)
    make.sign_in(client, member)
    page = client.get(f"/tickets/{ticket.code}/return").text
    assert "这一场已经取消" in page
    assert "已经过了" not in page


def test_silence_keeps_and_a_word_is_written_once(mover: Mover) -> None:
    show = mover.show()
    [(member, ticket), (stranger, _)] = mover.sold(show, 2)
    tickets.give_back(stranger, db.session.scalars(_of(stranger.id)).one().code)
    move = mover.move(show)
    mover.tell()

    services.keep(member.id, show.id, clock.now())
    services.keep(member.id, show.id, clock.now())

    assert queries.progress(move.id).kept == 1
    assert ticket.state is TicketState.VALID
    with pytest.raises(NotFound):
        services.keep(stranger.id, show.id, clock.now())


def _of(member_id: int) -> Select[Ticket]:
    return select(Ticket).where(Ticket.member_id == member_id)


def test_who_was_choosing_seats_is_told_and_chooses_again(mover: Mover, make: Factory) -> None:
    show = mover.show()
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-1")
    mover.move(show)

    with pytest.raises(ShowMoved):
        tickets.confirm(member, order.code)
    with pytest.raises(ShowMoved):
        tickets.extend(member, order.code)
    tickets.cancel(member, order.code)
    make.set_clock(clock.now() + timedelta(minutes=1))
    again = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-2")
    assert tickets.confirm(member, again.code).tickets


def test_who_was_choosing_seats_of_a_cancelled_show_gets_none(mover: Mover, make: Factory) -> None:
    show = mover.show()
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-1")
    mover.cancel(show)
    with pytest.raises(SaleClosed):
        tickets.confirm(member, order.code)


def test_who_waits_to_pay_is_told_too_and_keeps_the_seat(mover: Mover, make: Factory) -> None:
    show = mover.show(prices={"member": 3000})
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="paying-1")
    tickets.confirm(member, order.code)
    assert effects.figures(show.id, clock.now()).orders == 1

    mover.move(show)
    mover.tell()

    assert [one.receiver for one in told("show_moved")] == [f"member:{member.id}"]
    assert entries(show) == []
    assert db.session.get_one(Order, order.id).state is OrderState.AWAITING_PAYMENT
    assert tickets.settle_paid(order.id)


def test_kept_seats_are_kept_until_as_long_before_the_new_start(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    seat = make.seats(show)[0]
    until = show.starts_at - timedelta(hours=2)
    tickets.keep(show, [seat], reason="house", until=until)  # type: ignore[arg-type]  # the word
    mover.move(show)
    make.set_clock(until + timedelta(minutes=1))
    assert closed_seats(show.id, clock.now()) == {seat.id: "house"}
    make.set_clock(until + LATER)
    assert closed_seats(show.id, clock.now()) == {}


def test_who_fails_holds_up_nobody_and_is_tried_again(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = mover.show()
    people = mover.sold(show, 3)
    unlucky = people[1][0].id
    move = mover.move(show)
    real = agenda.put

    def fail(member_id: int, *rest: Any) -> None:
        if member_id == unlucky:
            raise LookupError("gone")
        real(member_id, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(agenda, "put", fail)
        mover.tell()
    assert [(one.id, why) for one, why in queries.failures(move.id)] == [(unlucky, "LookupError")]
    assert len(told("show_moved")) == 2

    assert services.retry(show.id, move.id) == 1
    mover.tell()
    assert len(told("show_moved")) == 3
    assert queries.progress(move.id).told == 3


def test_who_was_erased_meanwhile_holds_up_nobody(mover: Mover) -> None:
    show = mover.show()
    [(member, _)] = mover.sold(show)
    move = mover.move(show)
    member.name, member.phone, member.roster_entry_id = "", None, None
    member.erased_at = clock.now()
    db.session.flush()
    mover.tell()
    assert queries.progress(move.id).told == 1
    assert told("show_moved") == []


def test_other_parts_are_told_once(mover: Mover) -> None:
    show, heard = mover.show(), []
    services.on_moved["test"] = lambda *news: heard.append(news[:2])
    try:
        mover.cancel(show)
        mover.tell()
        mover.tell()
    finally:
        del services.on_moved["test"]
    assert heard == [(show.id, None)]


def test_news_are_rows_of_whom_it_concerns(mover: Mover) -> None:
    show = mover.show()
    people = mover.sold(show, 2)
    tickets.give_back(people[0][0], people[0][1].code)
    move = mover.move(show)
    assert list(
        db.session.scalars(select(MoveNews.member_id).where(MoveNews.move_id == move.id))
    ) == [people[1][0].id]
