"""Kept seats and places against threads: a grant's limit, the counter's places, a keeper and a buyer."""

from __future__ import annotations

import random
from collections.abc import Callable

from flask import Flask

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.members.rules import GrantKind
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import kept, queries, services
from palace.tickets.keeping import KeptFor
from palace.tickets.kept import keep_places
from palace.tickets.neighbours import runs
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.races.together import codes, together

BLOCK = "block:5"


def holder(
    member: Member, show: Performance, wish: Wish, *, at_counter: bool = False
) -> Callable[[], object]:
    """Return a job that holds a wish."""

    def hold() -> object:
        mine = db.session.get_one(Member, member.id)
        key = f"key-{random.random()}"
        return services.hold(mine, show.id, wish, key=key, at_counter=at_counter).code

    return hold


def test_16_threads_of_one_member_take_no_more_than_the_grant_allows(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=16, seats_per_member=16)
    live.rules().free_per_month = 16
    kept.keep(show.id, live.seats(show), reason=BLOCK, until=show.starts_at, now=clock.now())
    member = live.member()
    live.grant(member, show, kind=GrantKind.BLOCK, opens=BLOCK, seats=3)
    live.commit()
    wishes = [
        Wish(seats=((f"ST-01-{number:02d}", None),)) if number % 2 else Wish(count=1, kept=BLOCK)
        for number in range(1, 17)
    ]

    results = codes(together(live_app, [holder(member, show, wish) for wish in wishes]))

    assert results["won"] == 3
    assert set(results) <= {"won", "grant_used_up", "seat_taken"}
    assert len(set(queries.closed_seats(show.id, clock.now()).values()) & {queries.TAKEN}) == 1
    taken = queries.closed_seats(show.id, clock.now()).values()
    assert list(taken).count(queries.TAKEN) == 3


def test_places_kept_for_the_counter_are_never_sold_on_the_web(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=20, seating=Seating.PLACES)
    keep_places(show.id, 6, reason=KeptFor.IN_PERSON, until=show.starts_at, now=clock.now())
    buyers, comers = [live.member() for _ in range(40)], [live.member() for _ in range(6)]
    live.commit()
    web = [holder(member, show, Wish(count=1)) for member in buyers]
    counter = [holder(member, show, Wish(count=1), at_counter=True) for member in comers]
    jobs = [*web, *counter]
    random.shuffle(jobs)

    results = codes(together(live_app, jobs))

    assert results == {"won": 20, "sold_out": 26}
    assert len(live.claims(show)) == 20
    assert sum(claim.kept_for is not None for claim in live.claims(show)) == 6


def test_a_seat_is_kept_or_bought_and_who_was_second_is_told(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=16)
    seats = live.seats(show)
    members = [live.member() for _ in range(16)]
    live.commit()

    def keeper() -> object:
        until, now = show.starts_at, clock.now()
        return kept.keep_each(show.id, seats, reason=KeptFor.PRESS, until=until, now=now)

    buyers = [
        holder(member, show, Wish(seats=((seat.code, None),)))
        for member, seat in zip(members, seats, strict=True)
    ]
    results = together(live_app, [*buyers[:8], keeper, *buyers[8:]], at_once=17)

    told = codes(results)
    pressed = next(result for result in results if isinstance(result, set))
    assert told["won"] - 1 + len(pressed) == 16
    closed = queries.closed_seats(show.id, clock.now())
    assert {seat for seat, key in closed.items() if key == KeptFor.PRESS} == pressed


def test_of_choices_that_would_leave_a_single_seat_between_them_the_second_is_refused(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=[5] * 40, seats_per_member=2)  # so many that none is ever forced
    live.rules().free_per_month = 60
    show.no_single_gap = True
    members = [live.member() for _ in range(36)]
    live.commit()
    wishes = [
        wish
        for row in range(2, 14)
        for wish in (
            Wish(seats=((f"ST-{row:02d}-01", None), (f"ST-{row:02d}-02", None))),
            Wish(seats=((f"ST-{row:02d}-04", None), (f"ST-{row:02d}-05", None))),
            Wish(count=1 + row % 2),
        )
    ]
    jobs = [holder(member, show, wish) for member, wish in zip(members, wishes, strict=True)]
    random.shuffle(jobs)

    results = codes(together(live_app, jobs, at_once=36))

    assert set(results) <= {"won", "leaves_gap", "seat_taken"}
    closed = queries.closed_seats(show.id, clock.now())
    free = [seat for seat in live.seats(show) if seat.id not in closed]
    assert [run for run in runs(free) if len(run) == 1] == []
