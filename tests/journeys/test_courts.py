"""An hour of badminton: two taps from the list to a court with a name, by the server's clock."""

from __future__ import annotations

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
