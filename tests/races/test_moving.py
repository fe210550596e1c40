"""A show that is moved or called off while people book it: nobody has the old one unknowingly."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock, proposals
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.gifts import services as gifts
from palace.members.models import Member
from palace.moving import services
from palace.moving.errors import MoveBusy
from palace.moving.models import Move, MoveNews
from palace.moving.rules import MoveKind, MoveState
from palace.moving.services import Wish
from palace.notices.models import Notice
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.errors import SeatTaken
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState
from palace.tickets.rules import Wish as SeatWish
from palace.venues.models import Occupancy, Seat
from palace.venues.rules import PlanSeat
from tests.factory import Factory
from tests.moving.conftest import Mover, later
from tests.races.together import codes, together


def booker(member: Member, show: Performance, *, at_once: bool) -> Callable[[], object]:
    """Return a job that books a ticket, in one request or two."""
    member_id, show_id, key = member.id, show.id, f"moving-{random.random()}"

    def book() -> object:
        mine = db.session.get_one(Member, member_id)
        order = tickets.hold(mine, show_id, SeatWish(count=1), key=key, confirm=at_once)
        return tickets.confirm(mine, order.code).code

    return book


def later_on(job: Callable[[], object]) -> Callable[[], object]:
    """Return a job that begins in the middle of the others."""

    def wait() -> object:
        time.sleep(random.random() * 0.3)
        return job()

    return wait


def pressed_again(confirm: Callable[[], object]) -> Callable[[], object]:
    """Return a job of a second person who does as the page says while others hold what a move needs."""

    def press() -> object:
        for _ in range(20):
            try:
                return confirm()
            except MoveBusy:
                db.session.rollback()
        return confirm()

    return press


def crowd(live: Factory, live_app: Flask, wish: Callable[[Performance], Wish]) -> Performance:
    """Let a hundred book while a second person confirms a move; return the show after everybody is told."""
    mover = Mover(live)
    show = mover.show(seats=120)
    people = [live.member() for _ in range(100)]
    move = mover.propose(show, wish(show))
    live.commit()
    move_id = move.id
    show_id = show.id

    def confirm() -> object:
        return mover.confirm(db.session.get_one(Move, move_id), seen=generous(show_id)).id

    jobs = [booker(one, show, at_once=number % 2 == 0) for number, one in enumerate(people)]
    jobs.insert(40, pressed_again(confirm))
    results = together(live_app, jobs, at_once=32)
    told = codes(results)
    assert set(told) <= {
        "won",
        "sale_closed",
        "show_moved",
        "figures_moved",
        "rushed",
    }
    assert not isinstance(results[40], PalaceError), results[40]
    while True:
        with transaction():
            if not services.tell_some():
                break
    db.session.expire_all()
    return db.session.get_one(Performance, show_id)


def generous(show_id: int) -> str:
    """Return the figures of this very instant: how many there are is not what is tried here."""
    tickets_now = db.session.scalar(select(func.count()).where(Ticket.performance_id == show_id))
    return f"people={tickets_now} tickets={tickets_now} orders=0 paid=0"


def agenda_of(show: Performance) -> dict[int | None, AgendaEntry]:
    """Return the entries of a show by member."""
    wanted = select(AgendaEntry).where(AgendaEntry.subject == f"performance:{show.id}")
    return {one.member_id: one for one in db.session.scalars(wanted) if one.member_id}


def test_nobody_has_the_old_time_after_a_move(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "FEW", 1000)  # how many is not tried here
    show = crowd(live, live_app, later)

    holders = set(
        db.session.scalars(
            select(Ticket.member_id).where(
                Ticket.performance_id == show.id, Ticket.state == TicketState.VALID
            )
        )
    )
    entries = agenda_of(show)
    assert set(entries) == holders
    assert {one.during.lower for one in entries.values()} == {show.starts_at}
    news = set(db.session.scalars(select(MoveNews.member_id)))
    early = {
        one.member_id
        for one in db.session.scalars(select(Ticket).where(Ticket.performance_id == show.id))
        if show.moved_at and one.issued_at < show.moved_at
    }
    assert early <= news | {member for member in holders if entries[member].revision == 0}
    assert len(entries) > 0


def test_nobody_gets_a_ticket_after_a_cancellation_and_all_before_it_are_told(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "FEW", 1000)  # how many is not tried here
    show = crowd(live, live_app, lambda _: Wish(kind=MoveKind.CANCEL))

    holders = set(
        db.session.scalars(select(Ticket.member_id).where(Ticket.performance_id == show.id))
    )
    told = {
        int(one.removeprefix("member:"))
        for one in db.session.scalars(
            select(Notice.receiver).where(Notice.kind == "show_cancelled")
        )
    }
    assert told == holders
    assert {one.status for one in agenda_of(show).values()} <= {EntryStatus.CANCELLED}
    assert set(agenda_of(show)) == holders


def test_a_move_to_another_plan_while_people_book_seats_by_name(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "FEW", 1000)  # how many is not tried here
    mover = Mover(live)
    show = mover.show(seats=[10] * 6, seats_per_member=60)
    live.rules().free_per_month = 100
    hall = live.space()
    plan = live.plan(hall, [10] * 6)
    people = [live.member() for _ in range(16)]
    move = mover.propose(show, later(show, space_id=hall.id, plan_id=plan.id))
    live.commit()
    show_id, move_id, plan_id = show.id, move.id, plan.id

    def by_name(member: Member) -> Callable[[], object]:
        def book() -> object:
            mine = db.session.get_one(Member, member.id)
            seat = f"ST-{random.randint(1, 6):02d}-{random.randint(1, 10):02d}"
            wish = SeatWish(seats=((seat, None),))
            key = f"moving-{random.random()}"
            order = tickets.hold(mine, show_id, wish, key=key, confirm=random.random() < 0.5)
            return tickets.confirm(mine, order.code).code

        return book

    def confirm() -> object:
        return mover.confirm(db.session.get_one(Move, move_id), seen=generous(show_id)).id

    jobs = [by_name(people[number % 16]) for number in range(96)]
    jobs.insert(30, pressed_again(confirm))
    results = together(live_app, jobs, at_once=18)

    assert not isinstance(results[30], PalaceError), results[30]
    assert set(codes(results)) <= {"won", "seat_taken", "show_moved"}
    seats = seats_of(show_id)
    taken = {seat.code for seat in seats}
    for refused in results:
        if isinstance(refused, SeatTaken):
            assert {seat.code for seat in seats_in(refused)} <= taken
    assert seats
    assert {one.plan_id for one in seats} == {plan_id}
    assert len({one.id for one in seats}) == len(seats)
    sold = select(func.count()).where(Claim.performance_id == show_id, Claim.held_until.is_(None))
    assert db.session.scalar(sold) == len(seats)


def seats_in(refusal: PalaceError) -> list[PlanSeat]:
    """Return the seats that a refusal names."""
    seats: Any = refusal.values["seats"]
    return list(seats)


def seats_of(show_id: int) -> list[Seat]:
    """Return the seats of a show's valid tickets; each is its claim's too."""
    wanted = (
        select(Seat, Claim.seat_id)
        .join(Ticket, Ticket.seat_id == Seat.id)
        .join(Claim, Claim.id == Ticket.claim_id)
        .where(Ticket.performance_id == show_id, Ticket.state == TicketState.VALID)
    )
    found = db.session.execute(wanted).all()
    assert all(seat.id == claimed for seat, claimed in found)
    return [seat for seat, _ in found]


def test_two_who_confirm_do_it_once(live: Factory, live_app: Flask) -> None:
    mover = Mover(live)
    show = mover.show()
    mover.sold(show, 2)
    move = mover.propose(show, later(show))
    live.commit()
    old, move_id = show.starts_at, move.id

    def confirm(number: int) -> Callable[[], object]:
        return pressed_again(
            lambda: (
                mover.confirm(
                    db.session.get_one(Move, move_id),
                    actor=f"staff:{number}",
                    seen="people=2 tickets=2 orders=0 paid=0",
                ).id
            )
        )

    results = codes(together(live_app, [confirm(number) for number in range(2, 10)]))

    assert set(results) <= {"won", "move_gone"}
    db.session.expire_all()
    assert db.session.get_one(Performance, show.id).starts_at == old + timedelta(days=3)
    assert db.session.scalar(select(func.count()).select_from(Occupancy)) == 1


def test_two_shows_that_want_one_hour_of_a_hall(live: Factory, live_app: Flask) -> None:
    mover = Mover(live)
    shows = [mover.show() for _ in range(4)]
    hall = live.space()
    live.plan(hall, [6])
    target = clock.now() + timedelta(days=20)
    moves = [
        mover.propose(show, Wish(kind=MoveKind.MOVE, starts_at=target, space_id=hall.id)).id
        for show in shows
    ]
    live.commit()

    def confirm(move_id: int) -> Callable[[], object]:
        return pressed_again(
            lambda: (
                mover.confirm(
                    db.session.get_one(Move, move_id), seen="people=0 tickets=0 orders=0 paid=0"
                ).id
            )
        )

    results = codes(together(live_app, [confirm(move_id) for move_id in moves]))

    assert results == {"won": 1, "new_hall_taken": 3}
    assert db.session.scalar(select(func.count()).where(Occupancy.space_id == hall.id)) == 1


def test_many_workers_tell_everybody_once(live: Factory, live_app: Flask) -> None:
    mover = Mover(live)
    show = mover.show(seats=120)
    mover.sold(show, 100)
    move = mover.move(show)
    live.commit()
    move_id = move.id

    together(live_app, [lambda: services.tell_some(7)] * 64, at_once=8)

    while True:
        with transaction():
            if not services.tell_some():
                break
    db.session.expire_all()
    told = select(func.count()).where(Notice.kind == "show_moved")
    assert db.session.scalar(told) == 100
    assert {one.revision for one in agenda_of(show).values()} == {1}
    assert db.session.get_one(Move, move_id).state is MoveState.DONE


def test_a_gift_taken_during_a_move_tells_its_new_holder_or_finds_the_new_time(
    live: Factory, live_app: Flask
) -> None:
    mover = Mover(live)
    show = mover.show(seats=20)
    pairs = []
    for giver, ticket in mover.sold(show, 10):
        receiver = live.member()
        gift = gifts.offer(giver, ticket.code, receiver.phone or "", receiver.name)
        pairs.append((receiver.id, gift.code))
    move = mover.propose(show, later(show))
    live.commit()
    move_id = move.id

    def take(receiver_id: int, code: str) -> Callable[[], object]:
        return lambda: gifts.accept(db.session.get_one(Member, receiver_id), code).code

    jobs = [take(*pair) for pair in pairs]
    jobs.insert(
        5,
        pressed_again(
            lambda: (
                mover.confirm(
                    db.session.get_one(Move, move_id), seen="people=10 tickets=10 orders=0 paid=0"
                ).id
            )
        ),
    )
    results = codes(together(live_app, jobs, at_once=11))
    assert set(results) <= {"won", "show_moved"}
    while True:
        with transaction():
            if not services.tell_some():
                break
    db.session.expire_all()
    now_so = db.session.get_one(Performance, show.id)
    confirmed = [one for one in agenda_of(show).values() if one.status is EntryStatus.CONFIRMED]
    assert {one.during.lower for one in confirmed} == {now_so.starts_at}
    assert db.session.scalar(select(func.count()).where(Claim.held_until.is_(None))) == 10
