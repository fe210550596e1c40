"""An hour of badminton: two taps from the list to a court with a name, by the server's clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.postgres import Cluster
from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

OPENS = "UPDATE room_policies SET opens_at = %s, unit_day_count = 20 WHERE takers = 'member'"
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(palace_url: str, palace_state: Path) -> Iterator[Owner]:
    """Return a connection to the palace's database; tomorrow's courts are open since midnight."""
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(OPENS, ("00:00",))
        yield connection
        connection.execute(OPENS, ("08:00",))


def player(person: Callable[..., Person], **how: Any) -> Person:
    """Return a valid member who looks at the courts."""
    someone = person(**how)
    someone.sign_in(fresh_phone())
    someone.go("/courts")
    someone.taps = 0
    return someone


def test_two_taps_to_a_court(person: Callable[..., Person], owner: Owner) -> None:
    member = player(person)
    looked_at(member, "courts-today")
    member.taps = 0
    member.tap("明天", role="link")
    looked_at(member, "courts-tomorrow")
    assert "您还可以订1小时" in member.say()
    member.taps = 1
    member.tap("19:00–20:00")
    assert member.taps == 2
    assert "订好了：羽毛球场" in member.say()
    looked_at(member, "courts-taken")

    member.go("/courts")
    assert "看这一场，去不了就取消" in member.say()
    member.taps = 0
    member.tap("看这一场", role="link")
    member.tap("去不了")
    assert member.taps == 2
    assert "取消了1次" in member.say()


def test_before_the_hour_the_page_says_when(person: Callable[..., Person], owner: Owner) -> None:
    owner.execute(OPENS, ("23:59:59",))
    member = player(person)
    member.tap("明天", role="link")
    assert "23:59开始订" in member.say()
    assert member.page.locator("button[name=hour]").count() == 0
    looked_at(member, "courts-not-open")
    owner.execute(OPENS, ("00:00",))
    member.tap("刷新", role="link")
    assert member.page.locator("button[name=hour]").count() > 0


def test_scripts_off_in_large_text_by_keyboard(person: Callable[..., Person], owner: Owner) -> None:
    member = player(person, java_script_enabled=False)
    member.go("/display?size=large&next=/courts")
    member.tap("乒乓球台", role="link")
    member.tap("明天", role="link")
    hour = member.page.locator("button[name=hour]", has_text="18:00–19:00").first
    hour.focus()
    with member.page.expect_navigation():
        member.page.keyboard.press("Enter")
    assert "订好了：乒乓球台" in member.say()


def test_a_wide_dark_screen(person: Callable[..., Person], owner: Owner) -> None:
    wide = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}
    member = player(person, color_scheme="dark", **wide)
    member.tap("明天", role="link")
    member.look("courts-tomorrow-1280-dark")


def test_a_stranger_comes_back_to_the_day_after_signing_in(
    person: Callable[..., Person], owner: Owner
) -> None:
    stranger = person()
    stranger.go("/courts")
    stranger.tap("明天", role="link")
    stranger.tap("19:00–20:00")
    stranger.sign_in(fresh_phone())
    assert "/courts?" in stranger.page.url
    stranger.tap("20:00–21:00")
    assert "订好了" in stranger.say()


FULL = (
    "INSERT INTO occupancies (space_id, atoms, during, use) SELECT id, atoms,"
    " tstzrange(%(day)s + time '20:00', %(day)s + time '21:00'), 'closure' FROM spaces"
    " WHERE id IN (SELECT space_id FROM rooms WHERE policy_id ="
    " (SELECT policy_id FROM rooms WHERE space_id = %(space)s)) ON CONFLICT DO NOTHING"
)
FREED = (
    "DELETE FROM occupancies WHERE space_id = %(space)s"
    " AND during @> ((%(day)s + time '20:30')::timestamptz)"
)


def test_from_a_full_hour_to_the_queue_for_any_court_in_two_taps(
    person: Callable[..., Person], owner: Owner
) -> None:
    member = player(person)
    member.tap("明天", role="link")
    owner.execute("SET timezone = 'Asia/Shanghai'")
    found = owner.execute(
        "SELECT (palace_clock() AT TIME ZONE 'Asia/Shanghai')::date + 1, min(rooms.space_id)"
        " FROM rooms JOIN spaces ON spaces.id = rooms.space_id WHERE spaces.name_zh LIKE '羽毛球%'"
    ).fetchone()
    assert found
    values = {"day": found[0], "space": found[1]}
    owner.execute(FULL, values)
    member.page.reload()
    looked_at(member, "courts-full")
    member.taps = 0
    member.tap(re.compile("20:00–21:00 *已满，排队等"), role="link")
    assert "哪个场地都行" in member.say()
    looked_at(member, "courts-any-wait")
    member.tap(re.compile("^排队等场地，第1位"))
    assert member.taps == 2
    assert "您是第1位" in member.say()
    looked_at(member, "courts-any-waiting")
    owner.execute(FREED, values)
    member.page.reload()
    assert "轮到您了" in member.say()
    member.tap("要了，约上")
    assert member.taps == 3
    assert "您排到了" in member.say()
    looked_at(member, "courts-any-taken")
