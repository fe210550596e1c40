"""Coupons in a browser: two taps to a code, also offline; the desk brings a list in and sees it no more."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_blocks import a_desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_two_taps_from_the_programme_to_a_code(person: Callable[..., Person]) -> None:
    member = person(service_workers="allow")
    member.go("/sign-in")
    member.sign_in(fresh_phone())
    member.go("/")
    member.taps = 0
    member.tap(re.compile("优惠券"), role="link")
    member.look("coupons-offered")
    assert "爆米花一份" in member.say()
    assert "还没有开始领" in member.say()
    member.tap(re.compile("领一张"))
    assert member.taps == 2
    code = member.page.get_by_label("券码", exact=True).input_value()
    assert re.fullmatch(r"XH[0-9]{6}", code)
    member.look("coupons-mine")
    member.page.get_by_text("给人扫的二维码").tap()
    member.look("coupons-mine-qr")
    sees_it_without_a_network(member, code)
    for name, path in (("large", "size=large&lang=zh"), ("en", "size=standard&lang=en")):
        member.go(f"/display?{path}&next=/coupons")
        member.look(f"coupons-{name}")
    member.go("/display?size=standard&lang=zh&next=/coupons")
    member.page.emulate_media(color_scheme="dark")
    member.look("coupons-dark")
    member.taps = 0
    member.tap(re.compile("用过了"))
    assert member.taps == 1
    assert "用过的和过期的" in member.say()
    member.go("/mine")
    member.tap(re.compile("优惠券"), role="link")
    assert member.page.url.endswith("/coupons")


def sees_it_without_a_network(member: Person, code: str) -> None:
    """Open the page again in the lift, where there is no network."""
    member.page.wait_for_function("navigator.serviceWorker.controller !== null")
    member.page.reload()
    member.context.set_offline(True)
    member.page.reload()
    assert member.page.get_by_label("券码", exact=True).input_value() == code
    member.context.set_offline(False)
    member.broken.clear()


def test_a_code_without_scripts(person: Callable[..., Person]) -> None:
    member = person(java_script_enabled=False)
    member.go("/coupons")
    member.tap(re.compile("登录，领一张"))
    member.sign_in(fresh_phone())
    assert member.page.url.endswith("/coupons")
    member.tap(re.compile("领一张"))
    assert re.search(r"XH[0-9]{6}", member.page.content())


def test_the_desk_brings_a_partner_s_list_in(person: Callable[..., Person]) -> None:
    desk = a_desk(person, "programme", "stage-1958")
    desk.go("/staff")
    desk.tap("优惠券", role="link")
    desk.look("coupons-desk")
    desk.tap("新的优惠券", role="link")
    desk.page.get_by_label("合作单位", exact=True).fill("新华影城（示例）")
    desk.page.get_by_label("值什么", exact=True).fill("15元看电影")
    desk.page.get_by_label("怎么用", exact=True).fill("购票时输入券码。")
    desk.tap("存下")
    desk.look("coupons-form-refused")
    assert "请写日期和时间" in desk.say()
    desk.page.get_by_label("几点开始领").fill("2026-01-05 10:00")
    desk.page.get_by_label("有效期到哪天（那天还能用）").fill("2099-12-31")
    desk.tap("存下")
    desk.look("coupons-new")
    lines = "XK-0001\nXK-0002\n\nXK-0001\n1.23E+15\nXK-0003"
    desk.page.get_by_label("券码，一行一个").fill(lines)
    desk.taps = 0
    desk.tap("先核对")
    desk.look("coupons-codes")
    assert "3个券码可以放" in desk.say()
    assert "第4行：和前面一行重复" in desk.say()
    assert desk.page.get_by_label("券码，一行一个").input_value() == lines
    desk.tap("放进这3个")
    assert desk.taps == 2
    assert "放进了3个券码" in desk.say()
    assert "XK-" not in desk.page.content()
    desk.look("coupons-pool")
    desk.tap("停发")
    assert "停发" in desk.say()
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.look("coupons-pool-phone")
