"""Erasing somebody: what goes, what stays without a name, what has to be settled before."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, cast, func, select
from sqlalchemy.exc import IntegrityError

from palace import clock, retention
from palace.agenda.queries import feed_secret
from palace.db import Base, db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member, PersonalKey, Post, RosterEntry
from palace.members.services import ask_access, rename
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.states import Method
from palace.privacy import services
from palace.privacy.errors import ThingsAhead
from palace.privacy.models import Erasure
from palace.tickets import services as tickets
from palace.tickets.models import Admission, Order, Ticket
from palace.tickets.rules import Wish
from palace.upkeep import tidy_once
from tests.factory import Factory
from tests.members.browser import pass_code
from tests.money import owe_something
from tests.privacy.conftest import LATER, NAME, PHONE, Regular

JSON = {"Accept": "application/json"}


def everything() -> str:
    """Return every row of every table as text."""
    rows = []
    for table in Base.metadata.sorted_tables:
        columns = [cast(column, String) for column in table.columns]
        rows += [str(tuple(row)) for row in db.session.execute(select(*columns))]
    return "\n".join(rows)


def later(make: Factory) -> None:
    """Turn the clock to when the regular's show is over."""
    make.set_clock(clock.now() + LATER)


def erase(regular: Regular) -> None:
    """Erase the regular, as they ask it themselves."""
    who = regular.member.id
    services.erase(who, clock.now(), asked_by=f"member:{who}")


def test_nothing_that_names_them_is_left(make: Factory, regular: Regular) -> None:
    later(make)
    assert NAME in everything()

    erase(regular)
    make.set_clock(clock.now() + timedelta(days=2))
    retention.tidy(make.rules(), clock.now())  # codes asked for stay a day

    left = everything()
    assert NAME not in left
    assert PHONE not in left
    assert regular.ticket.code in left


def test_the_audit_cannot_be_read_any_more(make: Factory, regular: Regular) -> None:
    later(make)
    rename_member = make.member("王小虎", valid=False)
    rename(rename_member, "王大虎")
    services.erase(rename_member.id, clock.now(), asked_by="staff:1", why="本人要求")

    key = db.session.get(PersonalKey, rename_member.id, populate_existing=True)
    assert key is not None
    assert key.wrapped is None
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "member_erased")).one()
    assert (line.actor, line.why) == ("staff:1", "本人要求")


def test_orders_tickets_admissions_and_money_stay_at_a_row_that_is_nobody(
    make: Factory, regular: Regular
) -> None:
    later(make)
    kept: tuple[type[Base], ...] = (Order, Ticket, Admission, Payment)
    before = [db.session.scalar(select(func.count()).select_from(one)) for one in kept]

    erase(regular)

    assert [db.session.scalar(select(func.count()).select_from(one)) for one in kept] == before
    member = db.session.get_one(Member, regular.member.id)
    assert (member.name, member.phone, member.roster_entry_id) == ("", None, None)
    assert member.erased_at is not None


def test_no_late_command_gives_a_name_back(make: Factory, regular: Regular) -> None:
    later(make)
    erase(regular)
    member = db.session.get_one(Member, regular.member.id)

    for act in (
        lambda: rename(member, "欧阳再来"),
        lambda: ask_access(member, True, clock.now()),
        lambda: tickets.hold(member, regular.performance.id, Wish(count=1), key="late-key"),
        lambda: erase(regular),
    ):
        with pytest.raises(NotFound):
            act()
    member.name = "欧阳再来"
    with pytest.raises(IntegrityError, match="ck_members_erased"):
        db.session.flush()
    db.session.rollback()


def test_a_ticket_to_come_an_open_order_and_money_on_its_way_stand_in_the_way(
    make: Factory, regular: Regular
) -> None:
    with pytest.raises(ThingsAhead):
        erase(regular)
    later(make)
    show = make.performance(seats=2, prices={"public": 3000})
    order = tickets.hold(regular.member, show.id, Wish(count=1), key="one-more-key")
    with pytest.raises(ThingsAhead):
        erase(regular)
    tickets.cancel(regular.member, order.code)
    payment = db.session.scalars(select(Payment)).first()
    assert payment
    refund = owe_something(payment)
    with pytest.raises(ThingsAhead):
        erase(regular)
    payments.pay_back(refund.id, method=Method.CASH, by="staff:1", shift_id=None, now=clock.now())

    erase(regular)


def test_a_cancelled_show_stands_in_nobodys_way(make: Factory, regular: Regular) -> None:
    regular.performance.cancelled_at = clock.now()
    db.session.flush()

    erase(regular)


def test_a_roster_a_unit_keeps_stays_the_unit_s(make: Factory) -> None:
    make.site()
    member = make.member("张建华", phone="13900000009")
    entry_id = member.roster_entry_id

    services.erase(member.id, clock.now(), asked_by="staff:1")

    entry = db.session.get_one(RosterEntry, entry_id)
    assert (entry.name, entry.phone) == ("张建华", "13900000009")


def test_by_the_page_the_browser_is_signed_out_and_the_feed_is_dead(
    app: Flask, make: Factory, regular: Regular, browser: FlaskClient
) -> None:
    feed = f"/calendars/{feed_secret(regular.member)}.ics"
    assert browser.get(feed).status_code == 200
    refused = browser.post("/mine/erase")
    assert refused.status_code == 409
    assert f"/tickets/{regular.ticket.code}" in refused.text
    regular.performance.cancelled_at = clock.now()
    db.session.flush()

    done = browser.post("/mine/erase")

    assert done.status_code == 303
    assert done.headers["Clear-Site-Data"]
    assert browser.get("/mine").status_code == 303
    assert browser.get(feed).status_code == 404
    pass_code(browser, PHONE)
    assert (
        "请填您的姓名" in browser.get("/sign-in/choose").text
    )  # whoever comes again is somebody new


def test_the_administrator_erases_who_asks_at_the_counter(
    app: Flask, make: Factory, regular: Regular, client: FlaskClient
) -> None:
    make.sign_in(client, make.staff())
    found = client.post("/staff/privacy/find", data={"phone": PHONE}).text
    assert "欧**棠" in found
    path = f"/staff/people/member/{regular.member.id}/erase"
    assert "还有没办完的事" in client.get(path).text
    assert client.post(path, data={"why": "本人要求"}).status_code == 409
    regular.performance.cancelled_at = clock.now()
    make.commit()
    assert client.post(path, data={"why": ""}).status_code == 422

    assert path in found
    assert client.post(path, data={"why": "本人要求"}).status_code == 303

    assert client.get(path).status_code == 404
    assert re.search("已经注销\\s*1\\s*位会员", client.get("/staff/privacy").text)
    assert db.session.get(Erasure, regular.member.id) is not None


def idle(make: Factory, months: int | None) -> int:
    """Return how many members the hourly tidying erases."""
    make.rules().idle_keep_months = months
    db.session.flush()
    gone: Any = tidy_once()["members"]
    return int(gone)


def test_who_never_came_back_is_erased_where_the_house_says_so(
    make: Factory, regular: Regular
) -> None:
    make.set_clock(clock.now() + timedelta(days=800))
    for post in db.session.scalars(select(Post)):
        post.ended_at = clock.now()
    db.session.flush()

    assert idle(make, None) == 0
    assert idle(make, 30) == 0
    assert idle(make, 24) == 1


def test_who_signed_in_or_did_anything_since_is_not_idle(make: Factory, regular: Regular) -> None:
    now = clock.now() + timedelta(days=800)
    make.set_clock(now)
    for post in db.session.scalars(select(Post)):
        post.ended_at = clock.now()
    long_ago = now - timedelta(days=740)
    regular.member.phone_proven_at = now - timedelta(days=300)  # that browser is forgotten by now
    assert idle(make, 24) == 0
    regular.member.phone_proven_at = long_ago
    make.add(
        AuditLine(
            actor=f"member:{regular.member.id}",
            act="calendar_renewed",
            subject=f"member:{regular.member.id}",
            at=now - timedelta(days=300),
        )
    )
    assert idle(make, 24) == 0
    assert idle(make, 12) == 0
