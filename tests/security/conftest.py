"""Everything an address may be asked with: own things, somebody else's, nothing at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import Connection, select
from werkzeug.routing import Rule

from palace import printing
from palace.blocks.models import Block, NameList
from palace.blocks.services import read_list
from palace.codes.models import CodeBatch
from palace.coupons import services as coupons
from palace.coupons.models import Coupon
from palace.db import db
from palace.members.models import Member
from palace.packages import services as packages
from palace.packages.services.taking import Asked
from palace.payments.models import Payment
from palace.programme.models import Performance
from palace.rooms.models import RoomWait
from palace.tickets import services
from palace.tickets.models import Order, PackageOrder, Ticket
from palace.tickets.rules import Wish
from palace.waiting import services as waiting
from palace.waiting.models import WaitEntry
from palace.waiting.rules import Wanted
from tests.blocks.conftest import give
from tests.codes.conftest import batch_of, texts
from tests.coupons.conftest import pool_of
from tests.courts.walk import be_offered_a_room
from tests.factory import Factory
from tests.packages.conftest import packaged
from tests.security.lent import Lent, lend_something
from tests.security.taught import Taught, teach_something

UNKNOWN_ID = 999_999_999


@dataclass(frozen=True)
class Belongings:
    """A member's ticket, held order, offer, coupon, held package, what they owe; a unit's block, codes."""

    member: Member
    performance: Performance
    order: Order
    ticket: Ticket
    entry: WaitEntry
    block: Block
    names: NameList
    batch: CodeBatch
    coupon: Coupon
    package: PackageOrder
    payment: Payment
    room_wait: RoomWait
    lent: Lent
    taught: Taught

    def values(self, rule: Rule) -> dict[str, object]:
        """Return the address values of this member's things."""
        known: dict[str, object] = {
            "performance_id": self.performance.id,
            "production_id": self.performance.production_id,
            "code": self._code(rule.rule),
            "block_id": self.block.id,
            "pool_id": self.coupon.pool_id,
            "package_id": self.package.package_id,
            "payment_id": self.payment.id,
            "list_id": self.names.id,
            "batch_id": self.batch.id,
            "complimentary_id": UNKNOWN_ID,
            "request_id": UNKNOWN_ID,
            "refund_id": UNKNOWN_ID,
            "difference_id": UNKNOWN_ID,
            "typed": texts(self.batch, 1)[0],
            "secret": "0" * 26,
            "task_id": UNKNOWN_ID,
            "kind": "member",
            "group": "tickets",
            "person_id": self.member.id,
            "post_id": UNKNOWN_ID,
            "ladder_id": UNKNOWN_ID,
            "member_id": self.member.id,
            "companion_id": UNKNOWN_ID,
            "unit_id": self.member.unit_id,
            "import_id": UNKNOWN_ID,
            "plan_id": self.performance.plan_id,
            "draft_id": UNKNOWN_ID,
            "site_id": self.performance.space.site_id,
            "purpose": "identity",
            "version": 1,
            "application_id": UNKNOWN_ID,
            "revision_id": UNKNOWN_ID,
            "step_id": UNKNOWN_ID,
            "strike_id": UNKNOWN_ID,
            "broadcast_id": UNKNOWN_ID,
            "tier_id": UNKNOWN_ID,
            "movement_id": UNKNOWN_ID,
            "shift_id": UNKNOWN_ID,
            "code_id": UNKNOWN_ID,
            "filename": "palace.css",
            **self.lent.values(),
            **self.taught.values(),
        }
        return {name: known[name] for name in rule.arguments}

    def _code(self, rule: str) -> str:
        of = {
            "/packages/orders/": self.package.code,
            "/coupons/": self.coupon.receipt or "",
            "/tickets/": self.ticket.code,
            "/offers/": self.entry.code,
            "/room-waits/": self.room_wait.code,
            "/b/": self.block.code,
            "/reservations/": self.lent.occurrence.reservation.code,
            "/closures/": self.lent.closure,
            "/enrolments/": self.taught.enrolment.code,
            "/class-waits/": self.taught.wait.code,
            "/certificates/": self.taught.certificate.code,
        }
        return next((code for part, code in of.items() if part in rule), self.order.code)


@pytest.fixture(autouse=True)
def _nobody_waits_for_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the printing process, which does not run here, once: a test asks for dozens of files."""
    monkeypatch.setattr(printing, "CONNECT_SECONDS", 0)


@pytest.fixture
def belongings(make: Factory) -> Belongings:
    """Return a member with a valid ticket and a held order."""
    return own_something(make)


def own_something(make: Factory, performance: Performance | None = None) -> Belongings:
    """Make a member who has a ticket and a held order."""
    performance = performance or make.performance(seats=4)
    member = make.member()
    assert member.roster_entry is not None
    settled = services.hold(member, performance.id, Wish(count=1), key="belongings-1")
    services.confirm(member, settled.code)
    held = services.hold(member, performance.id, Wish(count=1), key="belongings-2")
    ticket = db.session.scalars(select(Ticket).where(Ticket.member_id == member.id)).one()
    block = give(make, make.performance(seats=4), member.roster_entry.unit)
    names = read_list(block.id, member.name, "member:1")
    dates = [make.performance(seats=4, prices={"public": 0}) for _ in range(2)]
    package = packaged(make, dates, {"public": 0})
    return Belongings(
        member=member,
        performance=performance,
        order=held,
        ticket=ticket,
        entry=be_offered_something(make, member),
        block=block,
        names=names,
        batch=batch_of(make.performance(seats=4)),
        coupon=coupons.take(member, pool_of(make, 2, per_member=2).id, "belongings-4"),
        package=packages.take(member, package.id, Asked(count=1), key="belongings-5"),
        payment=owe_something(make, member),
        room_wait=be_offered_a_room(make, member),
        lent=lend_something(make, member),
        taught=teach_something(make, member),
    )


def be_offered_something(make: Factory, member: Member) -> WaitEntry:
    """Let a member wait for a show until it is their turn."""
    full, owner = make.performance(seats=1), make.member()
    sold = services.hold(owner, full.id, Wish(count=1), key="belongings-3", confirm=True)
    entry = waiting.join(member, full.id, Wanted(count=1))
    services.give_back(owner, sold.tickets[0].code)
    return entry


def owe_something(make: Factory, member: Member) -> Payment:
    """Let a member's seat wait for its money."""
    show = make.performance(seats=1, prices={"member": 3000})
    held = services.hold(member, show.id, Wish(count=1), key="belongings-6")
    services.confirm(member, held.code)
    of_it = (Payment.part == "tickets", Payment.subject_id == held.id)
    return db.session.scalars(select(Payment).where(*of_it)).one()


def is_long() -> bool:
    """Return whether `make fuzz` asks, which leaves nothing out."""
    return settings().max_examples >= 1000


def few() -> settings:
    """Return how often something dear is tried: ten times, or hundreds by `make fuzz`."""
    return settings(max_examples=settings().max_examples // 10)


def addresses(app: Flask) -> list[tuple[str, Rule]]:
    """Return every (method, rule) of the application."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def address_of(app: Flask, rule: Rule, values: Mapping[str, object]) -> str:
    """Return the path of a rule with values."""
    path = app.url_map.bind("127.0.0.1").build(rule.endpoint, values, force_external=False)
    return str(path)


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Undo what a case did, so that the next one finds the same palace."""
    point = cast("Connection", db.engines[None]).begin_nested()
    try:
        with app.app_context():
            yield
    finally:
        point.rollback()
