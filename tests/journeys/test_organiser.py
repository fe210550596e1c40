"""The organiser of a union looks at who applied, on the phone between two shifts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ORGANISER = "19900000009"
PATIENCE = 60_000


def test_the_desk_from_who_waits_to_the_list_that_comes_in(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    organiser = person()
    organiser.sign_in(ORGANISER)
    organiser.go("/mine")
    organiser.taps = 0
    organiser.tap(re.compile("单位工会经办人"), role="link")
    organiser.look("organiser")
    assert "等您核对" in organiser.say()
    newcomer = organiser.page.get_by_role("region", name=re.compile("手机尾号")).first
    name = newcomer.get_by_role("heading").inner_text()
    organiser.tap("是我们单位的")
    organiser.look("organiser-confirmed")
    assert name not in organiser.page.get_by_role("main").get_by_role("heading").all_inner_texts()
    assert organiser.taps == 2
    ask_for_name_and_card(organiser)
    look_through_the_roster(organiser)
    bring_a_list_in(organiser, tmp_path)
    on_a_desk_and_without_scripts(organiser, person)
    organiser.go("/display?size=large&lang=en&next=/unit")
    organiser.look("organiser-large-en")
    assert "Your unit" in organiser.say()
    organiser.tap("See the unit's roster", role="link")
    organiser.look("organiser-members-large-en")
    assert "Union card number" in organiser.say()


def ask_for_name_and_card(organiser: Person) -> None:
    """Try to confirm who has no name, and who is called as somebody listed with another phone."""
    unnamed = organiser.page.get_by_role("region", name=re.compile("还没填姓名.*0106"))
    with organiser.page.expect_navigation():
        unnamed.get_by_role("button", name="是我们单位的").tap()
    assert "已经请本人去填" in organiser.say()
    organiser.look("organiser-no-name")
    namesake = organiser.page.get_by_role("region", name=re.compile("尾号0105"))
    with organiser.page.expect_navigation():
        namesake.get_by_role("button", name="是我们单位的").tap()
    assert "可能只是同名" in organiser.say()
    organiser.look("organiser-namesake")


def look_through_the_roster(organiser: Person) -> None:
    """Find who left the phone aside, and take the list along as a file."""
    organiser.taps = 0
    organiser.go("/unit")
    organiser.tap(re.compile("看单位名册"), role="link")
    organiser.look("organiser-members")
    assert re.search(r"1\d\d\*{4}\d{4}", organiser.say())
    organiser.page.get_by_text("查找").first.tap()
    organiser.page.get_by_label("登录过").select_option("1")
    organiser.tap("查找")
    organiser.look("organiser-members-found")
    assert "张和平" in organiser.say()
    with organiser.page.expect_download() as sent:
        organiser.page.get_by_role("link", name="导出 CSV").tap()
    assert "张和平" in Path(sent.value.path()).read_text("utf-8-sig")
    assert organiser.taps == 2
    organiser.tap("导出 XLSX")
    organiser.look("organiser-exports")


def bring_a_list_in(organiser: Person, folder: Path) -> None:
    """Upload a list with one who joins, look at what it would do, and have it done."""
    file = folder / "新进司机.csv"
    file.write_text("姓名,手机号,会员卡号\n马骏,,ZQ77001\n=1+1,,ZQ77002\n", encoding="gb18030")
    organiser.go("/unit")
    organiser.taps = 0
    organiser.tap(re.compile("上传新名册"), role="link")
    organiser.page.get_by_label("名册文件").set_input_files(file)
    organiser.look("organiser-upload")
    organiser.tap("上传并核对")
    organiser.page.get_by_role("button", name="确认导入").wait_for(timeout=PATIENCE)
    assert "像公式" in organiser.say()
    organiser.look("organiser-upload-read")
    organiser.tap("确认导入")
    organiser.page.get_by_text("已导入").wait_for(timeout=PATIENCE)
    assert organiser.taps == 3


def on_a_desk_and_without_scripts(organiser: Person, person: Callable[..., Person]) -> None:
    """Look at the same pages at 1280 px and with scripts off, signed in already."""
    desk = person(viewport={"width": 1280, "height": 900}, has_touch=False)
    plain = person(java_script_enabled=False)
    for other in (desk, plain):
        other.context.add_cookies(organiser.context.cookies())  # type: ignore[arg-type]  # as given
    for path, name in (("/unit", "desk"), ("members", "members"), ("roster", "upload")):
        desk.go(path if name == "desk" else f"{organiser_home(desk)}/{path}")
        desk.look(f"organiser-{name}-1280")
    plain.go(f"{organiser_home(plain)}/members?name=马骏")
    assert "ZQ77001" in plain.say()


def organiser_home(who: Person) -> str:
    """Return the address of the organiser's unit."""
    who.go("/unit")
    return who.page.url
