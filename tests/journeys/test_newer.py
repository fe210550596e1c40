"""The newer pages at 390 px, in large text, in English and with scripts off: to be read at 68."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_barred import path_of, same
from tests.journeys.test_care import signed_in
from tests.journeys.test_persons import keep
from tests.journeys.test_privacy import AGREED_TO_THE_FIRST
from tests.journeys.test_ways import SMALL_TARGETS, SMALL_TEXT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(300)]

OPENED = "document.querySelectorAll('main details').forEach(one => { one.open = true })"
CHINESE_LEFT = r"""
() => [...document.querySelectorAll('main :is(h1, h2, label, legend, button, th, summary, .btn, .error)')]
  .filter(one => one.checkVisibility() && /[\u4e00-\u9fff]/.test(one.innerText))
  .map(one => one.innerText.slice(0, 60))
"""
PATIENCE = 60_000


def seen(someone: Person, person: Callable[..., Person], name: str, *names: str) -> None:
    """Look at the page somebody is on, everything on it opened, in every way there is.

    Args:
        names: what stays Chinese in English: names of people, units and shows.
    """
    path = path_of(someone)
    someone.page.evaluate(OPENED)
    someone.look(f"new-{name}-390")
    shown(someone, path, "size=large")
    readable_at_68(someone)
    someone.look(f"new-{name}-large")
    someone.go(f"/display?size=standard&next={quote(path)}")
    shown(someone, path, "lang=en")
    left = someone.page.evaluate(CHINESE_LEFT)
    assert [one for one in left if not any(own in one for own in names)] == []
    someone.look(f"new-{name}-en")
    someone.go(f"/display?lang=zh&next={quote(path)}")
    plain = same(person, someone, java_script_enabled=False)
    plain.go(path)
    plain.page.screenshot(path=PICTURES / f"new-{name}-noscript.png", full_page=True)
    plain.context.close()


def shown(someone: Person, path: str, how: str) -> None:
    """Open a page in large text or in English, with all that is folded."""
    someone.go(f"/display?{how}&next={quote(path)}")
    assert path_of(someone) == path
    someone.page.evaluate(OPENED)


def readable_at_68(someone: Person) -> None:
    """Check the ministry's figures for large text: 18 px and 60 px."""
    assert someone.page.evaluate(SMALL_TEXT.replace("MIN", "18")) == []
    assert someone.page.evaluate(SMALL_TARGETS.replace("MIN", "60")) == []


@pytest.mark.parametrize(
    "path", ["/mine", "/mine/data", "/mine/erase", "/mine/phone", "/mine/history"]
)
def test_a_members_own_pages(person: Callable[..., Person], path: str) -> None:
    member = a_member(person)
    member.go("/mine")
    called = member.page.get_by_role("heading", level=1).inner_text()
    member.go(path)
    seen(member, person, path.strip("/").replace("/", "-"), called)


def a_member(person: Callable[..., Person]) -> Person:
    """Return a member with a phone, signed in."""
    member = person()
    member.sign_in(fresh_phone())
    return member


def test_companions_and_a_number_are_refused_in_large_text(person: Callable[..., Person]) -> None:
    member = a_member(person)
    member.go("/display?size=large&next=/mine/people")
    keep(member, "张小宝", "孩子", "123")
    assert "位数或写法不对" in member.say()
    readable_at_68(member)
    member.look("new-people-refused-large")
    member.go("/mine/people")
    keep(member, "张小宝", "孩子", born="2018-04-05")
    member.go("/mine/phone")
    member.page.get_by_label("手机号").fill("123")
    member.tap("给新号码发验证码")
    readable_at_68(member)
    member.look("new-phone-refused-large")
    member.page.get_by_label("手机号").fill("19900008811")
    member.tap("给新号码发验证码")
    readable_at_68(member)
    member.look("new-phone-code-large")
    member.go("/display?size=standard&next=/mine/people")
    seen(member, person, "people", "张小宝")


def test_who_has_not_agreed_to_the_newest_words(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(AGREED_TO_THE_FIRST)
    member.go("/mine")
    assert "看过了，同意" in member.say()
    seen(member, person, "mine-consent", member.page.get_by_role("heading", level=1).inner_text())


OFFICE = {
    "people": "/staff/people",
    "audit-found": "/staff/audit?act=staff_signed_in",
    "audit-refused": "/staff/audit?at_from=2026-99-01",
    "strikes": "/staff/strikes?forgiven=0",
    "posters": "/staff/posters",
    "acting": "/staff/acting",
}


@pytest.mark.parametrize("name", OFFICE)
def test_the_offices_pages(person: Callable[..., Person], name: str) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go(OFFICE[name])
    seen(admin, person, f"staff-{name}")


def test_a_number_at_the_desk_and_somebodys_posts(person: Callable[..., Person]) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go("/staff/people")
    admin.tap("武丽萍", role="link")
    seen(admin, person, "staff-person", "武丽萍")
    admin.go("/display?size=large&next=/staff/numbers")
    admin.page.get_by_label("会员卡号").fill("19900000003")
    admin.tap("找会员")
    readable_at_68(admin)
    admin.look("new-numbers-found-large")
    admin.tap("陈*兰", role="link")
    readable_at_68(admin)
    admin.look("new-numbers-one-large")
    admin.go(f"/display?size=standard&next={path_of(admin)}")
    seen(admin, person, "numbers-one", "陈*兰", "工会")


WRONG = """姓名,手机号,会员卡号,有效期至,状态
马骏,19900009001,ZQ{0}01,2027-12-31,在职
=1+1,,ZQ{0}03,,
田野,123,ZQ{0}04,,
,,ZQ{0}05,2027-02-30,
"""


def brought(someone: Person, folder: Path, **chosen: Any) -> None:
    """Upload a roster with errors, and wait until it is read."""
    file = folder / "名册有错.csv"
    file.write_text(WRONG.format(someone.taps + 7), encoding="utf-8")
    someone.page.get_by_label("名册文件").set_input_files(file)
    if chosen:
        someone.page.get_by_label("哪个单位的名册").select_option(**chosen)
    someone.tap("上传并核对")
    someone.page.get_by_role("button", name="确认导入").wait_for(timeout=PATIENCE)


def test_a_roster_with_errors_at_the_office(person: Callable[..., Person], tmp_path: Path) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go("/staff/roster")
    brought(admin, tmp_path, label="老陈醋厂工会（示例）")
    seen(admin, person, "staff-roster-errors", "老陈醋厂")
    admin.go("/staff/roster")
    seen(admin, person, "staff-roster", "老陈醋厂")


def test_the_desk_of_a_unit(person: Callable[..., Person], tmp_path: Path) -> None:
    organiser = person()
    organiser.sign_in("19900000009")
    organiser.go("/unit")
    home = path_of(organiser)
    seen(organiser, person, "unit", "工会", "姓名")
    organiser.go(f"{home}/members?joined=1&status=active")
    seen(organiser, person, "unit-members", "工会")
    organiser.go(f"{home}/members?name=没有这个人")
    seen(organiser, person, "unit-members-none", "工会", "没有这个人")
    organiser.go(f"{home}/roster")
    brought(organiser, tmp_path)
    seen(organiser, person, "unit-roster-errors", "工会")
