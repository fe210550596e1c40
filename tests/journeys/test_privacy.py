"""A member sees what is kept of them, takes it along and leaves; the office publishes a text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_member import open_show

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

AGREED_TO_THE_FIRST = "19900000102"


def office(person: Callable[..., Person]) -> Person:
    """Return the administrator at a desk."""
    desk = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    return signed_in(desk, "admin", "nangong-1958")


def booked(member: Person, key: str) -> str:
    """Book one free ticket for a show that is to come, and stay on its page; return its address."""
    open_show(member)
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    member.page.wait_for_url("**/orders/*")
    member.look(f"data-order-{key}")
    member.tap("确认，免费领票")
    return member.page.url


def test_looked_at_taken_along_and_erased(person: Callable[..., Person], tmp_path: Path) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/mine")
    member.taps = 0
    member.tap(re.compile("我的资料"), role="link")
    member.look("data-mine")
    assert "单位名册上的您" in member.say()
    with member.page.expect_download() as download:
        member.page.get_by_role("button", name="下载", exact=True).tap()
    member.taps += 1
    assert member.taps == 2
    assert re.fullmatch(r"my-palace-data-\d{4}-\d\d-\d\d\.json", download.value.suggested_filename)
    file = tmp_path / "mine.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["parts"]["members"][0]["phone"].startswith("1990000")
    member.taps = 0
    member.tap(re.compile("注销账号"), role="link")
    member.look("data-erase")
    member.tap("注销，删掉我的资料")
    assert member.taps == 2
    member.look("data-erased")
    assert "已经注销" in member.say()
    member.go("/mine")
    assert "/sign-in" in member.page.url
    member.look("data-sign-in")


def test_what_is_still_to_come_is_settled_first(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    booked(member, "agreed")
    member.go("/mine/erase")
    member.look("data-ahead")
    assert "还有没办完的事" in member.say()
    member.tap(re.compile("看这张票"), role="link")
    member.tap(re.compile("退这张"), role="link")
    member.tap(re.compile("退"), role="button")
    member.go("/mine/erase")
    member.tap("注销，删掉我的资料")
    assert "已经注销" in member.say()


def test_a_new_version_is_asked_for_once(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(AGREED_TO_THE_FIRST)
    member.go("/mine")
    member.look("data-consent")
    member.tap("看过了，同意")
    assert "记下了" in member.say()
    assert "看过了，同意" not in member.say()


def test_with_scripts_off_in_large_text_and_in_english(person: Callable[..., Person]) -> None:
    member = person(java_script_enabled=False)
    member.sign_in(fresh_phone())
    member.go("/display?size=large&lang=zh&next=/mine/data")
    member.page.screenshot(path=PICTURES / "data-mine-large.png", full_page=True)
    member.go("/display?size=large&lang=en&next=/mine/data")
    member.page.screenshot(path=PICTURES / "data-mine-large-en.png", full_page=True)
    assert "What the palace keeps" in member.say()
    member.tap(re.compile("Erase my account"), role="link")
    member.page.screenshot(path=PICTURES / "data-erase-large-en.png", full_page=True)
    member.tap("Erase me and delete my data")
    assert "You are erased" in member.say()


def test_everybody_reads_the_texts(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go("/")
    visitor.tap("个人信息", role="link")
    visitor.look("privacy-texts")
    assert "第2版" in visitor.say()
    visitor.go("/privacy/privacy/1")
    visitor.look("privacy-version")


def test_the_office_publishes_a_text_and_erases_who_asks(person: Callable[..., Person]) -> None:
    member, phone = person(), fresh_phone()
    member.sign_in(phone)
    admin = office(person)
    admin.go("/staff")
    admin.tap("个人信息", role="link", nth=0)
    admin.look("privacy-staff")
    admin.page.get_by_text("14岁以下儿童监护人同意书 · ").click()
    admin.page.locator("#guardian-zh").fill(
        "孩子不满14岁的，监护人替孩子填写，并同意核对入场时使用。"
    )
    admin.look("privacy-staff-open")
    admin.tap("发布第2版")
    assert "新的一版发布了" in admin.say()
    admin.page.get_by_label("发出的通知留几天").fill("0")
    admin.page.get_by_role("button", name="改成这些").click()
    admin.look("privacy-staff-refused")
    assert "天数最少1天" in admin.say()
    admin.go("/staff/privacy")
    admin.page.get_by_label("手机号").fill(phone)
    admin.tap("按手机号找")
    admin.look("privacy-staff-found")
    admin.page.locator("main .lines a").first.click()
    admin.page.get_by_label("原因").fill("本人持身份证到售票处要求")
    admin.look("privacy-person")
    admin.tap("注销这位会员")
    assert "已经注销" in admin.say()
    member.go("/mine")
    assert "/sign-in" in member.page.url
