"""Who did not come twice waits a while, still comes in, and says where the palace was wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator

from palace import clock
from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_door import DESK, OPEN_DOORS, scan, steward_at
from tests.journeys.test_member import book_one, open_show, picture_qr, read_qr
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

BAR_DAYS = 30
LADDER = "UPDATE house_rules SET strikes_to_bar = %s, strike_within_days = 90, bar_days = %s"
MISSED = """
INSERT INTO strikes (member_id, kind, subject, title_zh, title_en, happened_at, written_at, written_by)
SELECT member.id, 'ticket', 'performance:missed-' || ago, '晋剧《打金枝》', 'Jin opera: The Golden Branch',
       palace_clock() - ago * interval '1 day', palace_clock(), %(by)s
  FROM members AS member, unnest(%(ago)s::int[]) AS ago WHERE member.phone = %(phone)s
"""
LATER = """
UPDATE strikes SET happened_at = happened_at - %(days)s * interval '1 day'
 WHERE member_id = (SELECT id FROM members WHERE phone = %(phone)s)
"""
COUNTER = "SELECT 'staff:' || id FROM staff WHERE login = 'counter'"
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(palace_url: str, palace_state: Path) -> Iterator[Owner]:
    """Return a connection to the palace's database, where two shows missed bar for thirty days."""
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(LADDER, (2, BAR_DAYS))
        yield connection
        connection.execute(LADDER, (0, BAR_DAYS))


def miss(owner: Owner, phone: str, *days_ago: int, by: str = "system") -> None:
    """Write down that somebody did not come."""
    owner.execute(MISSED, {"phone": phone, "ago": list(days_ago), "by": by})


def day_words(owner: Owner, days: int) -> str:
    """Return a palace day from today on as pages write it."""
    found = owner.execute("SELECT palace_clock()").fetchone()
    assert found
    day = clock.palace_day(found[0]) + timedelta(days=days)
    return f"{day.year}年{day.month}月{day.day}日"


def same(person: Callable[..., Person], member: Person, **how: Any) -> Person:
    """Return somebody once more, with another browser."""
    again = person(**how)
    cookies: Any = member.context.cookies()
    again.context.add_cookies(cookies)
    return again


def path_of(someone: Person) -> str:
    """Return where somebody is."""
    return "/" + someone.page.url.split("/", 3)[3]


def without_scripts(person: Callable[..., Person], member: Person, path: str, name: str) -> Person:
    """Open a page as the same member with scripts off, in standard and in large text."""
    plain = same(person, member, java_script_enabled=False)
    for size in ("large", "standard"):
        plain.go(f"/display?size={size}&next={path}")
        plain.page.screenshot(path=PICTURES / f"{name}-noscript-{size}.png", full_page=True)
    return plain


def test_a_barred_member_reads_until_when_comes_in_and_books_again(
    person: Callable[..., Person], owner: Owner
) -> None:
    phone = fresh_phone()
    member = book_one(person, phone)
    ticket = path_of(member)
    picture_qr(member, "barred-qr.png")
    open_show(member, "现代晋剧")
    show = path_of(member)
    miss(owner, phone, 12, 3)
    until = f"{day_words(owner, BAR_DAYS - 3)}前不能新预约，已订的照常入场"

    member.taps = 0
    member.tap("帮我选连座")
    assert member.say().count(until) == 1
    assert "预约了没来" in member.say()
    looked_at_refused(member)
    member.go(show)
    assert until in member.say()
    assert member.page.get_by_role("button", name="帮我选连座").count() == 0
    looked_at(member, "barred-show")
    plain = without_scripts(person, member, show, "barred-show")
    assert until in plain.say()
    member.tap("为什么", role="link")
    assert member.page.url.endswith("/mine#missed")
    assert until in member.say()
    assert member.page.get_by_role("heading", name="预约了没来").is_visible()
    looked_at(member, "barred-mine")
    without_scripts(person, member, "/mine", "barred-mine")
    assert member.taps == 2

    comes_in(person, member, owner, ticket)
    books_again(member, owner, phone, show)


def looked_at_refused(member: Person) -> None:
    """Look at what answers a form: there is no address to come back to."""
    member.look("barred-hold-390")
    assert member.page.get_by_role("link", name="为什么").is_visible()


def comes_in(person: Callable[..., Person], member: Person, owner: Owner, ticket: str) -> None:
    """Come in by the ticket that was booked before."""
    member.go(ticket)
    member.look("barred-ticket-390")
    row = owner.execute(
        OPEN_DOORS.replace(":code", "%(code)s"), {"code": ticket.rpartition("/")[2]}
    )
    found = row.fetchone()
    assert found
    steward = steward_at(person(**DESK), found[0])
    said = scan(steward, read_qr(PICTURES / "barred-qr.png"), "admitted")
    steward.look("barred-door")
    assert "请进" in said
    member.page.reload()
    assert re.search(r"已入场（\d\d:\d\d）", member.say())


def books_again(member: Person, owner: Owner, phone: str, show: str) -> None:
    """Wait until the last day of the bar, and the day after it."""
    owner.execute(LATER, {"days": BAR_DAYS - 4, "phone": phone})
    member.go(show)
    assert f"{day_words(owner, 1)}前不能新预约" in member.say()
    owner.execute(LATER, {"days": 1, "phone": phone})
    member.go("/mine")
    assert "前不能新预约" not in member.say()
    open_show(member)
    member.taps = 0
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    assert member.taps == 3


def reach(someone: Person, wanted: Locator) -> None:
    """Go to something by Tab alone, and see that it shows where one is."""
    for _ in range(80):
        someone.page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def keys(someone: Person, wanted: Locator) -> None:
    """Press Enter on something reached by Tab."""
    reach(someone, wanted)
    someone.page.keyboard.press("Enter")


def pressed(someone: Person, name: str | re.Pattern[str], role: Any = "button") -> None:
    """Press what leads to another page, by keyboard."""
    with someone.page.expect_navigation():
        keys(someone, someone.page.get_by_role(role, name=name).first)


def test_an_appeal_is_asked_kept_and_told_by_keyboard(
    person: Callable[..., Person], owner: Owner
) -> None:
    phone = fresh_phone()
    member = person(**DESK)
    member.sign_in(phone)
    miss(owner, phone, 4)
    member.go("/mine")
    late = same(person, member)
    late.go("/mine")
    keys(member, member.page.locator("summary", has_text="记错了？"))
    member.page.keyboard.press("Tab")
    member.page.keyboard.type("我到了，门口没扫上")
    member.look("appeal-asking")
    pressed(member, "请人再看一次")
    assert "说好了，看好了会告诉您" in member.page.locator("body").inner_text()
    assert "已请人再看" in member.say()
    looked_at(member, "appeal-asked")

    late.page.locator("summary", has_text="记错了？").tap()
    late.tap("请人再看一次")
    assert "这一次您已经说过了，看好了会告诉您" in late.say()
    late.look("appeal-again-390")
    late.go("/mine")
    stays = same(person, late)

    clerk = signed_in(person(**DESK), "counter", "window-1958")
    pressed(clerk, "预约了没来", role="link")
    assert "我到了，门口没扫上" in clerk.say()
    looked_at(clerk, "appeal-list")
    pressed(clerk, re.compile(phone[-4:]), role="link")
    looked_at(clerk, "appeal-one")
    reach(clerk, clerk.page.get_by_label("原因"))
    clerk.page.keyboard.type("当天两个门都没有您的入场记录")
    pressed(clerk, "还是算")
    assert "这一次还是算，也告诉本人了" in clerk.page.locator("body").inner_text()
    looked_at(clerk, "appeal-kept")

    stays.go("/mine")
    assert "看过了，还是算。" in stays.say()
    assert "当天两个门都没有您的入场记录" in stays.say()
    assert "记错了" not in stays.say()
    looked_at(stays, "appeal-answer")
    stays.go("/demo/messages")
    stays.page.get_by_text("您说的我们看过了，这一次还是算").first.wait_for()


def test_an_appeal_is_asked_and_forgiven_with_scripts_off(
    person: Callable[..., Person], owner: Owner
) -> None:
    phone = fresh_phone()
    member = person(java_script_enabled=False)
    member.sign_in(phone)
    miss(owner, phone, 12, 4)
    member.go("/mine")
    assert "前不能新预约" in member.say()
    asked = member.page.locator("summary", has_text="记错了？")
    asked.first.tap()
    member.page.screenshot(path=PICTURES / "appeal-noscript-asking.png", full_page=True)
    member.taps = 1
    member.tap("请人再看一次")
    assert member.taps == 2
    assert asked.count() == 1

    clerk = signed_in(person(java_script_enabled=False), "counter", "window-1958")
    clerk.taps = 0
    clerk.tap("预约了没来", role="link")
    clerk.tap(re.compile(phone[-4:]), role="link")
    clerk.page.screenshot(path=PICTURES / "appeal-noscript-one.png", full_page=True)
    assert "没有写原因" in clerk.say()
    clerk.tap("不算这一次")
    assert "请写一句为什么" in clerk.say()
    clerk.page.get_by_label("原因").fill("查到了，当天从侧门进的")
    clerk.tap("不算这一次")
    assert "这一次不算了，马上生效" in clerk.page.locator("body").inner_text()
    assert clerk.taps == 4

    member.go("/mine")
    assert "前不能新预约" not in member.say()
    assert asked.count() == 1
    assert "已请人再看" not in member.say()
    member.page.screenshot(path=PICTURES / "appeal-noscript-after.png", full_page=True)
    member.go("/demo/messages")
    member.page.get_by_text("预约了没来的这一次不算了").first.wait_for()


def test_who_wrote_it_down_reads_that_another_decides(
    person: Callable[..., Person], owner: Owner
) -> None:
    phone = fresh_phone()
    member = person()
    member.sign_in(phone)
    wrote = owner.execute(COUNTER).fetchone()
    assert wrote
    miss(owner, phone, 4, by=wrote[0])
    member.go("/mine")
    member.page.locator("summary", has_text="记错了？").tap()
    member.page.get_by_label("怎么回事（可以不写）").fill("我到了")
    member.tap("请人再看一次")

    clerk = signed_in(person(), "counter", "window-1958")
    clerk.go("/staff/strikes")
    clerk.tap(re.compile(phone[-4:]), role="link")
    assert "要请另一位工作人员处理" in clerk.say()
    assert clerk.page.get_by_role("button", name="不算这一次").count() == 0
    looked_at(clerk, "appeal-writer")

    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go(path_of(clerk))
    admin.page.get_by_label("原因").fill("问过值班的，登记本上有名字")
    admin.tap("不算这一次")
    assert "这一次不算了，马上生效" in admin.page.locator("body").inner_text()
    member.go("/mine")
    assert "记错了" not in member.say()
