"""Codes from the desk to a ticket: made, printed, scanned, opened by one tap, booked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest

from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_blocks import a_desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
NEWSPAPER, PRIZES = "工人报读者（示例）", "安全知识竞赛奖品（示例）"


def codes_of(desk: Person) -> list[dict[str, str]]:
    """Return the rows of the file of the batch whose page is open."""
    listed = desk.page.get_by_role("link", name=re.compile("谁用了")).get_attribute("href")
    file = desk.page.request.get(f"{listed}?format=csv")
    return list(csv.DictReader(io.StringIO(file.text().lstrip("\ufeff"))))


def test_from_a_slip_to_a_ticket(person: Callable[..., Person]) -> None:
    desk = a_desk(person, "programme", "stage-1958")
    desk.go("/staff")
    desk.taps = 0
    desk.tap("兑换码", role="link")
    desk.look("codes-coming")
    desk.tap(NEWSPAPER, role="link")
    desk.look("codes-batch")
    assert desk.taps == 2
    rows = codes_of(desk)
    assert [row["状态"] for row in rows[:3]] == ["用了", "用了", "还没用"]
    used, code = rows[0]["兑换码"], rows[2]["兑换码"]
    address = desk.page.get_by_role("link", name=re.compile("打印没用的")).get_attribute("href")
    answer = desk.page.request.get(str(address))
    assert answer.ok
    slips = pdfium.PdfDocument(answer.body())
    assert len(slips) == 1
    assert "".join(code.split()) in "".join(slips[0].get_textpage().get_text_range().split())
    slips[0].render(scale=2).to_pil().save(PICTURES / "codes-slips.png")
    desk.tap(re.compile("谁用了"), role="link")
    desk.look("codes-list")

    member = person()
    member.sign_in(fresh_phone())
    member.go(f"/c/{code}")
    member.look("codes-link")
    member.taps = 0
    member.tap("打开")
    assert "2张票为您留着" in member.page.inner_text("body")
    assert member.taps == 1
    member.look("codes-opened")
    member.tap("订为我保留的票")
    member.look("codes-order")
    assert member.taps == 2

    member.go(f"/c/{used}")
    assert "已经有人用过了" in member.say()
    member.look("codes-used")


def test_a_code_is_typed_without_scripts_in_large_text_and_english(
    person: Callable[..., Person],
) -> None:
    desk = a_desk(person, "programme", "stage-1958")
    desk.go("/staff/codes")
    desk.tap(NEWSPAPER, role="link")
    code = codes_of(desk)[3]["兑换码"]
    member = person(java_script_enabled=False)
    member.sign_in(fresh_phone())
    member.go("/mine")
    member.taps = 0
    member.tap(re.compile("有兑换码"), role="link")
    member.page.get_by_label("码，16位").fill("abcd")
    member.tap("打开")
    assert "没有这个码" in member.say()
    member.page.get_by_label("码，16位").fill(code.replace("-", " ").lower())
    member.tap("打开")
    assert "2张票为您留着" in member.page.inner_text("body")

    other = person(color_scheme="dark")
    other.go("/display?size=large&lang=en&next=/codes")
    other.look("codes-enter-large-en-dark")
    other.go(f"/c/{codes_of(desk)[4]['兑换码']}")
    other.look("codes-link-large-en-dark")


def test_the_desk_makes_a_batch_and_stops_it(person: Callable[..., Person]) -> None:
    desk = a_desk(person, "programme", "stage-1958")
    desk.go("/staff/codes")
    desk.tap(PRIZES, role="link")
    assert "停用" in desk.say()
    desk.look("codes-stopped")
    desk.tap(re.compile("这一场的兑换码"), role="link")
    desk.look("codes-show")
    desk.taps = 0
    desk.page.get_by_label("给谁、做什么用").fill("街道图书馆")
    desk.page.get_by_label("要几个码").fill("600")
    desk.tap("做这一批")
    assert "1到500" in desk.say()
    desk.look("codes-show-refused")
    desk.page.get_by_label("要几个码").fill("3")
    desk.tap("做这一批")
    assert "还剩3个" in desk.say()
    assert desk.taps == 2
    phone = person()
    phone.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]  # as given
    phone.go(desk.page.url)
    phone.look("codes-batch-phone")
    desk.page.locator("summary").click()
    desk.tap("停用没用的码")
    assert "作废3个" in desk.say()
