"""Packages in a browser: three evenings for one price, and two free ones from the desk to the tickets."""

from __future__ import annotations

import re
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_blocks import a_desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
EVENINGS = "周末大剧场三场套票"


def test_three_evenings_are_booked_in_three_taps(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/performances")
    member.taps = 0
    member.tap(re.compile(EVENINGS), role="link")
    member.look("packages-package")
    assert "单买合起来90元" in member.say()
    member.tap(re.compile("订套票"))
    member.look("packages-held")
    assert member.say().count("B区") == 0, "seats are named, not zones"
    member.tap(re.compile("确认，去付72元"))
    assert member.taps == 3
    member.look("packages-unpaid")
    assert "付72元" in member.say()
    member.go("/mine")
    member.look("packages-mine")
    member.tap("继续", role="link")
    assert "/packages/orders/" in member.page.url

    member.go(f"/display?size=large&next={re.sub('^https?://[^/]+', '', member.page.url)}")
    member.look("packages-unpaid-large")
    member.tap("不要了，放掉座位")
    assert "已经取消" in member.say()
    member.go("/performances")
    member.tap(re.compile(EVENINGS), role="link")
    member.look("packages-package-large")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("dark", {"color_scheme": "dark"}),
        ("wide", {"viewport": {"width": 1280, "height": 900}, "has_touch": False}),
    ],
)
def test_it_looks_right_at_night_and_on_a_desk(
    person: Callable[..., Person], name: str, how: dict[str, object]
) -> None:
    somebody = person(**how)
    somebody.go("/performances")
    somebody.tap(re.compile(EVENINGS), role="link")
    somebody.look(f"packages-package-{name}")
    somebody.go("/display?lang=en&next=/packages")
    somebody.tap(re.compile("Three weekends"), role="link")
    somebody.look(f"packages-package-{name}-en")


def test_two_free_evenings_from_the_desk_to_the_tickets(person: Callable[..., Person]) -> None:
    desk = a_desk(person, "programme", "stage-1958")
    desk.go("/staff/programme/packages")
    desk.look("packages-desk")
    desk.tap("做一种新套票", role="link")
    for show in ("太原市职工文艺汇演", "麦场欢歌"):
        desk.page.get_by_role("checkbox", name=re.compile(show)).first.check()
    desk.page.get_by_label("中文名").fill("两场免费套票")
    desk.page.get_by_label("英文名").fill("Two free evenings")
    desk.page.get_by_label("一共卖几套").fill("20")
    desk.page.get_by_label("每人最多几套").fill("1")
    desk.tap("建好，接着定价")
    assert "请写日期和时间" in desk.say(), "what is missing is told, what was typed stays"
    desk.page.get_by_label("几点开卖").fill("2026-01-01T09:00")
    desk.page.get_by_label("几点停卖").fill("2099-01-01T09:00")
    desk.look("packages-new")
    desk.tap("建好，接着定价")
    desk.page.get_by_label("免费票").fill("0")
    desk.tap("就按这样")
    desk.look("packages-one")
    desk.tap("发布")
    assert "套票发布了" in desk.say()
    address = desk.page.get_by_role("link", name=re.compile("看公众的页面")).get_attribute("href")

    member = person(java_script_enabled=False)
    member.sign_in(fresh_phone())
    member.go(address or "")
    member.taps = 0
    member.tap(re.compile("订套票"))
    member.tap("确认，免费领票")
    assert member.taps == 2
    assert "套票订好了" in member.say()
    got_everything(member)
    member.tap("去不了，整套退", role="link")
    member.tap("整套退掉")
    assert "整套退好了" in member.say()
    desk.page.reload()
    desk.tap("撤下")


def got_everything(member: Person) -> None:
    """Look at the tickets, the one PDF of all of them, and the one calendar file."""
    here = member.page.url
    paper = member.context.request.get(f"{here}.pdf")
    document = pdfium.PdfDocument(paper.body())
    assert len(document) == 2
    calendar = member.context.request.get(f"{here}.ics").text()
    assert calendar.count("BEGIN:VEVENT") == 2
    assert member.broken == []
