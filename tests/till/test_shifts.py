"""A shift: begun once, closed by what was counted, handed to another person."""

from __future__ import annotations

import pytest

from palace.db import db
from palace.members.rules import Role
from palace.till.models import Shift
from tests.factory import Factory
from tests.till.conftest import Sold, Till, clerk, sell


def test_a_clerk_has_one_shift_at_a_time(till: Till) -> None:
    assert till.post("/shifts", yuan="100").status_code == 303
    answer = till.post("/shifts", yuan="100")
    assert (answer.status_code, "您已经在当班" in answer.text) == (409, True)


@pytest.mark.parametrize("yuan", ["", "x", "-1", "1.234"])
def test_a_float_is_an_amount(till: Till, yuan: str) -> None:
    assert till.post("/shifts", yuan=yuan).status_code == 422


def test_a_difference_is_told_and_wants_a_reason(till: Till, sold: Sold) -> None:
    shift = till.begin(10000)
    till.take(sold.payment)
    answer = till.post("/shifts/close", yuan="129.99")
    assert answer.status_code == 422
    assert "应有130元，点出129.99元" in answer.text
    assert 'value="129.99"' in answer.text
    assert till.post("/shifts/close", yuan="129.99", why="找零少了一分").status_code == 303
    db.session.refresh(shift)
    assert (shift.expected, shift.counted, shift.why) == (13000, 12999, "找零少了一分")


def test_only_cash_is_in_the_drawer(make: Factory, till: Till, sold: Sold) -> None:
    till.begin(5000)
    till.take(sold.payment)
    till.take(sell(make).payment, "pos", reference="1")
    body = till.ask("/shifts/close", yuan="80")
    assert (body["expected"], body["counted"]) == (8000, 8000)
    assert [(one["method"], one["came"], one["came_count"]) for one in body["sums"]] == [
        ("cash", 3000, 1),
        ("pos", 3000, 1),
    ]
    assert till.post("/shifts/close", yuan="80").status_code == 409


def test_another_person_signs_once(make: Factory, till: Till, other: Till) -> None:
    shift = till.begin()
    path = f"/shifts/{shift.id}/hand-over"
    assert other.post(path).status_code == 409
    till.post("/shifts/close", yuan="100")
    own = till.post(path)
    assert (own.status_code, "另一个人签收" in own.text) == (409, True)
    cashier = clerk(make, other.browser.application.test_client(), Role.FINANCE)
    assert cashier.post(path).status_code == 303
    assert cashier.post(path).status_code == 303
    assert other.post(path).status_code == 409
    db.session.refresh(shift)
    assert shift.handed_to == cashier.staff.id


def test_finance_reads_and_takes_nothing(make: Factory, till: Till, sold: Sold) -> None:
    till.begin()
    cashier = clerk(make, till.browser.application.test_client(), Role.FINANCE)
    for path in ("/shifts", "/accounts", f"/payments/{sold.payment.id}"):
        assert cashier.browser.get(f"/staff/till{path}").status_code == 200, path
    assert cashier.take(sold.payment).status_code == 403


def test_another_house_finds_nothing(make: Factory, till: Till, sold: Sold) -> None:
    shift = till.begin()
    till.take(sold.payment)
    branch = make.branch()
    stranger = till.browser.application.test_client()
    make.sign_in(stranger, make.staff(Role.SITE_ADMIN, site=branch))
    for path in (
        f"payments/{sold.payment.id}",
        f"shifts/{shift.id}",
        f"receipts/{sold.movements[0].id}.pdf",
    ):
        assert stranger.get(f"/staff/till/{path}").status_code == 404, path
    found = stranger.post("/staff/till/find", data={"word": sold.order.code})
    assert "没有找到" in found.text
    listed = stranger.get("/staff/till/shifts").text
    assert f"/shifts/{shift.id}" not in listed
    assert db.session.get(Shift, shift.id)
