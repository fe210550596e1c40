"""Who plans the programme passes a date and refuses one; a closed room's troupe takes another in two taps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.clock import SHANGHAI
from palace.postgres import Cluster
from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at
from tests.journeys.test_rules import DESK, administrator

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
WHY = "那两天舞台要装台，请改到下一周。"
REASON = "地板打蜡"
LEADING = """
SELECT members.phone FROM reservations JOIN members ON members.id = reservations.member_id
 WHERE reservations.code = %s
"""
REHEARSAL = """
SELECT spaces.name_zh, date.starts_at, date.ends_at, members.phone FROM occurrences AS date
  JOIN spaces ON spaces.id = date.space_id JOIN troupes ON troupes.id = date.troupe_id
  JOIN members ON members.id = date.member_id
 WHERE troupes.kind = 'dance' AND date.state = 'confirmed'
   AND date.starts_at > palace_clock() + interval '4 days'
 ORDER BY date.id DESC LIMIT 1
"""
"""A rehearsal of dancers far ahead: they can have any of three rooms, and nobody else closes one then."""
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(palace_url: str, palace_state: Path) -> Iterator[Owner]:
    """Return a connection to the palace's database."""
    assert palace_url
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        yield connection


def from_the_start_page(who: Person) -> None:
    """Sign in who plans the programme, and tap on what waits for them."""
    signed_in(who, "programme", "stage-1958")
    who.taps = 0
    who.tap(re.compile("个场地预约等您批"), role="link")


def open_one(who: Person, code: str) -> None:
    """Tap on a reservation of the list."""
    who.taps += 1
    with who.page.expect_navigation():
        who.page.locator(f"a[href$='/{code}']").click()


def code_of_several(who: Person) -> str:
    """Return the first reservation of the list of which exactly two dates wait."""
    row = who.page.locator("ul.lines li").filter(has=who.page.get_by_text("2次", exact=True)).first
    return (row.get_by_role("link").get_attribute("href") or "").rpartition("/")[2]


@pytest.mark.parametrize(
    ("name", "how"),
    [("phone", {}), ("1280", DESK), ("noscript", {"java_script_enabled": False})],
)
def test_one_date_is_passed_and_another_refused_with_a_reason(
    person: Callable[..., Person], owner: Owner, name: str, how: dict[str, Any]
) -> None:
    look = looked_at if name == "phone" else Person.look
    clerk = person(**how)
    from_the_start_page(clerk)
    look(clerk, f"approvals-list-{name}")
    clerk.taps = 1
    code = code_of_several(clerk)
    open_one(clerk, code)
    assert clerk.page.get_by_role("checkbox", checked=True).count() == 2
    look(clerk, f"approvals-one-{name}")
    clerk.taps = 2
    clerk.page.get_by_role("checkbox").last.uncheck()
    clerk.taps += 1
    clerk.tap(re.compile("^同意"))
    assert clerk.taps == 4
    assert "同意了1次，已经告诉团队。" in clerk.page.inner_text("body")

    clerk.taps = 0
    open_one(clerk, code)
    clerk.tap("不同意")
    assert "不同意的，请写一句为什么。" in clerk.say()
    assert clerk.page.get_by_role("checkbox", checked=True).count() == 1
    clerk.look(f"approvals-why-{name}")
    clerk.taps = 1
    clerk.page.get_by_label("不同意的原因（团队会看到）").fill(WHY)
    clerk.tap("不同意")
    assert clerk.taps == 2
    assert "没有同意，场地空出来了，已经告诉团队。" in clerk.page.inner_text("body")
    assert clerk.page.locator(f"a[href$='/{code}']").count() == 0

    found = owner.execute(LEADING, (code,)).fetchone()
    assert found
    leader = person()
    leader.sign_in(found[0])
    leader.go("/mine/notices")
    assert "这次预约没有批准" in leader.say()
    leader.go(f"/reservations/{code}")
    assert WHY in leader.say()
    leader.look(f"approvals-told-{name}")


def test_a_rehearsal_gives_way_and_its_leader_takes_another_room_in_two_taps(
    person: Callable[..., Person], owner: Owner
) -> None:
    found = owner.execute(REHEARSAL).fetchone()
    assert found
    space, starts_at, ends_at, phone = found
    admin = administrator(person(**DESK))
    admin.go("/staff/closures")
    admin.page.get_by_label(space, exact=True).check()
    for label, at in (("从", starts_at), ("到", ends_at)):
        local = at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        admin.page.get_by_label(label, exact=True).fill(local)
    admin.page.get_by_label("原因，大家看得到").fill(REASON)
    admin.taps = 0
    admin.tap("看看挡着什么")
    assert "这些已经有安排" in admin.say()
    admin.look("displaced-looked-1280")
    admin.page.get_by_label(re.compile("借出去的也让开")).check()
    admin.taps += 1
    admin.tap("让开了再关闭")
    assert admin.taps == 3
    assert REASON in admin.say()
    admin.look("displaced-closed-1280")

    leader = person()
    leader.sign_in(phone)
    leader.go("/mine/notices")
    assert "文化宫要用这个场地" in leader.say()
    assert "这是换给您的场地" in leader.say()
    leader.look("displaced-told-390")
    leader.tap("我的", role="link")
    looked_at(leader, "displaced-mine")
    leader.taps = 0
    leader.tap("去确认", role="link")
    assert "您原来的场地由文化宫用了，这是换给您的。" in leader.say()
    looked_at(leader, "displaced-offer")
    leader.taps = 1
    leader.tap("要了，约上")
    assert leader.taps == 2
    assert "您排到了" in leader.say()
    leader.look("displaced-taken-390")
    leader.go("/mine")
    assert "去确认" not in leader.say(), "of two places that are offered one is enough"

    admin.tap("提前开放")
    assert "又能约了" in admin.say()
