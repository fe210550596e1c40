"""A page of money asks the database as often for many rows as for few."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.books import services
from palace.books.rules import Line, Outcome
from palace.books.states import InvoiceState
from palace.clock import palace_day
from palace.db import db
from palace.members.rules import Role
from palace.payments.services.reviewing import look_into
from palace.payments.states import Review
from tests.asked import asked
from tests.books.conftest import pay_for
from tests.factory import Factory


def counted(browser: FlaskClient, path: str) -> int:
    """Return how often a page asks the database, once what it remembers is there."""
    browser.get(path)
    db.session.expire_all()
    with asked() as heard:
        assert browser.get(path).status_code == 200
    return len(heard)


def found(browser: FlaskClient, word: str) -> int:
    """Return how often the till asks the database for what a word finds."""
    browser.post("/staff/till/find", data={"word": word})
    db.session.expire_all()
    with asked() as heard:
        assert browser.post("/staff/till/find", data={"word": word}).status_code == 200
    return len(heard)


def test_what_a_member_paid(make: Factory, app: Flask) -> None:
    member = make.member()
    browser = app.test_client()
    make.sign_in(browser, member)
    pay_for(make, member)
    few = counted(browser, "/mine/invoices")
    for _ in range(4):
        pay_for(make, member)
    assert counted(browser, "/mine/invoices") == few


def test_what_a_clerk_finds(make: Factory, app: Flask) -> None:
    member = make.member()
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.COUNTER))
    pay_for(make, member)
    assert member.roster_entry
    unit = member.roster_entry.unit.name_zh
    few = found(browser, unit)
    for _ in range(4):
        pay_for(make, member)
    assert found(browser, unit) == few


@pytest.mark.parametrize(
    "path",
    [
        "/staff/books",
        "/staff/books/movements",
        "/staff/books/refunds",
        "/staff/books/invoices",
        "/staff/books/reviews",
        "/staff/books/batches",
        "/staff/till",
    ],
)
def test_finances_pages(make: Factory, app: Flask, path: str) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.ADMIN))

    def one() -> None:
        paid = pay_for(make)
        paid.ask()
        paid.owe(1000)
        look_into(paid.payment, Review.TWICE, clock.now())
        make.commit()

    one()
    few = counted(browser, path)
    for _ in range(4):
        one()
    assert counted(browser, path) == few


def test_a_batch(make: Factory, app: Flask) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.ADMIN))
    sizes = []
    for many in (1, 5):
        for _ in range(many):
            pay_for(make).ask()
        batch = services.make_batch(by="staff:1")
        make.commit()
        sizes.append(counted(browser, f"/staff/books/batches/{batch.id}.csv"))
    assert sizes[0] == sizes[1]


def test_a_batch_is_made_and_its_numbers_are_brought_in_as_many_statements_for_many(
    make: Factory,
) -> None:
    counts = []
    for many in (2, 12):
        paid = [pay_for(make) for _ in range(many)]
        for one in paid:
            one.ask()
        make.commit()
        with asked() as making:
            services.make_batch(by="staff:1")
        make.commit()
        today = palace_day(clock.now())
        lines = [Line(2, str(one.request().id), f"26{one.payment_id:08}", today) for one in paid]
        with asked() as bringing:
            judged = services.bring_in(lines, by="staff:1")
        make.commit()
        assert {one.outcome for one in judged} == {Outcome.GOOD}
        assert {one.request().state for one in paid} == {InvoiceState.ISSUED}
        counts.append((len(making), len(bringing)))
    assert counts[0] == counts[1]
