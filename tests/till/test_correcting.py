"""What was written down wrong is set right once, is one correction everywhere, and leaves every sum true."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import func, select

from palace.db import db
from palace.payments import services as payments
from palace.payments.models import Movement
from palace.payments.services.refunding import SIGNED
from palace.payments.states import Direction, Method
from palace.till import queries
from palace.till.models import Shift
from palace.till.rules import expected_cash
from palace.venues.queries import house_rules
from tests.factory import Factory
from tests.money import refunds
from tests.till.conftest import Sold, Till, sell

ABOVE = 2000


@pytest.fixture
def shift(till: Till) -> Shift:
    """Return a clerk's shift, in a house where two people agree above twenty yuan."""
    house_rules().second_above = ABOVE  # type: ignore[assignment]  # fen
    return till.begin()


@pytest.fixture
def paid(till: Till, sold: Sold, shift: Shift) -> Sold:
    """Return a seat that was paid in cash."""
    till.take(sold.payment)
    assert shift.id
    return sold


def paid_back(till: Till, paid: Sold, yuan: str = "20", method: str = "cash") -> Movement:
    """Give some of it back; return what went."""
    till.post(f"/payments/{paid.payment.id}/refunds", yuan=yuan, why="座椅坏了")
    till.post(f"/refunds/{refunds()[-1].id}/pay", method=method)
    return paid.movements[-1]


def sums(shift: Shift) -> dict[str, tuple[int, int, int, int]]:
    """Return by each way what came and how often, what went and how often."""
    return {
        one.method.value: (one.came, one.came_count, one.went, one.went_count)
        for one in queries.sums(shift.id)
    }


def in_drawer(shift: Shift) -> int:
    """Return the cash that every row of a shift together makes."""
    cash = (Movement.shift_id == shift.id, Movement.method == Method.CASH)
    moved = db.session.scalar(select(func.coalesce(func.sum(SIGNED), 0)).where(*cash))
    return shift.begun_with + int(moved or 0)


def told(shift: Shift) -> list[tuple[str, str, int, bool]]:
    """Return what was set right: was, is, how much, and whether the drawer was counted before."""
    return [
        (one.was.method.value, one.now.method.value, one.now.amount, one.off.shift_id is None)
        for one in queries.corrections(shift.id)
    ]


def test_a_correction_counts_once_by_the_right_way(
    till: Till, other: Till, paid: Sold, shift: Shift
) -> None:
    other.post(f"/movements/{paid.movements[0].id}/correct", method="pos", why="按错了")
    assert sums(shift) == {"pos": (3000, 1, 0, 0)}
    assert told(shift) == [("cash", "pos", 3000, False)]
    assert expected_cash(shift.begun_with, queries.sums(shift.id)) == in_drawer(shift) == 10000
    page = till.browser.get(f"/staff/till/shifts/{shift.id}").text
    for said in ("收1笔 30元", "收款更正：现金改成刷卡", "按错了", "凭证2026-000001作废"):
        assert said.replace("2026", str(paid.movements[0].book_year)) in page, said
    assert "退1笔" not in page
    body = till.browser.get(
        f"/staff/till/shifts/{shift.id}", headers={"Accept": "application/json"}
    ).get_json()
    assert body["corrections"] == [
        {
            "was": "cash",
            "now": "pos",
            "direction": "in",
            "amount": 3000,
            "why": "按错了",
            "after_count": False,
        }
    ]


def test_corrected_twice_it_is_two_corrections_and_one_taking(
    till: Till, other: Till, paid: Sold, shift: Shift
) -> None:
    other.post(f"/movements/{paid.movements[0].id}/correct", method="pos", why="按错了")
    till.post(f"/movements/{paid.movements[-1].id}/correct", method="code", why="又错了")
    assert sums(shift) == {"code": (3000, 1, 0, 0)}
    assert told(shift) == [("cash", "pos", 3000, False), ("pos", "code", 3000, False)]


def test_a_counted_drawer_stays_as_counted_and_its_page_says_what_came_after(
    till: Till, other: Till, paid: Sold, shift: Shift
) -> None:
    till.post("/shifts/close", yuan="130")
    other.post(f"/movements/{paid.movements[0].id}/correct", method="pos", why="按错了")
    till.post(f"/movements/{paid.movements[-1].id}/correct", method="code", why="又错了")
    assert sums(shift) == {"cash": (3000, 1, 0, 0)}
    assert told(shift) == [("cash", "pos", 3000, True), ("pos", "code", 3000, True)]
    assert "交班以后更正" in till.browser.get(f"/staff/till/shifts/{shift.id}").text


class TestWent:
    """Money that went back, written down by the wrong way."""

    def test_it_is_set_right_in_place(self, till: Till, paid: Sold, shift: Shift) -> None:
        went = paid_back(till, paid)
        page = till.browser.get(f"/staff/till/payments/{paid.payment.id}").text
        assert "退款方式记错了" in page
        path = f"/movements/{went.id}/correct"
        assert till.post(path, method="pos", reference="P7", why="退到卡上").status_code == 303
        off, right = paid.movements[-2:]
        assert (off.direction, off.method, off.corrects_id) == (
            Direction.IN,
            Method.CASH,
            went.id,
        )
        assert (right.direction, right.method, right.refund_id, right.receipt) == (
            Direction.OUT,
            Method.POS,
            went.refund_id,
            None,
        )
        assert sums(shift) == {"cash": (3000, 1, 0, 0), "pos": (0, 0, 2000, 1)}
        assert expected_cash(shift.begun_with, queries.sums(shift.id)) == in_drawer(shift) == 13000
        assert till.post(path, method="code", why="x").status_code == 409
        assert payments.left(paid.payment.id) == 1000
        assert "退款更正：现金改成刷卡" in till.browser.get(f"/staff/till/shifts/{shift.id}").text

    def test_what_takes_another_off_is_not_corrected(self, till: Till, paid: Sold) -> None:
        went = paid_back(till, paid)
        till.post(f"/movements/{went.id}/correct", method="pos", why="退到卡上")
        off = paid.movements[-2]
        assert till.post(f"/movements/{off.id}/correct", method="code", why="x").status_code == 409

    @pytest.mark.parametrize(("yuan", "status"), [("20", 303), ("20.01", 409)])
    def test_above_the_amount_another_person_does(
        self, till: Till, other: Till, paid: Sold, yuan: str, status: int
    ) -> None:
        till.post(f"/payments/{paid.payment.id}/refunds", yuan=yuan, why="座椅坏了")
        (refund,) = refunds()
        other.post(f"/refunds/{refund.id}/agree")
        till.post(f"/refunds/{refund.id}/pay", method="cash")
        path = f"/movements/{paid.movements[-1].id}/correct"
        assert till.post(path, method="pos", why="退到卡上").status_code == status
        if status == 409:
            assert other.post(path, method="pos", why="退到卡上").status_code == 303

    def test_off_a_units_account_it_is_not(self, till: Till, sold: Sold, shift: Shift) -> None:
        account(till, sold)
        went = paid_back(till, sold, "10", "account")
        assert went.shift_id == shift.id
        assert till.post(f"/movements/{went.id}/correct", method="pos", why="x").status_code == 409


class TestPaidBackWholly:
    """A payment of which nothing is here any more offers nothing that makes no sense."""

    def test_it_says_so(self, till: Till, other: Till, paid: Sold) -> None:
        till.post(f"/payments/{paid.payment.id}/refunds", yuan="30", why="座椅坏了")
        (refund,) = refunds()
        here = f"/staff/till/payments/{paid.payment.id}"
        page = till.browser.get(here).text
        assert ("手工退款" in page, "收款方式记错了" in page, "全退了" in page) == (
            False,
            True,
            False,
        )
        other.post(f"/refunds/{refund.id}/agree")
        till.post(f"/refunds/{refund.id}/pay", method="cash")
        page = till.browser.get(here).text
        for said in ("已付", "手工退款", "收款方式记错了"):
            assert said not in page, said
        for said in ("全退了", "退款方式记错了"):
            assert said in page, said
        assert "全退了" in till.post("/find", word=paid.order.code).text

    def test_in_part_it_is_paid_still(self, till: Till, paid: Sold) -> None:
        paid_back(till, paid, "19.99")
        page = till.browser.get(f"/staff/till/payments/{paid.payment.id}").text
        for said in ("已付", "手工退款", "收款方式记错了"):
            assert said in page, said


def account(till: Till, sold: Sold) -> None:
    """Let the member's unit take it on account."""
    entry = sold.member.roster_entry
    assert entry
    here = f"/payments/{sold.payment.id}"
    till.post(f"{here}/account", amount=3000, unit=entry.unit.name_zh)


class TestSettled:
    """A unit settles what it took on account: nothing was wrong, and it is money once."""

    def test_in_the_shift_it_was_agreed_in(self, till: Till, sold: Sold, shift: Shift) -> None:
        account(till, sold)
        till.post(f"/payments/{sold.payment.id}/settle", method="transfer", reference="T1")
        assert sums(shift) == {"transfer": (3000, 1, 0, 0)}
        assert told(shift) == [("account", "transfer", 3000, False)]
        page = till.browser.get(f"/staff/till/shifts/{shift.id}").text
        assert "单位结清签单：转账" in page
        assert "作废" not in page

    def test_in_another_with_some_that_went_off_it(
        self, till: Till, sold: Sold, shift: Shift
    ) -> None:
        account(till, sold)
        paid_back(till, sold, "10", "account")
        till.post("/shifts/close", yuan="100")
        later = till.begin()
        till.post(f"/payments/{sold.payment.id}/settle", method="cash")
        assert sums(shift) == {"account": (3000, 1, 1000, 1)}
        assert sums(later) == {"cash": (2000, 1, 0, 0)}
        assert told(later) == [("account", "cash", 2000, False)]
        assert told(shift) == []


def test_a_day_of_every_kind_leaves_the_drawer_true(
    make: Factory, till: Till, other: Till, shift: Shift
) -> None:
    several: list[Any] = [sell(make) for _ in range(5)]
    for one, method in zip(several, ("cash", "cash", "pos", "code", "cash"), strict=True):
        till.take(one.payment, method)
    first, second, third, _, fifth = several
    other.post(f"/movements/{first.movements[0].id}/correct", method="pos", why="按错了")
    other.post(f"/movements/{third.movements[0].id}/correct", method="cash", why="按错了")
    went = paid_back(till, second, "5.50")
    till.post(f"/movements/{went.id}/correct", method="code", why="退到微信")
    paid_back(till, fifth, "0.01")
    assert sums(shift) == {
        "cash": (9000, 3, 1, 1),
        "pos": (3000, 1, 0, 0),
        "code": (3000, 1, 550, 1),
    }
    assert expected_cash(shift.begun_with, queries.sums(shift.id)) == in_drawer(shift) == 18999
    assert [asdict(one)["came"] for one in queries.sums(shift.id)] == [9000, 3000, 3000]
