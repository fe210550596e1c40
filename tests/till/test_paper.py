"""Receipts and the handover sheet on paper: what they say, how long a roll is."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.money import Fen, in_capitals
from palace.payments import services as payments
from tests.factory import Factory
from tests.printing.conftest import printer
from tests.till.conftest import Sold, Till, sell
from tests.usage.test_paper import read

__all__ = ["printer"]
pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]


@pytest.mark.parametrize("paper", ["roll", "a4"])
def test_a_receipt_says_what_it_is_not_for(till: Till, sold: Sold, paper: str) -> None:
    till.begin()
    till.take(sold.payment)
    movement = sold.movements[0]
    answer = till.browser.get(f"/staff/till/receipts/{movement.id}.pdf?paper={paper}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text, _, sizes = read(answer.data)
    for said in (
        "收款凭证",
        "不作报销凭证",
        f"{movement.book_year}-000001",
        "30元",
        "叁拾元整",
        "现金",
        "王丽",
    ):
        assert said in text, said
    assert sold.member.name not in text
    width, height = sizes[0]
    assert (width, height) == (210, 297) if paper == "a4" else width == 80 and height < 160


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (1000, "壹拾元整"),
        (1005, "壹拾元零伍分"),
        (1050, "壹拾元伍角整"),
        (1234, "壹拾贰元叁角肆分"),
        (100500, "壹仟零伍元整"),
        (1000500, "壹万零伍元整"),
        (10000000, "壹拾万元整"),
        (10050000, "壹拾万零伍佰元整"),
        (10700053, "壹拾万零柒仟元伍角叁分"),
        (11000500, "壹拾壹万零伍元整"),
        (100000000, "壹佰万元整"),
        (123456789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (10000010000, "壹亿零壹佰元整"),
    ],
)
def test_an_amount_in_capitals(fen: int, said: str) -> None:
    assert in_capitals(Fen(fen)) == said


def test_a_corrected_receipt_is_void(till: Till, other: Till, sold: Sold) -> None:
    till.begin()
    till.take(sold.payment)
    movement = sold.movements[0]
    other.post(f"/movements/{movement.id}/correct", method="pos", why="按错了")
    text, _, _ = read(till.browser.get(f"/staff/till/receipts/{movement.id}.pdf").data)
    assert "已更正，此张作废" in text


def test_money_paid_back_has_a_slip_to_be_signed(till: Till, sold: Sold) -> None:
    till.begin()
    till.take(sold.payment)
    till.post(f"/payments/{sold.payment.id}/refunds", yuan="12.50", why="演员换人")
    (refund,) = payments.refunds_of(sold.payment.id)
    till.post(f"/refunds/{refund.id}/pay", method="cash")
    back = sold.movements[-1]
    page = till.browser.get(f"/staff/till/payments/{sold.payment.id}").text
    assert f"/staff/till/receipts/{back.id}.pdf" in page

    answer = till.browser.get(f"/staff/till/receipts/{back.id}.pdf?paper=a4")

    text, _, sizes = read(answer.data)
    assert sizes == [(210, 297)]
    for said in (
        "退款凭证",
        f"T{refund.id:06d}",
        "12.50元",
        "壹拾贰元伍角整",
        "现金",
        "王丽",
        "领款人（签字）",
    ):
        assert said in text, said


def test_what_is_on_account_is_signed_for_and_has_no_receipt(till: Till, sold: Sold) -> None:
    till.begin()
    entry, here = sold.member.roster_entry, f"/payments/{sold.payment.id}"
    assert entry is not None
    till.post(f"{here}/account", amount=3000, unit=entry.unit.name_zh)
    paper = f"/staff/till/receipts/{sold.movements[0].id}.pdf"
    assert paper in till.browser.get(f"/staff/till{here}").text
    for form in ("roll", "a4"):
        text, _, _ = read(till.browser.get(f"{paper}?paper={form}").data)
        number = f"Q{sold.payment.id:06d}"
        for said in ("单位签单", number, "还没有收款", "叁拾元整", entry.unit.name_zh, "（签字）"):
            assert said in text, said
        assert "收款凭证" not in text.replace("再开收款凭证", "")

    till.browser.set_cookie("lang", "en")
    text, _, _ = read(till.browser.get(paper).data)
    assert "Notpaidyet" in text
    assert till.browser.get(f"/staff/till{here}").status_code == 200
    till.browser.set_cookie("lang", "zh")
    till.post(f"{here}/settle", method="transfer", reference="T1")
    assert paper not in till.browser.get(f"/staff/till{here}").text
    off, came = sold.movements[-2:]
    assert till.browser.get(f"/staff/till/receipts/{off.id}.pdf").status_code == 404
    text, _, _ = read(till.browser.get(f"/staff/till/receipts/{came.id}.pdf").data)
    assert f"{came.book_year}-000001" in text


def test_its_member_opens_the_receipt_of_what_they_paid_and_nobody_else(
    app: Flask, till: Till, other: Till, sold: Sold, make: Factory
) -> None:
    till.begin()
    path, client = f"/payments/{sold.payment.id}/receipt.pdf", app.test_client()
    make.sign_in(client, sold.member)
    assert client.get(path).status_code == 404
    till.take(sold.payment)
    assert path in client.get(f"/payments/{sold.payment.id}").text
    text, _, _ = read(client.get(path).data)
    assert "不作报销凭证" in text
    assert sold.movements[0].method == "cash"

    other.post(f"/movements/{sold.movements[0].id}/correct", method="pos", why="按错了")
    text, _, _ = read(client.get(path).data)
    assert "刷卡" in text
    assert "作废" not in text

    make.sign_in(client, make.member())
    assert client.get(path).status_code == 404


def test_the_handover_sheet_has_every_figure_and_two_signatures(
    make: Factory, till: Till, other: Till, sold: Sold
) -> None:
    shift = till.begin(10000)
    till.take(sold.payment)
    assert till.browser.get(f"/staff/till/shifts/{shift.id}.pdf").status_code == 404
    another = sell(make)
    till.take(another.payment)
    other.post(f"/movements/{another.movements[0].id}/correct", method="pos", why="按错了")
    till.post("/shifts/close", yuan="129.50", why="找错零")
    answer = till.browser.get(f"/staff/till/shifts/{shift.id}.pdf")
    assert answer.status_code == 200
    text, _, sizes = read(answer.data)
    assert sizes == [(210, 297)]
    for said in (
        "交款单",
        "王丽",
        "100元",
        "130元",
        "129.50元",
        "-0.50元",
        "找错零",
        "000001",
        "出纳",
        "收款更正：现金改成刷卡",
        "按错了",
        "000002作废",
    ):
        assert said in text, said
