"""A programme manager works on a hall's plan by mouse, finger, keys, and with scripts off; a show gets it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
SHEET = (
    "区域,排,座,横,纵,票区,类型,入口\n"
    + "".join(
        f"池座,{row},{seat},{seat * 55 - 330},{row * 95 + 100},{'A' if row < 3 else 'B'}区,普通,东门\n"
        for row in range(1, 6)
        for seat in range(1, 12)
    )
    + "池座,6,1,-275,670,B区,轮椅席,西门\n池座,6,2,-195,670,B区,陪同,西门\n"
)


def manager(someone: Person) -> Person:
    """Sign the programme manager of the demonstration in."""
    return signed_in(someone, "programme", "stage-1958")


def draft_of(who: Person, name: str) -> None:
    """Begin a draft from a plan of the list."""
    who.go("/staff/plans")
    who.page.get_by_role("link", name=re.compile(name)).first.click()
    who.tap("改票区和座位")


def spot(who: Person, code: str) -> tuple[float, float]:
    """Return where a seat is on the screen."""
    box = who.page.locator(f'[data-code="{code}"]').bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_sheet_is_read_looked_at_and_kept(person: Callable[..., Person]) -> None:
    who = manager(person())
    who.tap("座位图", role="link")
    looked_at(who, "plans-home")
    who.page.get_by_label("座位表文件").set_input_files(
        {
            "name": "hall.csv",
            "mimeType": "text/csv",
            "buffer": SHEET.replace("轮椅席", "沙发").encode(),
        }
    )
    who.page.get_by_label("场地").select_option(index=0)
    who.tap("读进来看看")
    assert "第57行" in who.say()
    who.look("plans-wrong-390")
    who.page.get_by_label("座位表文件").set_input_files(
        {"name": "hall.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    )
    who.tap("读进来看看")
    assert "57座应有至少2个轮椅席" in who.say()
    looked_at(who, "plans-draft")
    who.page.get_by_text("另存为一张新的座位图").click()
    who.page.locator("#own-code").fill("small")
    who.page.locator("#own-name_zh").fill("小布置")
    who.page.locator("#own-name_en").fill("Small layout")
    who.tap("另存", nth=0)
    assert "存好了，是第1版" in who.say()
    looked_at(who, "plans-plan")
    who.tap("删掉这一版")
    assert "删掉了" in who.say()


def test_with_the_mouse_a_frame_becomes_another_zone(person: Callable[..., Person]) -> None:
    who = manager(person(**DESK))
    draft_of(who, "大剧场")
    page = who.page
    page.locator("#drawing").scroll_into_view_if_needed()
    (left, top), (right, bottom) = spot(who, "ST-05-13"), spot(who, "ST-08-14")
    page.mouse.move(left - 4, top - 4)
    page.mouse.down()
    page.mouse.move((left + right) / 2, bottom)
    page.mouse.move(right + 4, bottom + 4)
    who.page.screenshot(path=PICTURES / "plans-frame-1280.png")
    page.mouse.up()
    chosen = page.locator('.plan [aria-checked="true"]').count()
    assert chosen > 20
    assert f"选中{chosen}座" in page.locator("#live").inner_text()
    first = page.locator('.plan [aria-checked="true"]').first
    first.click()
    assert page.locator('.plan [aria-checked="true"]').count() == chosen - 1
    page.locator("#zone").select_option("D")
    who.look("plans-chosen-1280")
    who.tap("改选中的座位")
    assert f"改了{chosen - 1}座" in who.say()
    who.look("plans-changed-1280")
    page.get_by_text("加一个票区").click()
    page.locator("#zone-new-code").fill("V")
    page.locator("#zone-new-zh").fill("贵宾区")
    page.locator("#zone-new-en").fill("VIP")
    page.locator("#zone-new-colour").select_option("F")
    who.tap("加上", nth=0)
    assert "贵宾区" in who.say()
    page.locator("summary", has_text="池座").first.click()
    page.get_by_label(re.compile("^1排")).first.check()
    assert page.locator('.plan [aria-checked="true"]').count() == 22
    page.locator("#zone").select_option("V")
    who.tap("改选中的座位")
    assert "改了22座" in who.say()
    who.look("plans-vip-1280")
    who.tap("扔掉草稿")


def test_with_a_finger_and_with_keys(person: Callable[..., Person]) -> None:
    who = manager(person())
    draft_of(who, "音乐厅")
    page = who.page
    page.locator("#drawing").scroll_into_view_if_needed()
    seat = page.locator('[data-code="ST-03-05"]')
    seat.tap()  # a tap on the whole house comes nearer first
    seat.tap()
    assert seat.get_attribute("aria-checked") == "true"
    assert "选中1座" in page.locator("#live").inner_text()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    assert page.locator('.plan [aria-checked="true"]').count() == 4
    page.keyboard.press("Space")
    assert page.locator('.plan [aria-checked="true"]').count() == 3
    page.locator("#type").select_option("companion")
    who.look("plans-finger-390")
    who.tap("改选中的座位")
    assert "改了3座" in who.say()
    who.tap("扔掉草稿")


def test_with_scripts_off_rows_are_ticked(person: Callable[..., Person]) -> None:
    who = manager(person(java_script_enabled=False, **DESK))
    draft_of(who, "音乐厅")
    page = who.page
    page.locator("summary", has_text="池座").first.click()
    page.get_by_label(re.compile("^2排")).first.check()
    page.locator("summary", has_text="按编号选").click()
    page.get_by_label("座位编号，用空格隔开").fill("ST-01-01 ST-01-02")
    page.locator("#restricted").select_option("yes")
    page.screenshot(path=PICTURES / "plans-noscript.png", full_page=True)
    who.tap("改选中的座位")
    assert re.search(r"改了\d+座", who.say())
    who.tap("扔掉草稿")


def test_a_show_on_sale_gets_the_new_version(person: Callable[..., Person]) -> None:
    who = manager(person(**DESK))
    draft_of(who, "大剧场")
    who.page.get_by_text("按编号选").click()
    who.page.get_by_label("座位编号，用空格隔开").fill("BA-11-01 BA-11-02")
    who.page.locator("#restricted").select_option("yes")
    who.tap("改选中的座位")
    who.tap("存成新的一版")
    assert "存好了，是第2版" in who.say()
    who.go("/staff/plans")
    who.look("plans-home-1280")
    who.page.get_by_role("link", name="大剧场 第1版").click()
    who.page.locator("li", has_text="点开可以换座位图").get_by_role("link").first.click()
    who.look("plans-switch-1280")
    who.tap(re.compile("换成这一张"))
    assert "换好了" in who.say()
    assert "现在用：大剧场 第2版" in who.say()
    who.tap(re.compile("换成这一张"))
    assert "现在用：大剧场 第1版" in who.say()


def test_the_programme_says_how_to_subscribe(person: Callable[..., Person]) -> None:
    who = person()
    who.go("/performances")
    who.page.locator("summary", has_text="订阅到日历").click()
    who.look("calendars-programme-390")
    who.tap("只订一个场地 ›", role="link")
    looked_at(who, "calendars-home")
