"""The same scarce things between processes, as several web workers are."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from flask import Flask
from sqlalchemy import func, select

from palace import create_app
from palace.config import Settings
from palace.db import db
from palace.members.models import Member
from palace.tickets import services
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.races.together import codes, together

PROCESSES = 3


def book_all(
    settings: Settings, member_ids: list[int], performance_id: int, wish: Wish
) -> dict[str, int]:
    """Book the wish for each member, four at a time, in this process; count what came of it."""
    app = create_app(settings)

    def booker(member_id: int) -> Callable[[], object]:
        def book() -> object:
            member = db.session.get_one(Member, member_id)
            key = f"processes-{member_id}"
            return services.hold(member, performance_id, wish, key=key, confirm=True).code

        return book

    jobs = [booker(member_id) for member_id in member_ids]
    counted = codes(together(app, jobs, at_once=4))
    with app.app_context():
        db.engine.dispose()
    app.extensions["palace_side_engine"].dispose()
    return dict(counted)


def book_in_processes(
    app: Flask, shares: list[list[int]], performance_id: int, wish: Wish
) -> dict[str, int]:
    """Let each process book for its share of the members; return the sums."""
    settings = app.extensions["palace"]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(shares), mp_context=spawn) as pool:
        runs = [pool.submit(book_all, settings, share, performance_id, wish) for share in shares]
        results = [run.result(timeout=100) for run in runs]
    return {
        code: sum(result.get(code, 0) for result in results)
        for result in results
        for code in result
    }


def test_processes_sell_a_seat_once(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=1)
    members = [live.member().id for _ in range(60)]
    live.commit()
    shares = [members[number::PROCESSES] for number in range(PROCESSES)]
    results = book_in_processes(live_app, shares, performance.id, Wish(seats=(("ST-01-01", None),)))
    assert results == {"won": 1, "seat_taken": 59}
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_processes_with_one_key_make_one_order(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=30)
    member = live.member().id
    live.commit()
    shares = [[member] * 8 for _ in range(PROCESSES)]
    results = book_in_processes(live_app, shares, performance.id, Wish(count=2))
    assert results == {"won": 24}
    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert db.session.scalar(select(func.count(Ticket.id))) == 2
