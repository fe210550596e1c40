"""Managers at the desk against each other and against buyers: one publishes, nothing is overwritten."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from palace import clock
from palace.db import db, transaction
from palace.desk.queries import selling, staged
from palace.desk.rules import seen_as
from palace.desk.services import publishing
from palace.desk.services import selling as services
from palace.desk.services.staging import Place, Sale, put_on, set_place
from palace.members.models import AuditLine, Member
from palace.money import Fen
from palace.programme.models import Performance, PermitRule, Production, Quota
from palace.programme.rules import Scope, Seating
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from palace.venues.models import Occupancy, Space
from tests.desk.conftest import ZONES, reviewed
from tests.factory import Factory
from tests.races.together import codes, together

MINUTES = timedelta(minutes=30)
Job = Callable[[], object]


@pytest.fixture
def show(live: Factory) -> Performance:
    """Return a performance on sale, free for members, its plan drawn."""
    show = live.performance(seats=[6, 6], seats_per_member=12)
    assert show.plan
    show.plan.drawing = ZONES
    live.rules().free_per_month = 12
    live.commit()
    return show


def place_of(hall: Space, start_in: timedelta, doors: int = 30) -> Place:
    """Return a place for a head count in a hall, some time from now."""
    return Place(
        space=db.session.get_one(Space, hall.id),
        seating=Seating.OPEN,
        plan=None,
        capacity=50,
        starts_at=clock.now() + start_in,
        get_in=MINUTES,
        get_out=MINUTES,
        doors=timedelta(minutes=doors),
    )


def sale_now() -> Sale:
    """Return a sale that is open."""
    return Sale(opens_at=clock.now() - MINUTES, closes_at=None, seats_per_member=4)


def buyer(member: Member, show: Performance, count: int = 1) -> Job:
    """Return a job that holds places."""

    def hold() -> object:
        mine = db.session.get_one(Member, member.id)
        key = f"key-{random.random()}"
        return tickets.hold(mine, show.id, Wish(count=count), key=key).code

    return hold


def draft_of(live: Factory) -> Performance:
    """Return a draft that is ready to be published."""
    production = live.performance().production
    production.about_zh, production.about_en = "戏", "a play"
    live.add(reviewed(production))
    hall = live.space()
    with_plan = place_of(hall, timedelta(days=30))
    one = put_on(production, with_plan, sale_now())
    db.session.execute(delete(PermitRule))
    live.commit()
    return one


def test_of_many_managers_one_publishes(live: Factory, live_app: Flask) -> None:
    number = draft_of(live).id

    results = together(live_app, [lambda: publishing.publish(number)] * 16, at_once=16)

    assert sorted(map(bool, results)) == [False] * 15 + [True]
    lines = select(AuditLine).where(AuditLine.act == "performance_published")
    assert len(db.session.scalars(lines).all()) == 1


def test_of_many_who_saw_the_same_one_changes_it(live: Factory, live_app: Flask) -> None:
    one = draft_of(live)
    number, hall, seen = one.id, one.space, seen_as(staged.place_values(one))
    db.session.rollback()

    def move(doors: int) -> Job:
        return lambda: set_place(number, place_of(hall, timedelta(days=31), doors), seen=seen)

    results = codes(together(live_app, [move(doors) for doors in range(16)], at_once=16))

    assert results == {"won": 1, "changed_meanwhile": 15}
    assert len(db.session.scalars(select(Occupancy)).all()) == 1


def test_a_hall_is_put_on_once(live: Factory, live_app: Flask) -> None:
    production, hall = live.performance().production, live.space()
    live.commit()

    def stage(number: int) -> Job:
        def put() -> object:
            play = db.session.get_one(Production, production.id)
            return put_on(play, place_of(hall, timedelta(days=30, minutes=number)), sale_now()).id

        return put

    results = codes(together(live_app, [stage(number) for number in range(12)], at_once=12))

    assert results == {"won": 1, "hall_taken": 11}


def test_nothing_is_sold_of_what_was_taken_back(
    live: Factory, live_app: Flask, show: Performance
) -> None:
    for turn in range(6):
        members = [live.member() for _ in range(10)]
        live.commit()
        jobs: list[Job] = [buyer(member, show) for member in members]
        jobs.insert(turn, lambda: publishing.unpublish(show.id))
        results = codes(together(live_app, jobs, at_once=11))
        assert set(results) <= {"won", "not_found", "already_booked", "sold_out"}
        with transaction():
            publishing.stays_published(show.id)
        one = db.session.get_one(Performance, show.id, populate_existing=True)
        sold = staged.sold_count(show.id, clock.now())
        assert (sold > 0) == (one.published_at is not None)
        if sold:
            return
        one.published_at = clock.now()
        live.commit()


def test_a_quota_never_falls_below_what_is_sold(
    live: Factory, live_app: Flask, show: Performance
) -> None:
    live.add(Quota(performance_id=show.id, scope=Scope.HOUSE, seats=12))
    members = [live.member() for _ in range(16)]
    live.commit()

    def lower(to: int) -> Job:
        def done() -> object:
            tiers = selling.tiers_for(show.id)
            seen = seen_as(selling.quota_cells(show_now(), tiers))
            return services.set_quotas(show.id, {"house": to}, seen=seen)

        return done

    def show_now() -> Performance:
        return db.session.get_one(Performance, show.id)

    jobs = [buyer(member, show) for member in members]
    jobs[3:3] = [lower(5), lower(4)]
    results = codes(together(live_app, jobs, at_once=18))

    assert set(results) <= {"won", "sold_out", "below_sold", "changed_meanwhile", "seat_taken"}
    db.session.rollback()
    (quota,) = db.session.scalars(select(Quota)).all()
    assert staged.sold_count(show.id, clock.now()) <= quota.seats


def test_prices_change_under_buyers_and_each_has_one_of_the_two(
    live: Factory, live_app: Flask, show: Performance
) -> None:
    members = [live.member() for _ in range(8)]
    live.commit()

    def dearer() -> object:
        one = db.session.get_one(Performance, show.id)
        seen = seen_as(selling.price_values(one, selling.tiers_for(show.id)))
        wanted = {"free": {"A": Fen(500), "B": Fen(500)}}
        return services.set_prices(show.id, wanted, seen=seen)

    jobs: list[Job] = [buyer(member, show) for member in members]
    jobs.insert(4, dearer)
    assert set(codes(together(live_app, jobs, at_once=9))) <= {"won", "seat_taken"}
    claims = selling.taken_by(show.id, clock.now())
    assert claims["house"] <= 8


def test_a_manager_who_tries_to_move_a_show_on_sale_costs_no_buyer_their_order(
    live: Factory, live_app: Flask, show: Performance
) -> None:
    live.add(Quota(performance_id=show.id, scope=Scope.HOUSE, seats=12))
    members = [live.member() for _ in range(12)]
    live.commit()
    hall, seen = show.space, seen_as(staged.place_values(show))

    def move() -> object:
        return set_place(show.id, place_of(hall, timedelta(days=9)), seen=seen)

    jobs: list[Job] = []
    for turn in range(120):
        jobs.append(buyer(members[turn % 12], show))
        jobs.append(move)

    told = codes(together(live_app, jobs))

    assert told["won"] == 12
    refused = {"already_booked", "is_published", "sold_out", "seat_taken"}
    assert set(told) - {"won"} <= refused, told
