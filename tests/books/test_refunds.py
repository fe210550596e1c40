"""Finance's work with money that has to go back, and with money somebody has to look into."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock, words
from palace.coursedesk.services.ending import call_off
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
from tests.books.conftest import Paid, pay_for
from tests.factory import Factory
from tests.members.browser import JSON
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


def fail(refund: Refund) -> None:
    """Let a provider have said no to a refund."""
    refund.state, refund.failure, refund.backend = RefundState.FAILED, "no", Backend.STRIPE


def test_only_what_failed_of_one_show_is_listed_and_tried_again(
    make: Factory, failed: Refund, finance: FlaskClient
) -> None:
    other = pay_for(make)
    show = other.order.performance_id
    mine = payments.owe(
        "tickets",
        other.order.id,
        Fen(3000),
        key=f"ticket:{other.order.tickets[0].id}",
        reason=RefundReason.CANCELLED,
        by="staff:9",
        now=clock.now(),
    )
    assert mine is not None
    fail(mine)
    make.commit()
    page = finance.get(f"/staff/books/refunds?state=failed&show={show}").text
    assert (f"/refunds/{mine.id}" in page, f"/refunds/{failed.id}" in page) == (True, False)
    assert other.order.performance.production.title_zh in page
    assert f'name="show" value="{show}"' in page
    assert "再退一次" not in finance.get("/staff/books/refunds?state=failed&reason=moved").text
    answer = finance.post("/staff/books/refunds/retry", data={"show": show})
    assert answer.location.endswith(f"/staff/books/refunds?show={show}")
    states = {one.id: one.state for one in refunds()}
    assert states == {mine.id: RefundState.OWED, failed.id: RefundState.FAILED}
    assert finance.post("/staff/books/refunds/retry", data={"show": "x"}).status_code == 422
    rows = finance.get(f"/staff/books/refunds?show={show}", headers=JSON).get_json()["rows"]
    assert [(one["show"], one["class"]) for one in rows] == [(show, None)]
    assert finance.get(f"/staff/books/refunds?show={2**63 - 1}").status_code == 200


def test_only_what_failed_of_one_class_is_tried_again_from_its_page(
    app: Flask, make: Factory, teaching: Teaching, failed: Refund, finance: FlaskClient
) -> None:
    of = teaching.offering(member_fee=2000)
    place = teaching.enrolment(of)
    found = db.session.scalars(
        select(Payment).where(Payment.part == "courses", Payment.subject_id == place.id)
    ).one()
    payments.receive(found, reference="slip", now=clock.now())
    call_off(of, by="staff:1", why="老师病了")
    mine = next(one for one in refunds() if one.id != failed.id)
    fail(mine)
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    page = desk.get(f"/staff/courses/classes/{of.id}").text
    assert f"/staff/books/refunds?state=failed&amp;class={of.id}" in page
    listed = finance.get(f"/staff/books/refunds?state=failed&class={of.id}").text
    assert f'name="class" value="{of.id}"' in listed
    assert of.course.title_zh in listed
    asked = {"class": of.id}
    told = finance.post("/staff/books/refunds/retry", data=asked, headers=JSON).get_json()
    assert told == {"tried": 1}
    states = {one.id: one.state for one in refunds()}
    assert states == {mine.id: RefundState.OWED, failed.id: RefundState.FAILED}


def test_a_class_says_how_far_its_money_is(app: Flask, make: Factory, teaching: Teaching) -> None:
    of = teaching.offering(member_fee=2000)
    for place in (teaching.enrolment(of), teaching.enrolment(of)):
        found = db.session.scalars(select(Payment).where(Payment.subject_id == place.id)).one()
        payments.receive(found, reference=f"slip-{place.id}", now=clock.now())
    call_off(of, by="staff:1", why="老师病了")
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    after = desk.get(f"/staff/courses/classes/{of.id}").text
    assert "2笔 · 40元" in after
    assert f"/staff/books/refunds?state=counter&amp;class={of.id}" in after


def test_a_show_says_how_far_its_money_is(app: Flask, make: Factory, paid: Paid) -> None:
    show = paid.order.performance_id
    owe_show(show, RefundReason.CANCELLED, by="staff:1", now=clock.now())
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    page = desk.get(f"/staff/programme/performances/{show}/move").text
    assert "到柜台领" in page
    assert "1笔 · 30元" in page


def test_a_show_that_would_be_called_off_says_which_way_its_money_goes(
    app: Flask, make: Factory, paid: Paid
) -> None:
    paid.payment.backend = Backend.STRIPE
    make.commit()
    desk = app.test_client()
    make.sign_in(desk, make.staff())
    address = f"/staff/programme/performances/{paid.order.performance_id}/move?kind=cancel"
    assert "退款：原路退回" in desk.get(address).text
    payments.invoiced([paid.payment_id], clock.now())
    make.commit()
    assert "退款：先等发票冲红" in desk.get(address).text


def test_what_is_owed_anew_of_a_show_is_listed_as_its(paid: Paid, finance: FlaskClient) -> None:
    refund = paid.owe()
    ticket, show = paid.order.tickets[0].id, paid.order.performance_id
    refund.key = f"ticket:{ticket}+"
    db.session.commit()
    rows = finance.get("/staff/books/refunds", headers=JSON).get_json()["rows"]
    assert [one["show"] for one in rows] == [show]
    rows = finance.get(f"/staff/books/refunds?show={show}", headers=JSON).get_json()["rows"]
    assert len(rows) == 1


def test_money_is_found_by_its_receipt_as_it_is_printed(paid: Paid, finance: FlaskClient) -> None:
    movement = paid.payment.movements[0]
    printed = f"{movement.book_year}-{movement.receipt:06d}"
    found = "/staff/books/movements?format=csv&receipt="
    assert printed in finance.get(f"/staff/books/payments/{paid.payment_id}").text
    for typed in (printed, str(movement.receipt), f"{movement.receipt:06d}"):
        assert printed in finance.get(found + typed).text, typed
    for typed in (
        f"{(movement.book_year or 0) - 1}-{movement.receipt:06d}",
        "999999",
        "pos-1",
        "²",
    ):
        assert printed not in finance.get(found + typed).text, typed


def test_a_payment_is_called_with_its_day_as_everywhere(paid: Paid) -> None:
    show = paid.order.performance
    said = payments.said["tickets"]([paid.order.id])[paid.order.id]
    assert said.zh.endswith(f" {words.instant_words(show.starts_at)} ×1")
    here = show.starts_at.astimezone(clock.SHANGHAI)
    assert f"{here:%a} {here.day} {here:%b}" in said.en
