"""Finance's work with money that has to go back, and with money somebody has to look into."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment, Refund
from palace.payments.services.locking import lock
from palace.payments.services.reviewing import look_into
from palace.payments.states import Backend, RefundReason, RefundState, Review
from palace.tickets.rules import Channel, TicketState
from palace.tickets.services.owing import owe_show
from tests.books.conftest import Paid
from tests.factory import Factory
from tests.money import refunds
from tests.teaching import Teaching


@pytest.fixture
def failed(paid: Paid) -> Refund:
    """Return a refund that a provider could not send."""
    refund = paid.owe()
    refund.state, refund.failure, refund.backend = RefundState.FAILED, "expired", Backend.STRIPE
    db.session.flush()
    return refund


def test_what_failed_is_listed_and_tried_again_all_at_once(
    failed: Refund, finance: FlaskClient
) -> None:
    assert "1笔退款没退成" in finance.get("/staff/books").text
    page = finance.get("/staff/books/refunds?state=failed").text
    assert "expired" in page
    assert "没退成的全部再退一次" in page
    answer = finance.post("/staff/books/refunds/retry", follow_redirects=True)
    assert "1笔重新去退了" in answer.text
    assert (refunds()[0].state, refunds()[0].attempt) == (RefundState.OWED, 2)
    assert "0笔重新去退了" in finance.post("/staff/books/refunds/retry", follow_redirects=True).text
    assert failed.id


def test_one_is_tried_again(failed: Refund, finance: FlaskClient) -> None:
    address = f"/staff/books/refunds/{failed.id}"
    assert "再退一次" in finance.get(address).text
    assert finance.post(address, data={"what": "retry"}).status_code == 303
    assert finance.post(address, data={"what": "retry"}).status_code == 409
    assert refunds()[0].state is RefundState.OWED


def test_a_second_person_agrees_never_who_asked(
    app: Flask, make: Factory, paid: Paid, finance: FlaskClient
) -> None:
    make.rules().second_above = Fen(0)
    first = make.staff(Role.FINANCE)
    refund = payments.propose_refund(
        paid.payment_id, Fen(500), why="服务差", by=f"staff:{first.id}"
    )
    make.commit()
    theirs = app.test_client()
    make.sign_in(theirs, first)
    address = f"/staff/books/refunds/{refund.id}"
    assert "要另一个人来同意" in theirs.get(address).text
    assert theirs.post(address, data={"what": "agree"}).status_code == 409
    assert "同意退" in finance.get(address).text
    assert finance.post(address, data={"what": "agree"}).status_code == 303
    assert refunds()[0].state is RefundState.COUNTER


def test_who_drops_one_says_why(make: Factory, paid: Paid, finance: FlaskClient) -> None:
    make.rules().second_above = Fen(0)
    refund = payments.propose_refund(paid.payment_id, Fen(500), why="x", by="staff:1")
    address = f"/staff/books/refunds/{refund.id}"
    assert finance.post(address, data={"what": "drop"}).status_code == 422
    assert finance.post(address, data={"what": "drop", "why": "不该退"}).status_code == 303
    assert refunds()[0].state is RefundState.DROPPED
    assert finance.post(address, data={"what": "nonsense"}).status_code == 422


def test_what_is_to_be_looked_into_is_listed_until_somebody_did(
    paid: Paid, finance: FlaskClient
) -> None:
    look_into(lock(paid.payment_id), Review.TWICE, clock.now())
    db.session.flush()
    assert "1笔钱要核对" in finance.get("/staff/books").text
    assert "付了两次" in finance.get("/staff/books/reviews").text
    address = f"/staff/books/payments/{paid.payment_id}"
    assert "刷卡" in finance.get(address).text
    assert finance.post(f"{address}/looked-into", data={"why": ""}).status_code == 422
    assert finance.post(f"{address}/looked-into", data={"why": "退了一笔"}).status_code == 303
    assert paid.payment.review is None


def test_the_ledger_lists_what_came(paid: Paid, finance: FlaskClient) -> None:
    page = finance.get("/staff/books/movements").text
    assert f"pos-{paid.payment_id}" in page
    assert "刷卡" in page
    assert finance.get("/staff/books/movements?format=csv").status_code == 200


def test_a_tickets_facts_are_frozen_as_it_is_issued(paid: Paid) -> None:
    ticket = paid.order.tickets[0]
    entry = paid.member.roster_entry
    assert entry is not None
    assert (ticket.price, ticket.channel, ticket.unit_id) == (3000, Channel.ONLINE, entry.unit_id)
    assert ticket.face_price >= ticket.price
    assert ticket.sector == entry.unit.sector


def test_staff_who_act_for_a_member_sell_in_their_own_way(
    make: Factory, client: FlaskClient
) -> None:
    show, member = make.performance(seats=2), make.member()
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    data = {"count": "1", "key": "a-key-of-it", "confirm": "1"}
    assert client.post(f"/performances/{show.id}/hold", data=data).status_code == 303
    assert [one.channel for one in make.tickets(show)] == [Channel.ACTING]


def test_a_places_facts_are_frozen_as_it_is_taken(teaching: Teaching) -> None:
    of = teaching.offering(member_fee=2000, public_fee=5000, fund="惠民专项")
    place = teaching.enrolment(of)
    entry = place.member.roster_entry
    assert entry is not None
    assert (place.fee, place.face_fee, place.unit_id) == (2000, 5000, entry.unit_id)
    assert place.sector == entry.unit.sector
    of.fund = "另一笔钱"
    db.session.flush()
    assert place.fund == "惠民专项"


def test_what_a_fund_bore_is_counted_over_tickets_and_places_that_still_stand(
    paid: Paid, teaching: Teaching, finance: FlaskClient
) -> None:
    ticket = paid.order.tickets[0]
    ticket.face_price, ticket.fund = Fen(8000), "惠民专项"
    of = teaching.offering(public_fee=5000, fund="惠民专项")
    teaching.enrolment(of)
    withdrawn = teaching.enrolment(of)
    withdrawn.state, withdrawn.ended_at = EnrolmentState.WITHDRAWN, clock.now()
    teaching.enrolment(teaching.offering(public_fee=700))
    db.session.commit()
    told = finance.get("/staff/books", headers={"Accept": "application/json"}).get_json()
    assert told["subsidies"] == [
        {"fund": "惠民专项", "tickets": 1, "places": 1, "amount": 10000},
        {"fund": "", "tickets": 0, "places": 1, "amount": 700},
    ]
    assert "1张票 · 1个班级名额 · 100元" in finance.get("/staff/books").text
    ticket.state, ticket.returned_at = TicketState.RETURNED, clock.now()
    db.session.commit()
    told = finance.get("/staff/books", headers={"Accept": "application/json"}).get_json()
    assert told["subsidies"][0]["amount"] == 5000


def test_a_class_says_what_goes_back_before_it_is_called_off_and_how_far_it_is_after(
    app: Flask, make: Factory, teaching: Teaching
) -> None:
    of = teaching.offering(member_fee=2000)
    for place in (teaching.enrolment(of), teaching.enrolment(of)):
        found = db.session.scalars(select(Payment).where(Payment.subject_id == place.id)).one()
        payments.receive(found, reference=f"slip-{place.id}", now=clock.now())
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    page = f"/staff/courses/classes/{of.id}"
    before = desk.get(page)
    assert "其中2人付过钱，一共退40元" in before.text
    assert desk.post(f"{page}/call-off", data={"why": "老师病了"}).status_code == 303
    after = desk.get(page).text
    assert "2笔 · 40元" in after
    assert "/staff/books/refunds?state=counter" in after


def test_a_show_says_how_far_its_money_is(app: Flask, make: Factory, paid: Paid) -> None:
    show = paid.order.performance_id
    owe_show(show, RefundReason.CANCELLED, by="staff:1", now=clock.now())
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    page = desk.get(f"/staff/programme/performances/{show}/move").text
    assert "到柜台领" in page
    assert "1笔 · 30元" in page
