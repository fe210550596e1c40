"""A payment is found, its money taken once, and its receipt has the next number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace import clock
from palace.db import db
from palace.payments.states import Method
from palace.tickets.rules import OrderState
from palace.till.models import OnAccount
from palace.venues.queries import house_rules
from tests.factory import Factory
from tests.till.conftest import Sold, Till, sell


def found_by(till: Till, word: str) -> list[int]:
    """Return the payments a word finds."""
    return [one["payment"] for one in till.ask("/find", word=word)["payments"]]


def test_a_payment_is_found_by_code_phone_digits_and_unit(till: Till, sold: Sold) -> None:
    entry = sold.member.roster_entry
    assert entry
    sold.payment.digits = "4711"
    db.session.commit()
    for word in (sold.order.code, sold.member.phone or "", "4711", "４７１１", entry.unit.name_zh):
        assert found_by(till, word) == [sold.payment.id], word
    for word in ("a" * 20, "13900000000", "0815", "00000000", "没有这个单位"):
        assert found_by(till, word) == [], word


def test_who_says_the_end_of_their_number_is_found_while_something_is_to_be_paid(
    till: Till, sold: Sold
) -> None:
    ends = (sold.member.phone or "")[-4:]
    assert found_by(till, ends) == [sold.payment.id]
    till.begin()
    till.take(sold.payment)
    assert found_by(till, ends) == []


def test_a_paid_one_is_found_by_its_collection_code(till: Till, sold: Sold) -> None:
    till.begin()
    till.take(sold.payment)
    db.session.refresh(sold.order, ["tickets"])
    assert found_by(till, sold.order.tickets[0].collection_code) == [sold.payment.id]


def test_cash_settles_the_order_and_has_the_next_number(make: Factory, till: Till) -> None:
    shift = till.begin()
    for number in (1, 2):
        sold = sell(make)
        answer = till.take(sold.payment)
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            f"/staff/till/payments/{sold.payment.id}",
        )
        movement = sold.movements[0]
        assert (movement.receipt, movement.method, movement.shift_id) == (
            number,
            Method.CASH,
            shift.id,
        )
        db.session.refresh(sold.order)
        assert sold.order.state is OrderState.SETTLED


def test_without_a_shift_nothing_is_taken(till: Till, sold: Sold) -> None:
    answer = till.take(sold.payment)
    assert answer.status_code == 409
    assert "请先开始当班" in answer.text
    assert sold.movements == []


def test_money_is_not_taken_twice(till: Till, sold: Sold) -> None:
    till.begin()
    till.take(sold.payment)
    answer = till.take(sold.payment)
    assert answer.status_code == 409
    assert "已经付过了" in answer.text
    assert len(sold.movements) == 1


def test_an_amount_that_changed_meanwhile_is_told_and_nothing_taken(till: Till, sold: Sold) -> None:
    till.begin()
    answer = till.take(sold.payment, amount=2000)
    assert (answer.status_code, "应收30元" in answer.text) == (409, True)
    assert sold.movements == []


def test_a_refusal_keeps_the_slip_that_was_typed(make: Factory, till: Till, sold: Sold) -> None:
    till.begin()
    till.take(sold.payment, "pos", reference="0001")
    again = sell(make)
    answer = till.take(again.payment, "pos", reference="0001")
    assert (answer.status_code, "这个单号已经记过一笔" in answer.text) == (409, True)
    assert 'value="0001"' in answer.text
    assert again.movements == []


def test_what_is_no_longer_kept_is_not_taken(make: Factory, till: Till, sold: Sold) -> None:
    till.begin()
    other = Sold(make.member(), sold.order)
    make.set_clock(sold.payment.pay_by + timedelta(days=1))
    make.sign_in(till.browser, till.staff)
    assert till.take(other.payment).status_code == 409
    assert sold.movements == []


def test_a_unit_settles_later_by_the_houses_days(make: Factory, till: Till, sold: Sold) -> None:
    till.begin()
    entry = sold.member.roster_entry
    assert entry
    path = f"/payments/{sold.payment.id}"
    refused = till.post(f"{path}/account", amount=3000, unit="没有这个单位")
    assert (refused.status_code, "请填写单位全称" in refused.text) == (422, True)
    assert till.post(f"{path}/account", amount=3000, unit=entry.unit.name_zh).status_code == 303
    account = db.session.get_one(OnAccount, sold.payment.id)
    days = timedelta(days=house_rules().account_days)
    assert account.due_on == clock.palace_day(clock.now()) + days
    assert (sold.movements[0].method, sold.movements[0].receipt) == (Method.ACCOUNT, None)
    db.session.refresh(sold.order)
    assert sold.order.state is OrderState.SETTLED

    for on, said in ((account.due_on, False), (account.due_on + timedelta(days=1), True)):
        make.set_clock(clock.day_span(on)[0])
        make.sign_in(till.browser, till.staff)
        assert ("1笔过期" in till.browser.get("/staff/till").text) is said
    assert till.post(f"{path}/settle", method="transfer", reference="T1").status_code == 303
    assert "1笔过期" not in till.browser.get("/staff/till").text
    assert [(one.method, one.direction) for one in sold.movements] == [
        (Method.ACCOUNT, "in"),
        (Method.ACCOUNT, "out"),
        (Method.TRANSFER, "in"),
    ]
    assert [one.receipt for one in sold.movements] == [None, None, 1]  # of money that came
    assert till.post(f"{path}/settle", method="transfer", reference="T2").status_code == 409


@pytest.mark.parametrize("path", ["", "/shifts", "/unmatched", "/codes", "/accounts"])
def test_every_page_opens(till: Till, sold: Sold, path: str) -> None:
    assert till.browser.get(f"/staff/till{path}").status_code == 200
    till.begin()
    till.take(sold.payment)
    assert till.browser.get(f"/staff/till{path}").status_code == 200
