"""Notices of what is to be paid say where: on which page, and whether a provider takes the money too."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from palace.db import db
from palace.notices.models import Notice
from palace.notices.senders import link_of
from palace.packages import services as packages
from palace.payments import services as payments
from tests.factory import Factory
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take
from tests.paying.conftest import JSON, Buyer
from tests.standin.api import StandIn
from tests.teaching import Teaching
from tests.tickets.conftest import Booker


def newest() -> Notice:
    """Return the notice that was owed last."""
    return db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()


def test_the_counter_where_nobody_else_takes_it(app: Flask, buyer: Buyer) -> None:
    public = app.extensions["palace"].public_url
    inbox = buyer.browser.get("/mine/notices")
    assert "请到售票处付30元" in inbox.text
    assert f'href="{buyer.path}">去付款' in inbox.text
    (told,) = buyer.browser.get("/mine/notices", headers=JSON).get_json()["notices"]
    assert (told["kind"], told["page"]) == ("awaiting_payment", buyer.path)
    assert link_of(newest().values) == f"\n{public}{buyer.path}"


def test_the_page_too_where_a_provider_takes_it(buyer: Buyer, told: StandIn) -> None:
    del told
    member = buyer.make.member()
    order = Booker().book(member, buyer.show, "ST-01-02")
    payment = payments.find("tickets", order.id)
    assert payment is not None
    one = newest()
    assert (one.kind, one.values["page"]) == ("awaiting_payment_online", f"/payments/{payment.id}")


@pytest.mark.parametrize("online", [False, True])
def test_of_a_package(make: Factory, online: bool, request: pytest.FixtureRequest) -> None:
    if online:
        request.getfixturevalue("told")
    shows = shows_of(make, 2, prices={"member": 3000})
    package = packaged(make, shows, {"member": 5000})
    member = make.member()
    order = packages.confirm(member, take(member, package.id).code)
    payment = payments.find("packages", order.id)
    assert payment is not None
    one = newest()
    assert one.kind == ("awaiting_payment_online" if online else "awaiting_payment")
    assert one.values["page"] == f"/payments/{payment.id}"


@pytest.mark.parametrize("online", [False, True])
def test_of_a_class(teaching: Teaching, online: bool, request: pytest.FixtureRequest) -> None:
    if online:
        request.getfixturevalue("told")
    enrolment = teaching.enrolment(teaching.offering(member_fee=20000, public_fee=30000))
    payment = payments.find("courses", enrolment.id)
    assert payment is not None
    one = newest()
    assert one.kind == ("class_unpaid_online" if online else "class_unpaid")
    assert one.values["page"] == f"/payments/{payment.id}"
