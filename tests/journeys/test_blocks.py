"""A unit's block from the palace's desk to the group's phones: given, posted, tapped, named, printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest

from tests.journeys.conftest import PICTURES, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ORGANISER = "19900000009"
COLLEAGUE = "19900000001"
STRANGER = "19900000005"
GALA = "太原市职工文艺汇演"


def a_desk(person: Callable[..., Person], login: str, password: str) -> Person:
    """Return staff signed in at a desk."""
    desk = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    desk.go("/staff/sign-in")
    desk.page.get_by_label("登录名").fill(login)
    desk.page.get_by_label("密码").fill(password)
    desk.tap("登录")
    desk.second_code()
    return desk


def test_from_the_organiser_s_desk_to_a_colleague_s_ticket(person: Callable[..., Person]) -> None:
    organiser = person()
    organiser.sign_in(ORGANISER)
    organiser.go("/unit")
    organiser.taps = 0
    organiser.tap(re.compile("单位的票"), role="link")
    organiser.look("blocks-unit")
    organiser.tap(GALA, role="link")
    organiser.look("blocks-unit-block")
    assert organiser.taps == 2  # the link is there to be posted
    link = organiser.page.get_by_label("链接").input_value()
    path = link[link.index("/b/") :]

    colleague = person(java_script_enabled=False)
    colleague.go(path)
    colleague.page.screenshot(path=PICTURES / "blocks-link.png", full_page=True)
    colleague.tap("登录，领一张")
    colleague.sign_in(COLLEAGUE)
    colleague.taps = 0
    colleague.tap("领一张")
    assert colleague.taps == 1
    assert "/tickets/" in colleague.page.url
    colleague.go(path)
    assert "您已经领过了" in colleague.say()

    stranger = person()
    stranger.sign_in(STRANGER)
    stranger.go(path)
    assert "您登记的单位不是它" in stranger.say()
    stranger.look("blocks-link-stranger")
    colleague_name_on_the_desk(organiser)
    names_and_paper(organiser)
    organiser.go("/display?size=large&lang=en&next=/unit/blocks")
    organiser.look("blocks-unit-large-en")
    organiser.tap("City Workers' Gala", role="link")
    organiser.look("blocks-unit-block-large-en")


def colleague_name_on_the_desk(organiser: Person) -> None:
    """See who has taken one."""
    organiser.page.reload()
    assert "张建华" in organiser.say()


def names_and_paper(organiser: Person) -> None:
    """Paste two names, look at what they mean, give; then take two tickets on paper and print all of it."""
    organiser.page.get_by_label("姓名，一行一个").fill("张和平\n没这个人")
    organiser.taps = 0
    organiser.tap("先核对")
    assert "不在本单位名册上" in organiser.say()
    organiser.look("blocks-list")
    organiser.tap("发票")
    assert "发出1张" in organiser.say()
    organiser.look("blocks-list-given")
    assert organiser.taps == 2
    organiser.tap("回到这一块座位", role="link")
    organiser.page.get_by_label("要几张纸票").fill("2")
    organiser.tap("出票")
    organiser.look("blocks-paper")
    for name, words in (
        ("tickets", "打印这5张票"),
        ("sheet", "打印签收表"),
        ("poster", "打印海报"),
    ):
        address = organiser.page.get_by_role("link", name=words).get_attribute("href")
        answer = organiser.page.request.get(str(address))
        assert answer.ok, name
        body = pdfium.PdfDocument(answer.body())
        assert len(body) == (5 if name == "tickets" else 1)
        PICTURES.mkdir(parents=True, exist_ok=True)
        body[0].render(scale=2).to_pil().save(PICTURES / f"blocks-paper-{name}.png")


def test_the_palace_s_desk_gives_another(person: Callable[..., Person]) -> None:
    desk = a_desk(person, "admin", "nangong-1958")
    desk.go("/staff")
    desk.tap("单位留座", role="link")
    desk.look("blocks-staff")
    desk.tap("第一出租汽车公司工会（示例）", role="link")
    desk.look("blocks-staff-one")
    desk.tap(re.compile("单位留座"), role="link")
    desk.page.get_by_label("找单位").fill("铁路")
    desk.taps = 0
    desk.tap("找")
    desk.look("blocks-staff-give")
    desk.page.get_by_label("几个座位").fill("12")
    desk.page.locator("[name=unit]").first.check()
    desk.tap("留座，通知经办人")
    assert "留好了" in desk.say()
    assert desk.taps == 2
    desk.page.get_by_label("找单位").fill("铁路")
    desk.tap("找")
    desk.tap(re.compile("自己勾座位"), role="link")
    desk.page.get_by_text("按排勾选", exact=True).click()
    desk.page.locator("details details summary").first.click()
    desk.look("blocks-staff-marks")
    phone = person()
    phone.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]  # as given
    phone.go(desk.page.url)
    phone.look("blocks-staff-marks-phone")
    page = desk.page
    open_seats = page.locator("#map rect[role=checkbox]:not([aria-disabled])")
    open_seats.first.focus()
    page.keyboard.press("Space")
    seat = page.locator("#chosen [name=seats]")
    assert seat.count() == 1
    marked = seat.get_attribute("value")
    page.get_by_label("每人最多几张").fill("0")
    desk.tap("留座，通知经办人")
    page.wait_for_selector("#chosen [name=seats]", state="attached")
    assert page.locator("#chosen [name=seats]").get_attribute("value") == marked
    desk.look("blocks-staff-marks-drawn")
    page.get_by_label("每人最多几张").fill("1")
    desk.tap("留座，通知经办人")
    assert "留好了" in desk.say()
