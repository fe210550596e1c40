"""A troupe's leader takes a room for a term, adds a skipped week later, and changes what is to come."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEADERS = (f"199000002{number:02}" for number in range(1, 40, 2))
"""Leaders of the demonstration's troupes from the second on; a number gets one code a minute."""
USE = (
    "INSERT INTO occupancies (space_id, atoms, during, use) SELECT id, atoms,"
    " tstzrange(%s::timestamp AT TIME ZONE 'Asia/Shanghai',"
    " %s::timestamp AT TIME ZONE 'Asia/Shanghai'), 'closure' FROM spaces WHERE id = %s"
)
OVER = "DELETE FROM occupancies WHERE space_id = %s AND day = %s AND use = 'closure'"
Sql = Callable[..., None]


@pytest.fixture
def sql(palace_state: Path, palace_url: str) -> Sql:
    """Return what others do meanwhile, straight in the palace's database."""

    def run(statement: str, *values: object) -> None:
        address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute(statement, values)

    assert palace_url
    return run


def take(sql: Sql, space: int, day: str, hour: int) -> None:
    """Let others have a room for two hours."""
    sql(USE, f"{day} {hour}:00", f"{day} {hour + 2}:00", space)


def at_the_troupe(person: Callable[..., Person], **how: object) -> Person:
    """Return a leader who has tapped on their troupe."""
    leader = person(**how)
    leader.sign_in(next(LEADERS))
    leader.go("/troupes")
    leader.taps = 1
    return leader


def asked(leader: Person, **said: str | float) -> dict[str, Any]:
    """Return what a program is shown of a series."""
    path = re.search(r"/troupes/[0-9]+", leader.page.url)
    assert path
    answer = leader.context.request.get(
        f"{path[0]}/series", params=said, headers={"Accept": "application/json"}
    )
    return dict(answer.json())


def two_rooms(leader: Person, weekday: int) -> tuple[int, dict[str, Any]]:
    """Return an hour of a weekday at which two rooms are free all term, and what is shown of it."""
    for hour in (14, 15, 16, 10, 19):
        shown = asked(leader, weekday=weekday, begins=f"{hour}:00")
        free = [one["free"] for one in shown["proposals"]]
        if free.count(len(shown["days"])) > 1:
            return hour, shown
    pytest.fail("no hour of this weekday has two rooms")


def room_button(leader: Person, space: int) -> str:
    """Return what the button says that chooses a room."""
    return leader.page.locator(f"button[name=space][value='{space}']").inner_text()


def test_a_term_of_rehearsals_is_seven_taps(person: Callable[..., Person], sql: Sql) -> None:
    leader = at_the_troupe(person)
    hour, shown = two_rooms(leader, weekday=3)
    space, days = shown["proposals"][0]["space"], shown["days"]
    for day in (days[1], days[3]):
        take(sql, space, day, hour)

    leader.tap(re.compile("学期固定时间"), role="link")
    leader.look("series-weekday")
    leader.tap("周三")
    leader.look("series-time")
    leader.tap(f"{hour}:00")
    leader.look("series-rooms")
    leader.tap(room_button(leader, space))
    leader.look("series-dates")
    leader.tap("都按建议换场地")
    leader.look("series-send")
    leader.tap(re.compile("^预约这"))
    assert leader.taps == 7
    assert "/reservations/" in leader.page.url
    leader.look("series-taken")
    assert leader.say().count("约好了") + leader.say().count("等审批") >= len(days) - 2


def test_a_date_lost_meanwhile_is_skipped_and_added_later(
    person: Callable[..., Person], sql: Sql
) -> None:
    leader = at_the_troupe(person, java_script_enabled=False)
    leader.tap(re.compile("学期固定时间"), role="link")
    leader.tap("周五")
    leader.tap("09:00")
    shown = asked(leader, weekday=5, begins="09:00")
    space, lost = shown["proposals"][0]["space"], shown["days"][2]
    leader.tap(room_button(leader, space))
    leader.page.get_by_label(re.compile("留言")).fill("自带谱架")
    take(sql, space, lost, 9)
    leader.tap(re.compile("^预约这"))
    leader.page.screenshot(path=PICTURES / "series-lost.png", full_page=True)
    assert "请改时间、换场地或跳过这一天" in leader.say()
    leader.tap("不空的都跳过")
    assert leader.page.get_by_label(re.compile("留言")).input_value() == "自带谱架"
    leader.tap(re.compile("^预约这"))
    assert "/reservations/" in leader.page.url
    assert "自带谱架" in leader.say()

    sql(OVER, space, lost)
    leader.page.reload()
    leader.taps = 0
    leader.tap(re.compile("^加上"))
    assert leader.taps == 1
    assert "加上了" in leader.say()


def test_this_and_the_following_get_another_time(person: Callable[..., Person]) -> None:
    leader = at_the_troupe(person)
    leader.tap(re.compile("学期固定时间"), role="link")
    leader.tap("周一")
    leader.tap("10:00")
    leader.tap(re.compile("^选"))
    if (
        "/series" in leader.page.url
        and leader.page.get_by_role("button", name="不空的都跳过").count()
    ):
        leader.tap("不空的都跳过")
    leader.tap(re.compile("^预约这"))
    assert "/reservations/" in leader.page.url, leader.say()
    leader.page.get_by_role("link", name=re.compile("^改.*10:00")).nth(1).click()
    leader.look("series-change")
    leader.page.get_by_label("这一次和以后各次").check()
    leader.page.get_by_label("几点开始").fill("10:30")
    leader.tap("看看改了会怎样")
    leader.look("series-change-shown")
    leader.tap(re.compile("^就这样改"))
    assert "改好了" in leader.say()
    assert "10:30" in leader.say()
    leader.look("series-changed")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("large", {}),
        ("dark", {"color_scheme": "dark"}),
        ("wide", {"viewport": {"width": 1280, "height": 900}, "has_touch": False}),
    ],
)
def test_it_looks_right_large_at_night_and_on_a_desk(
    person: Callable[..., Person], name: str, how: dict[str, object]
) -> None:
    leader = at_the_troupe(person, **how)
    if name == "large":
        leader.go("/display?size=large&next=/troupes")
    leader.tap(re.compile("学期固定时间"), role="link")
    leader.tap("周六")
    leader.look(f"series-time-{name}")
    leader.tap("09:30")
    leader.look(f"series-rooms-{name}")
    leader.tap(re.compile("^选"))
    leader.tap("改某一天", role="link")
    leader.look(f"series-dates-{name}")
