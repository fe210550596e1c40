"""Printed codes, and money of theirs that nobody knows the payment of."""

from __future__ import annotations

from sqlalchemy import select

from palace.db import db
from palace.members.rules import Role
from palace.payments.models import Movement
from palace.tickets.rules import OrderState
from palace.till.models import PrintedCode
from palace.venues.queries import house_rules
from tests.factory import Factory
from tests.till.conftest import Sold, Till, clerk, sell


def noted(till: Till, reference: str = "wx-1", yuan: str = "30") -> Movement:
    """Write money down that nobody knows the payment of."""
    assert till.post("/unmatched", yuan=yuan, reference=reference).status_code == 303
    wanted = select(Movement).where(Movement.reference == reference)
    return db.session.scalars(wanted).one()


def test_it_is_claimed_at_the_payment_it_is_of(till: Till, sold: Sold) -> None:
    came = noted(till)
    till.begin()
    page = till.browser.get(f"/staff/till/payments/{sold.payment.id}").text
    assert "wx-1" in page
    answer = till.post(f"/payments/{sold.payment.id}/match", movement=came.id)
    assert answer.status_code == 303
    db.session.refresh(came)
    db.session.refresh(sold.order)
    assert (came.payment_id, came.receipt) == (sold.payment.id, 1)
    assert sold.order.state is OrderState.SETTLED
    assert "没有没人认的钱" in till.browser.get("/staff/till/unmatched").text


def test_it_is_claimed_once_and_only_where_it_fits(make: Factory, till: Till, sold: Sold) -> None:
    came, less = noted(till), noted(till, "wx-2", "29.99")
    path = f"/payments/{sold.payment.id}/match"
    assert till.post(path, movement=less.id).status_code == 409
    till.post(path, movement=came.id)
    again = sell(make)
    answer = till.post(f"/payments/{again.payment.id}/match", movement=came.id)
    assert (answer.status_code, again.movements) == (409, [])


def test_another_houses_money_is_not_its(make: Factory, till: Till, sold: Sold) -> None:
    came = noted(till)
    came.site_id = make.branch().id
    make.commit()
    assert till.post(f"/payments/{sold.payment.id}/match", movement=came.id).status_code == 404
    assert sold.movements == []


def test_a_number_is_written_down_once(till: Till) -> None:
    noted(till)
    answer = till.post("/unmatched", yuan="30", reference="wx-1")
    assert (answer.status_code, "这个单号已经记过一笔" in answer.text) == (409, True)


def test_it_goes_back_above_the_amount_by_another_person(till: Till, other: Till) -> None:
    house_rules().second_above = 2999  # type: ignore[assignment]  # fen
    came = noted(till)
    path = f"/unmatched/{came.id}/send-back"
    assert till.post(path, why="不知道谁付的").status_code == 409
    assert other.post(path, why="").status_code == 422
    assert other.post(path, why="不知道谁付的").status_code == 303
    assert other.post(path, why="不知道谁付的").status_code == 409


def test_a_code_is_put_up_and_taken_down_by_who_looks_after_the_house(
    make: Factory, till: Till
) -> None:
    fields = {"name_zh": "微信收款", "name_en": "WeChat", "content": "wxp://f2f0abc"}
    assert till.post("/codes", **fields).status_code == 403
    admin = clerk(make, till.browser.application.test_client(), Role.SITE_ADMIN)
    assert admin.post("/codes", **fields).status_code == 303
    again = admin.post("/codes", **fields)
    assert (again.status_code, "已经有一张" in again.text) == (409, True)
    code = db.session.scalars(select(PrintedCode)).one()
    assert "微信收款" in till.browser.get("/staff/till/codes").text
    assert admin.post(f"/codes/{code.id}/remove").status_code == 303
    assert db.session.scalars(select(PrintedCode)).all() == []
