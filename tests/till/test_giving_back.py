"""Money goes back at the counter once, above the amount by two people; what was wrong is set right."""

from __future__ import annotations

import pytest

from palace.db import db
from palace.payments import services as payments
from palace.payments.models import Refund
from palace.payments.states import Direction, Method, RefundState
from palace.till import queries
from palace.venues.queries import house_rules
from tests.money import refunds
from tests.till.conftest import Sold, Till

ABOVE = 2000


@pytest.fixture
def paid(till: Till, sold: Sold) -> Sold:
    """Return a seat that was paid in cash, in a house where two people agree above twenty yuan."""
    house_rules().second_above = ABOVE  # type: ignore[assignment]  # fen
    till.begin()
    till.take(sold.payment)
    return sold


def asked(till: Till, paid: Sold, yuan: str) -> Refund:
    """Let a clerk want so much to go back."""
    assert till.post(f"/payments/{paid.payment.id}/refunds", yuan=yuan, why="座椅坏了").status_code
    return refunds()[-1]


def test_up_to_the_amount_one_person_gives_back(till: Till, paid: Sold) -> None:
    one = asked(till, paid, "20")
    assert one.state is RefundState.COUNTER
    assert till.post(f"/refunds/{one.id}/pay", method="cash").status_code == 303
    went = paid.movements[-1]
    assert (went.direction, went.amount, went.refund_id) == (Direction.OUT, 2000, one.id)
    assert till.post(f"/refunds/{one.id}/pay", method="cash").status_code == 409
    assert len(paid.movements) == 2


def test_above_it_another_person_agrees_first(till: Till, other: Till, paid: Sold) -> None:
    one = asked(till, paid, "20.01")
    assert one.state is RefundState.ASKED
    assert till.post(f"/refunds/{one.id}/pay", method="cash").status_code == 409
    assert till.post(f"/refunds/{one.id}/agree").status_code == 409
    here = f"/staff/till/payments/{paid.payment.id}"
    assert here in other.browser.get("/staff/till").text
    assert "同意退20.01元" in other.browser.get(here).text
    assert "同意退20.01元" not in till.browser.get(here).text
    assert other.post(f"/refunds/{one.id}/agree").status_code == 303
    assert till.post(f"/refunds/{one.id}/pay", method="cash").status_code == 303


def test_never_more_than_came(till: Till, paid: Sold) -> None:
    answer = till.post(f"/payments/{paid.payment.id}/refunds", yuan="30.01", why="x")
    assert (answer.status_code, "超过了收到的" in answer.text) == (409, True)
    assert 'value="30.01"' in answer.text
    assert refunds() == []


def test_what_was_wanted_may_be_let_go(till: Till, paid: Sold) -> None:
    one = asked(till, paid, "30")
    assert till.post(f"/refunds/{one.id}/drop", why="").status_code == 422
    assert till.post(f"/refunds/{one.id}/drop", why="记错了").status_code == 303
    assert asked(till, paid, "30").state is RefundState.ASKED


def test_an_invoice_is_reversed_first(till: Till, paid: Sold) -> None:
    one = asked(till, paid, "5")
    payments.invoiced([paid.payment.id], one.owed_at)
    db.session.commit()
    answer = till.post(f"/refunds/{one.id}/pay", method="cash")
    assert (answer.status_code, "冲红" in answer.text) == (409, True)
    here = f"/payments/{paid.payment.id}"
    assert till.post(f"{here}/refunds", yuan="6", why="座椅坏了").status_code == 303
    assert "记下了，发票冲红以后再退" in till.browser.get(f"/staff/till{here}").text


def test_off_a_units_account_and_nothing_else(till: Till, sold: Sold) -> None:
    house_rules().second_above = ABOVE  # type: ignore[assignment]  # fen
    till.begin()
    entry = sold.member.roster_entry
    assert entry
    here = f"/payments/{sold.payment.id}"
    till.post(f"{here}/account", amount=3000, unit=entry.unit.name_zh)
    one = asked(till, sold, "10")
    assert till.post(f"/refunds/{one.id}/pay", method="cash").status_code == 409
    assert till.post(f"/refunds/{one.id}/pay", method="account").status_code == 303
    assert queries.on_account(sold.payment.id) == 2000
    till.post(f"{here}/settle", method="transfer", reference="T1")
    assert queries.on_account(sold.payment.id) == 0
    came = [one.amount for one in sold.movements if one.method is Method.TRANSFER]
    assert came == [2000]
    two = asked(till, sold, "10")
    assert till.post(f"/refunds/{two.id}/pay", method="account").status_code == 409
    assert till.post(f"/refunds/{two.id}/pay", method="cash").status_code == 303


def test_a_wrong_way_is_set_right_by_other_rows(till: Till, other: Till, paid: Sold) -> None:
    wrong = paid.movements[0]
    path = f"/movements/{wrong.id}/correct"
    own = till.post(path, method="pos", why="按错了")
    assert (own.status_code, "要由另一个人更正" in own.text) == (409, True)
    assert other.post(path, method="cash", why="x").status_code == 422
    assert other.post(path, method="pos", reference="P1", why="按错了").status_code == 303
    rows = [(one.method, one.direction, one.corrects_id, one.receipt) for one in paid.movements]
    assert rows == [
        (Method.CASH, "in", None, 1),
        (Method.CASH, "out", wrong.id, None),
        (Method.POS, "in", None, 2),
    ]
    assert {one.shift_id for one in paid.movements} == {wrong.shift_id}
    assert other.post(path, method="code", why="x").status_code == 409
    assert payments.propose_refund(paid.payment.id, paid.payment.amount, why="x", by="staff:1")


def test_up_to_the_amount_one_sets_right_ones_own(till: Till, paid: Sold) -> None:
    house_rules().second_above = 3000  # type: ignore[assignment]  # fen
    path = f"/movements/{paid.movements[0].id}/correct"
    assert till.post(path, method="pos", why="按错了").status_code == 303


def test_a_counted_drawer_stays_as_counted(till: Till, other: Till, paid: Sold) -> None:
    till.post("/shifts/close", yuan="130")
    other.post(f"/movements/{paid.movements[0].id}/correct", method="pos", why="按错了")
    assert [one.shift_id is None for one in paid.movements] == [False, True, True]
