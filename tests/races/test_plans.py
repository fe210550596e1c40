"""A plan changes under a show while it is booked: every seat is somebody's once, on the plan the show has."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from palace.db import db
from palace.members.models import Member
from palace.plans import services as plans
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.venues.models import Seat, SeatingPlan
from tests.factory import Factory
from tests.races.together import codes, together

ROWS = [20] * 10


def buyer(member: Member, performance: Performance, *, named: bool) -> Callable[[], object]:
    """Return a job that books two seats: by name, or any together."""

    def book() -> object:
        mine = db.session.get_one(Member, member.id)
        row, number = random.randint(1, 10), random.randint(1, 19)
        both = tuple((f"ST-{row:02d}-{number + more:02d}", None) for more in (0, 1))
        wish = Wish(seats=both) if named else Wish(count=2)
        order = services.hold(mine, performance.id, wish, key=f"key-{random.random()}")
        services.confirm(mine, order.code)
        return order.code

    return book


def switcher(performance: Performance, ids: list[int]) -> Callable[[], object]:
    """Return a job that gives a performance whichever plan it has not."""

    def switch() -> object:
        current = db.session.get_one(Performance, performance.id, populate_existing=True).plan_id
        other = ids[0] if current == ids[1] else ids[1]
        return plans.switch(performance.id, other, current or 0)

    return switch


def test_a_plan_changes_while_16_buyers_book(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=ROWS, seats_per_member=400)
    live.rules().free_per_month = 400
    other = live.plan(performance.space, ROWS)
    members = [live.member() for _ in range(16)]
    live.commit()
    ids = [performance.plan_id or 0, other.id]

    jobs: list[Callable[[], object]] = []
    for turn in range(160):
        jobs.append(buyer(members[turn % 16], performance, named=turn % 3 > 0))
        if turn % 16 == 8:
            jobs.append(switcher(performance, ids))
    results = together(live_app, jobs, at_once=18)

    told = codes(results)
    assert set(told) <= {
        "won",
        "seat_taken",
        "no_seats_together",
        "plan_changed",
        "rushed",
        "plan_switched",
    }, told
    changed = [result for result in results if isinstance(result, int)]
    assert len(changed) + told["plan_changed"] == 10
    assert len(changed) > 1
    now = db.session.get_one(Performance, performance.id, populate_existing=True).plan_id
    sold = db.session.execute(
        select(Seat.code, Seat.plan_id)
        .join(Claim, Claim.seat_id == Seat.id)
        .where(Claim.performance_id == performance.id, Claim.held_until.is_(None))
    ).all()
    assert {row.plan_id for row in sold} == {now}
    assert max(Counter(row.code for row in sold).values()) == 1
    tickets = db.session.execute(
        select(Seat.code, Seat.plan_id)
        .join(Ticket, Ticket.seat_id == Seat.id)
        .where(Ticket.state == TicketState.VALID)
    ).all()
    assert sorted(tickets) == sorted(sold)
    assert len(sold) == 2 * (told["won"] - len(changed))


def test_two_managers_change_one_plan_and_the_second_is_told(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=[4])
    others = [live.plan(performance.space, [4]) for _ in range(2)]
    live.commit()
    seen = performance.plan_id or 0

    def switch(plan: SeatingPlan) -> Callable[[], object]:
        return lambda: plans.switch(performance.id, plan.id, seen)

    assert codes(together(live_app, [switch(plan) for plan in others])) == {
        "won": 1,
        "plan_changed": 1,
    }


def test_16_managers_work_on_one_draft_and_one_change_each_is_made_or_told(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=[16])
    plan = db.session.get_one(SeatingPlan, performance.plan_id)
    draft = plans.begin_from(plan, performance.space)
    live.commit()

    def change(number: int) -> Callable[[], object]:
        code = f"ST-01-{number:02d}"
        return lambda: plans.set_seats(draft.id, 1, [code], [], plans.Change(zone="B"))

    told = codes(together(live_app, [change(number) for number in range(1, 17)]))
    assert told == {"won": 1, "plan_draft_changed": 15}


def test_drafts_of_one_plan_kept_at_once_are_versions_one_after_another(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=[4])
    plan = db.session.get_one(SeatingPlan, performance.plan_id)
    drafts = [plans.begin_from(plan, performance.space) for _ in range(6)]
    live.commit()

    def keep(draft_id: int) -> Callable[[], object]:
        return lambda: plans.keep(draft_id, 1).version

    kept = together(live_app, [keep(draft.id) for draft in drafts])

    assert sorted(map(int, map(str, kept))) == [plan.version + more for more in range(1, 7)]
