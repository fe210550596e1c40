"""Every described answer of the books, given once for real."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from palace import clock
from palace.books.models import Difference
from palace.clock import palace_day
from palace.db import db
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Attempt, Movement
from palace.payments.services.locking import lock
from palace.payments.services.reviewing import look_into
from palace.payments.states import AttemptState, Backend, Review
from tests.books.conftest import UNIT, numbers, pay_for
from tests.books.test_days import noon, yesterday
from tests.factory import Factory


def keep_the_books(walk: Any, make: Factory) -> None:
    """Ask for an invoice, issue and reverse it; match a day; decide about money that has to go back."""
    paid = pay_for(make)
    make.sign_in(walk.browser, paid.member)
    mine = f"/mine/invoices/{paid.payment_id}"
    for path in ("/mine/invoices", mine):
        walk.ask("GET", path)
    walk.ask("POST", mine, **UNIT)
    walk.ask("POST", f"{mine}/withdraw")
    walk.ask("POST", mine, **UNIT)
    make.sign_in(walk.browser, make.staff(Role.FINANCE))
    for path in ("", "/batches", "/invoices", "/numbers", "/columns", "/provider", "/movements"):
        walk.ask("GET", f"/staff/books{path}")
    heading = {"heading": ["申请单号"], "what": ["request"], "fixed": [""]}
    walk.ask("POST", "/staff/books/columns", **heading)
    walk.ask("POST", "/staff/books/batches")
    walk.ask("POST", f"/staff/books/invoices/{paid.request().id}/not-issued", why="x")
    paid.ask()
    walk.ask("POST", "/staff/books/batches")
    walk.ask("POST", "/staff/books/numbers", lines=numbers(paid.request()), sure=True)
    one = f"/staff/books/invoices/{paid.request().id}"
    walk.ask("GET", one)
    walk.ask("POST", f"{one}/reverse", on=palace_day(clock.now()).isoformat())
    _match(walk)
    _decide(walk, make, paid.payment_id)
    walk.ask("POST", "/staff/sign-out")


def _match(walk: Any) -> None:
    db.session.execute(update(Movement).values(moved_at=noon()))
    lines = f"流水号,金额,时间\npi_none,1,{noon().isoformat()}"
    walk.ask("POST", "/staff/books/provider", lines=lines)
    walk.ask("POST", "/staff/books/match", day=yesterday().isoformat())
    walk.ask("GET", "/staff/books/differences")
    found = db.session.scalars(select(Difference.id)).first()
    one = f"/staff/books/differences/{found}"
    walk.ask("GET", one)
    walk.ask("POST", f"{one}/settle", why="x")


def _decide(walk: Any, make: Factory, payment_id: int) -> None:
    make.rules().second_above = Fen(0)
    refund = payments.propose_refund(payment_id, Fen(100), why="x", by="staff:0")
    look_into(lock(payment_id), Review.TWICE, clock.now())
    db.session.flush()
    for path in ("refunds", f"refunds/{refund.id}", "reviews", f"payments/{payment_id}"):
        walk.ask("GET", f"/staff/books/{path}")
    walk.ask("POST", f"/staff/books/refunds/{refund.id}", what="agree")
    walk.ask("POST", "/staff/books/refunds/retry")
    walk.ask("POST", f"/staff/books/payments/{payment_id}/looked-into", why="x")
    page = Attempt(
        payment_id=payment_id,
        number=1,
        backend=Backend.STRIPE,
        state=AttemptState.OPEN,
        request={},
        made_at=clock.now(),
        page_ends_at=clock.now(),
        look_at=clock.now(),
    )
    make.add(page)
    walk.ask("POST", f"/staff/books/payments/{payment_id}/page", yuan="0", reference="", why="x")
