"""A production is typed in on a phone, reviewed in two taps by each, and stands on the public's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

TITLE = "话剧《龙须沟》"
DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def photograph(folder: Path) -> Path:
    """Return a picture as a phone would take it."""
    drawn = Image.new("RGB", (2400, 1600), "#285a80")
    ImageDraw.Draw(drawn).ellipse((800, 300, 1600, 1100), fill="#e3be6c")
    drawn.save(folder / "poster.jpg", quality=90)
    return folder / "poster.jpg"


def typed_in(author: Person, folder: Path) -> None:
    """Type a new production in: first with things missing, then whole and with a picture."""
    author.tap("新剧目", role="link")
    author.look("programme-new-390")
    author.page.get_by_label("剧目名称", exact=True).fill(TITLE)
    author.tap("送审")
    assert "有的地方要改" in author.say()
    author.look("programme-refused-390")
    author.page.get_by_label("类型").select_option("drama")
    author.page.get_by_label("剧目名称（英文）").fill("Dragon Beard Ditch")
    author.page.get_by_label("介绍", exact=True).fill("一条臭水沟边的小杂院，新旧两个时代。")
    author.page.get_by_label("选一张图片").set_input_files(photograph(folder))
    author.page.get_by_label("演出几分钟").fill("140")
    author.tap("送审")
    assert "等审核：初审" in author.say()


def opened_by(reviewer: Person) -> Person:
    """Open what waits, from the list."""
    reviewer.go("/staff/review")
    reviewer.taps = 0
    reviewer.tap(f"{TITLE} ›", role="link")
    return reviewer


def test_a_production_is_typed_reviewed_and_sent_back(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    author = signed_in(person(), "programme", "stage-1958")
    looked_at(author, "programme-day")
    author.tap("节目 ›", role="link")
    looked_at(author, "programme-list")
    typed_in(author, tmp_path)
    looked_at(author, "programme-waiting")

    first = signed_in(person(), "review1", "first-1958")
    first.look("review-day-390")
    first.tap(re.compile("等您审"), role="link")
    looked_at(first, "review-home")
    looked_at(opened_by(first), "review-one")
    first.tap("初审通过")
    assert first.taps == 2
    assert "这一步通过了" in first.say()

    second = signed_in(person(**DESK), "review2", "final-1958")
    opened_by(second).look("review-one-1280")
    second.tap("退回修改")
    assert "退回要写原因" in second.say()
    second.page.get_by_label("意见（退回要写）").fill("请写上编剧。")
    second.tap("退回修改")
    assert "退回给作者了" in second.say()

    author.page.reload()
    assert "退回修改：请写上编剧。" in author.say()
    author.look("programme-sent-back-390")
    author.tap("改内容", role="link")
    author.page.get_by_label("介绍", exact=True).fill("老舍编剧。一条臭水沟边的小杂院。")
    author.look("programme-change-390")
    author.tap("送审")
    opened_by(first).tap("初审通过")
    opened_by(second).tap("终审通过")
    assert "已经公开" in second.say()
    author.page.reload()
    assert "审核通过，公开的就是下面这些" in author.say()
    author.look("programme-passed-390")
    paper = author.page.get_by_role("link", name="打印节目审查表").get_attribute("href") or ""
    document = pypdfium2.PdfDocument(author.page.request.get(paper).body())
    document[0].render(scale=2).to_pil().save(PICTURES / "review-sheet.png")


def test_a_change_stands_beside_what_is_public(person: Callable[..., Person]) -> None:
    author = signed_in(person(**DESK), "programme", "stage-1958")
    author.tap(re.compile("个节目退回给您改"), role="link")
    author.look("programme-list-1280")
    author.tap("交响乐团惠民音乐会", role="link")
    author.look("programme-changed-1280")
    author.tap("改内容", role="link")
    author.page.get_by_label("演出几分钟").fill("115")
    author.look("programme-change-1280")
    author.tap("送审")
    reviewer = signed_in(person(), "review1", "first-1958")
    reviewer.go("/staff/review")
    reviewer.tap("交响乐团惠民音乐会 ›", role="link")
    looked_at(reviewer, "review-beside")
    author.tap("撤回，不审了")
    assert "公开的内容没有变" in author.say()
    reviewer.tap("初审通过")
    assert "已经不在等审核了" in reviewer.say()
    reviewer.look("review-closed-390")


def test_one_switch_stops_and_greys(person: Callable[..., Person]) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.tap("总开关", role="link")
    looked_at(admin, "switch")
    for mode, reason in (
        ("停新预订", "今天停电，明早9点恢复。"),
        ("网页变灰（哀悼）", ""),
        ("照常", ""),
    ):
        house = admin.page.locator("section").first
        house.get_by_label(mode).check()
        house.get_by_label("给大家看的原因").fill(reason)
        admin.tap("照这样拨", nth=0)
        if "再验证一次" in admin.say():
            admin.prove()
        assert "改好了" in admin.say()
        visitor = person()
        visitor.page.wait_for_timeout(2_500)
        visitor.go("/performances")
        visitor.page.screenshot(path=PICTURES / f"switch-{len(mode)}-390.png")
        if reason:
            visitor.page.get_by_role("link", name="晋剧《打金枝》").first.click()
            assert "暂停预订：今天停电" in visitor.say()
            visitor.look("switch-stopped-390")
        assert (visitor.page.locator("html[data-mode=grey]").count() == 1) == ("灰" in mode)


def test_a_production_is_written_without_scripts_and_by_keyboard(
    person: Callable[..., Person],
) -> None:
    author = signed_in(person(java_script_enabled=False, **DESK), "programme", "stage-1958")
    author.go("/staff/programme/productions/new")
    author.page.get_by_label("类型").focus()
    author.page.keyboard.press("ArrowDown")
    author.page.get_by_label("剧目名称", exact=True).focus()
    author.page.keyboard.type("Old Well")
    author.page.get_by_label("演出几分钟").focus()
    author.page.keyboard.type("130")
    with author.page.expect_navigation():
        author.page.keyboard.press("Enter")
    assert "等审核：初审" in author.say()


def test_what_people_see_of_a_production(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go("/performances")
    visitor.look("public-programme-390")
    visitor.tap("晋剧《打金枝》", role="link")
    visitor.look("public-performance-390")
    visitor.tap("这个节目的全部场次 ›", role="link")
    looked_at(visitor, "public-production")
