"""Somebody at a poster becomes a member in five taps and two fields; the office hangs posters up."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def office(person: Callable[..., Person]) -> Person:
    """Return the administrator at a desk."""
    desk = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    return signed_in(desk, "admin", "nangong-1958")


def poster_path(admin: Person) -> str:
    """Return where the QR of the taxi union's poster leads."""
    admin.go("/staff/posters")
    line = admin.page.get_by_role("listitem").filter(has_text="北站出车口")
    code = re.search(r"posters/([a-z2-7]{20})\.pdf", line.inner_html())
    assert code
    return f"/join/{code[1]}"


def test_five_taps_and_two_fields(person: Callable[..., Person]) -> None:
    path, member = poster_path(office(person)), person()
    member.go(path)
    member.taps = 1  # opening the link the camera found
    member.look("join-poster")
    member.page.get_by_label("手机号").fill("19900000111")
    member.tap("发验证码")
    member.look("join-code")
    with member.page.expect_navigation(url="**/join/unit**"):
        member.page.get_by_label("验证码").fill(member.code())
    member.look("join-unit")
    member.taps += 1
    member.page.get_by_role("radio").first.check()
    member.tap("同意，就是这个单位")
    member.look("join-done")
    assert "单位核对中" in member.say()
    member.tap("去订这一场", role="link")
    assert member.taps == 5
    assert "/performances/" in member.page.url


def test_who_is_on_the_roster_is_a_member_at_the_code(person: Callable[..., Person]) -> None:
    path, member = poster_path(office(person)), person()
    member.go(path)
    member.page.get_by_label("手机号").fill("19900000001")
    member.tap("发验证码")
    with member.page.expect_navigation(url="**/join/unit**"):
        member.page.get_by_label("验证码").fill(member.code())
    assert "您已经是工会会员" in member.say()
    member.tap("继续", role="link")
    member.look("join-done-valid")
    assert "会员票马上能订" in member.say()


def test_a_unit_is_found_by_typing_with_scripts_off_in_large_text_and_in_english(
    person: Callable[..., Person],
) -> None:
    member = person(java_script_enabled=False)
    member.go("/join")
    member.page.get_by_label("手机号").fill("19900000112")
    member.tap("发验证码")
    member.page.get_by_label("验证码").fill(member.code())
    member.tap("登录")
    member.go("/display?size=large&lang=en&next=/join/unit")
    for typed in ("骑手", "waimai", "wmps"):
        member.page.get_by_label("Type your unit's name").fill(typed)
        member.tap("Find")
        member.page.get_by_role("radio", name="外卖配送企业工会").wait_for()
    member.page.screenshot(path=PICTURES / "join-found-large-en.png", full_page=True)
    member.page.get_by_role("radio").first.check()
    member.tap("I agree, this is my unit")
    assert "checking" in member.say().lower() or "public" in member.say().lower()
    member.page.screenshot(path=PICTURES / "join-done-large-en.png", full_page=True)


def test_the_office_makes_a_poster_and_prints_it(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    admin = office(person)
    admin.go("/staff")
    admin.taps = 0
    admin.tap(re.compile("入会海报"), role="link")
    admin.page.get_by_label("找单位").fill("出租")
    admin.tap("找")
    admin.page.get_by_role("radio").first.check()
    admin.page.get_by_label("贴在哪里").fill("总站食堂")
    admin.look("posters-new")
    admin.tap("做海报")
    assert "总站食堂" in admin.say()
    admin.look("posters")
    assert admin.taps == 3
    link = admin.page.get_by_role("listitem").filter(has_text="总站食堂").get_by_role("link")
    paper = admin.context.request.get(str(link.get_attribute("href"))).body()
    (tmp_path / "poster.pdf").write_bytes(paper)
    picture = ["pdftoppm", "-r", "60", "-png", "-singlefile"]
    subprocess.run([*picture, tmp_path / "poster.pdf", PICTURES / "poster-a4"], check=True)
