"""Seats that are changed while others book, change, return and come in."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.door import services as door
from palace.door.rules import Reason, Verdict
from palace.door.services import Checked
from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.errors import AlreadyAdmitted
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.tickets.tokens import ticket_token
from tests.door.conftest import book_for, open_now
from tests.factory import Factory
from tests.races.together import codes, together


def changer(member: Member, code: str, seat: str) -> Callable[[], object]:
    """Return a job that changes a ticket to a seat."""
    member_id = member.id

    def change() -> object:
        mine = db.session.get_one(Member, member_id)
        return services.change_seat(mine, code, seat).issue

    return change


def booked(member: Member, show: Performance, *seats: str) -> list[Ticket]:
    """Return a member's tickets for seats, in plan order."""
    wish = Wish(seats=tuple((seat, None) for seat in seats))
    order = services.hold(member, show.id, wish, key=f"race-{random.random()}")
    return list(services.confirm(member, order.code).tickets)


def seats_of(show: Performance) -> tuple[list[int], list[int]]:
    """Return the seats of sold claims and of valid tickets of a show, sorted."""
    sold = select(Claim.seat_id).where(Claim.performance_id == show.id, Claim.held_until.is_(None))
    valid = select(Ticket.seat_id).where(
        Ticket.performance_id == show.id, Ticket.state == TicketState.VALID
    )
    return sorted(db.session.scalars(sold)), sorted(db.session.scalars(valid))


def test_sixteen_want_the_same_free_seat_and_one_gets_it(live: Factory, live_app: Flask) -> None:
    show = live.performance(seats=17)
    people = [live.member() for _ in range(16)]
    tickets = [booked(one, show, f"ST-01-{number:02d}")[0] for number, one in enumerate(people, 1)]
    live.commit()

    jobs = [
        changer(one, ticket.code, "ST-01-17") for one, ticket in zip(people, tickets, strict=True)
    ]
    assert codes(together(live_app, jobs, at_once=16)) == {"won": 1, "seat_taken": 15}

    sold, valid = seats_of(show)
    assert sold == valid
    assert len(set(valid)) == 16


def test_two_who_want_each_other_s_seat_keep_their_own(live: Factory, live_app: Flask) -> None:
    show = live.performance(seats=40)
    pairs = [(live.member(), live.member()) for _ in range(20)]
    jobs = []
    for number, (one, other) in enumerate(pairs):
        left, right = f"ST-01-{2 * number + 1:02d}", f"ST-01-{2 * number + 2:02d}"
        jobs.append(changer(one, booked(one, show, left)[0].code, right))
        jobs.append(changer(other, booked(other, show, right)[0].code, left))
    live.commit()

    assert codes(together(live_app, jobs, at_once=32)) == {"seat_taken": 40}
    sold, valid = seats_of(show)
    assert (len(set(valid)), sold) == (40, valid)


def test_a_house_that_changes_seats_while_others_book_never_doubles_one(
    live: Factory, live_app: Flask
) -> None:
    """Changes up and down, holds of several seats and returns cross each other: no circle, no double."""
    show = live.performance(seats=[20, 20], seats_per_member=40)
    live.rules().free_per_month = 400
    people = [live.member() for _ in range(10)]
    tickets = [
        (one, booked(one, show, f"ST-01-{2 * number + 1:02d}")[0].code)
        for number, one in enumerate(people)
    ]
    live.commit()
    every = [f"ST-{row:02d}-{number:02d}" for row in (1, 2) for number in range(1, 21)]
    chance = random.Random(7)

    def buyer(member: Member) -> Callable[[], object]:
        wanted, key = chance.sample(every, 3), f"crossing-{chance.random()}"
        member_id = member.id

        def buy() -> object:
            mine = db.session.get_one(Member, member_id)
            wish = Wish(seats=tuple((seat, None) for seat in wanted))
            return services.hold(mine, show.id, wish, key=key, confirm=True).code

        return buy

    jobs = [changer(one, code, chance.choice(every)) for one, code in tickets * 12]
    jobs += [buyer(chance.choice(people)) for _ in range(60)]
    chance.shuffle(jobs)
    results = codes(together(live_app, jobs, at_once=32))

    assert set(results) <= {"won", "seat_taken"}
    sold, valid = seats_of(show)
    assert sold == valid
    assert len(set(valid)) == len(valid)


def test_a_ticket_is_changed_or_comes_in_never_both(live: Factory, live_app: Flask) -> None:
    show = open_now(live, seats=60)
    show.seats_per_member = 60
    live.rules().free_per_month = 60
    member = live.member()
    tickets = [book_for(member, show) for _ in range(30)]
    free = {f"ST-01-{number:02d}" for number in range(1, 61)}
    free -= {one.seat.code for one in tickets if one.seat}
    shown = [(one.code, ticket_token(one)) for one in tickets]
    live.commit()
    show_id = show.id

    def scan(token: str) -> Callable[[], object]:
        return lambda: door.admit(show_id, token, "main")

    pairs = [
        (scan(token), changer(member, code, seat))
        for (code, token), seat in zip(shown, sorted(free), strict=True)
    ]
    results = together(live_app, [job for pair in pairs for job in pair])

    wins: Counter[str] = Counter()
    for scanned, changed in zip(results[::2], results[1::2], strict=True):
        assert isinstance(scanned, Checked)
        if scanned.verdict is Verdict.ADMITTED:
            assert isinstance(changed, AlreadyAdmitted)
        else:
            assert (scanned.reason, changed) == (Reason.REPLACED, 2)
        wins[scanned.verdict] += 1
    sold, valid = seats_of(show)
    assert sold == valid
    lapsed = select(func.count(Claim.id)).where(Claim.held_until <= clock.now())
    assert db.session.scalars(lapsed).one() == wins[Verdict.REFUSED]
