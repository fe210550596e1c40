"""What the palace does with a block waits for its people in the order of seats, quotas last: in no circle."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text

from palace.blocks import services
from palace.blocks.services.giving import as_shown
from palace.db import db, transaction
from palace.members.models import Member
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import OrderState, Wish
from tests.blocks.conftest import give, member_of
from tests.blocks.test_giving import terms_of
from tests.factory import Factory

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def in_turn(app: Flask, claim_id: int, *jobs: Callable[[], object]) -> list[object]:
    """Hold a claim until each job waits, begun one after the other; return what came of them."""

    def run(job: Callable[[], object]) -> object:
        with app.app_context(), transaction():
            return job()

    with ThreadPoolExecutor() as pool:
        with transaction():
            db.session.execute(select(Claim.id).where(Claim.id == claim_id).with_for_update())
            begun: list[Future[object]] = []
            for job in jobs:
                begun.append(pool.submit(run, job))
                until = time.monotonic() + 3
                while (db.session.scalar(WAITING) or 0) < len(begun) and time.monotonic() < until:
                    time.sleep(0.01)
        return [one.result(timeout=60) for one in begun]


def test_a_block_taken_back_while_one_of_its_people_takes_two(
    live: Factory, live_app: Flask
) -> None:
    unit = live.unit()
    block = give(live, live.performance(seats=4), unit, 2, per_member=2)
    member = member_of(live, unit)
    order = services.take(block.code, member, "first-tap-key")
    assert order is not None
    first = db.session.scalars(select(Claim.id).where(Claim.order_id == order.id)).one()
    assert (
        services.take(block.code, member, "second-tap-key") is not None
    )  # its grant opens two now
    for code in db.session.scalars(select(Ticket.code).order_by(Ticket.id.desc())).all():
        tickets.give_back(member, code)
    live.commit()  # the row of the first seat lies behind that of the second now
    show, key, block_id, member_id = block.performance_id, f"block:{block.id}", block.id, member.id

    def two() -> OrderState:
        mine = db.session.get_one(Member, member_id)
        wish = Wish(seats=(("ST-01-01", None), ("ST-01-02", None)), kept=key)
        return tickets.hold(mine, show, wish, key="two-seats-key", confirm=True).state

    results = in_turn(live_app, first, two, lambda: services.take_back(block_id).id)

    assert results == [OrderState.SETTLED, block_id]


def test_a_block_made_larger_while_one_of_its_people_confirms(
    live: Factory, live_app: Flask
) -> None:
    unit = live.unit()
    show = live.performance(seats=9, seating=Seating.PLACES, prices={"member": 3000})
    block = give(live, show, unit, 2, tier="member")
    member = member_of(live, unit)
    order = services.take(block.code, member, "first-tap-key")
    assert order is not None
    held = db.session.scalars(select(Claim.id).where(Claim.order_id == order.id)).one()
    terms, shown = (
        terms_of(block, releases_at=block.releases_at - timedelta(hours=1)),
        as_shown(block, 2),
    )
    live.commit()
    block_id, member_id, code = block.id, member.id, order.code

    def confirm() -> OrderState:
        return tickets.confirm(db.session.get_one(Member, member_id), code).state

    results = in_turn(
        live_app, held, confirm, lambda: services.change(block_id, shown, 3, terms).id
    )

    assert results == [OrderState.AWAITING_PAYMENT, block_id]
