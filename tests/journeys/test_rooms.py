"""Finding a room in a browser: by its time, on a day of all rooms; by touch, mouse, keys, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEADERS = iter(f"19900000{number}" for number in (201, 203, 205, 207, 209, 211, 213, 215))
"""Leaders of the demonstration's troupes, a number each: it gets one code a minute."""
CLASSROOMS = ("书法教室", "绘画教室", "摄影教室", "围棋室")
DESK = {"viewport": {"width": 1280, "height": 900}, "has_touch": False}


def leader(person: Callable[..., Person], **how: object) -> Person:
    """Return a troupe's leader, who has signed in and looks at the start page."""
    somebody = person(**how)
    somebody.sign_in(next(LEADERS))
    somebody.go("/performances")
    somebody.taps = 0
    return somebody


def soon(somebody: Person) -> str:
    """Return a day that is open and lies behind every lead: in six days."""
    day = somebody.page.evaluate(
        "new Date(Date.now() + 6 * 864e5).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})"
    )
    return str(day)


def free_room(somebody: Person, *times: str) -> str:
    """Return a classroom that is free at these times of the day shown; in some there are classes."""
    cells = somebody.page.locator(".tt td > a")
    free = set(cells.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"))
    return next(room for room in CLASSROOMS if all(f"{room} {time} 空闲" in free for time in times))


def test_the_same_as_last_week_is_three_taps(person: Callable[..., Person]) -> None:
    one = leader(person)
    one.tap("场地", role="link")
    one.look("rooms-free")
    again = one.page.get_by_role("link", name=re.compile("同上周，再约一次"))
    address = again.get_attribute("href") or ""
    one.tap(re.compile("同上周，再约一次"), role="link")
    one.look("rooms-take")
    one.tap(re.compile("^(预约|申请)"))
    assert one.taps == 3
    assert "/reservations/" in one.page.url
    one.go("/spaces/free")
    assert address
    assert address not in [link.get_attribute("href") for link in again.all()], (
        "the week after has it already"
    )


def test_a_free_room_is_three_taps_from_the_start_page(person: Callable[..., Person]) -> None:
    one = leader(person)
    one.tap("场地", role="link")
    one.page.get_by_label("哪一天").fill(soon(one))
    one.page.get_by_label("几点开始").fill("10:00")
    one.tap("找空闲场地")
    assert "空着" in one.say()
    one.taps -= 1  # without another wish the list stands there at once
    room = one.page.locator(".show.room a").first.inner_text()
    one.tap(room, role="link")
    assert "10:00–" in one.say()
    one.tap("1小时", role="link")
    one.taps -= 1
    one.tap(re.compile("^(预约|申请)"))
    assert one.taps == 3
    assert "/reservations/" in one.page.url

    one.go(f"/spaces/free?day={soon(one)}&time=10:00&minutes=60")
    one.page.get_by_text(re.compile("这个时间约不了")).click()
    one.look("rooms-others")
    one.tap(re.compile(f"排队等 *{room}"), role="link")
    assert "/wait?" in one.page.url


def test_where_nothing_is_free_three_ways_are_offered(person: Callable[..., Person]) -> None:
    one = leader(person)
    one.go(f"/spaces/free?day={soon(one)}&time=21:00&minutes=120&people=40")
    assert "还可以这样" in one.say()
    one.look("rooms-instead")
    one.tap("找空闲场地")
    one.go("/spaces/free?day=gestern")
    assert "请填日期" in one.say()
    one.look("rooms-wrong")


def test_two_taps_on_the_day_of_all_rooms(person: Callable[..., Person]) -> None:
    one = leader(person)
    one.go(f"/spaces/day?day={soon(one)}")
    one.look("rooms-day")
    room = free_room(one, "20:00", "20:30", "21:00")
    one.page.get_by_role("link", name=f"{room} 20:00 空闲").tap()
    one.page.get_by_role("link", name=f"{room} 21:00 空闲").tap()
    assert f"{room} 20:00 至 21:30 · 1.5小时" in one.page.locator("#chosen").inner_text()
    one.page.screenshot(path="var/journeys/rooms-day-chosen.png")
    one.tap("预约", role="link")
    assert "20:00–21:30" in one.say()
    assert "minutes=90" in one.page.url


def test_a_day_is_dragged_over_by_mouse(person: Callable[..., Person]) -> None:
    one = leader(person, **DESK)
    one.go(f"/spaces/day?day={soon(one)}")
    one.look("rooms-day-wide")
    room = free_room(one, "13:00", "13:30", "14:00", "14:30")
    link = one.page.get_by_role("link", name=f"{room} 13:00 空闲")
    link.scroll_into_view_if_needed()
    link.hover()
    one.page.mouse.down()
    one.page.get_by_role("link", name=f"{room} 14:30 空闲").hover()
    one.page.mouse.up()
    assert f"{room} 13:00 至 15:00 · 2小时" in one.page.locator("#chosen").inner_text()
    one.tap("预约", role="link")
    assert "13:00–15:00" in one.say()


def test_a_day_is_walked_by_keys(person: Callable[..., Person]) -> None:
    one = leader(person, **DESK)
    one.go(f"/spaces/day?day={soon(one)}")
    keys = one.page.keyboard
    stops = one.page.locator(".tt td > a[tabindex='0']")
    assert stops.count() == 1, "one tab stop for the whole table"
    room = free_room(one, "13:00", "13:30", "14:00", "14:30")
    one.page.get_by_role("link", name=f"{room} 13:00 空闲").focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        keys.press(key)
    assert f"{room} 13:30 至 15:00" in one.page.locator("#chosen").inner_text()
    keys.press("ArrowDown")
    focused = one.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert " 14:30 " in focused
    assert not focused.startswith(room)
    keys.press("ArrowUp")
    with one.page.expect_navigation():
        keys.press("Enter")
    assert "13:30–15:00" in one.say()


def test_without_scripts_every_free_half_hour_is_a_link(person: Callable[..., Person]) -> None:
    one = leader(person, java_script_enabled=False)
    one.go("/spaces/day")
    one.tap(re.compile("后一天"), role="link")
    for _more in range(3):
        one.tap(re.compile("后一天"), role="link")
    one.tap(f"{free_room(one, '16:00', '16:30')} 16:00 空闲", role="link")
    assert "16:00–" in one.say()
    one.tap("1小时", role="link")
    assert "16:00–17:00" in one.say()


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("dark", {"color_scheme": "dark"}),
        ("wide", DESK),
        ("wide-dark", DESK | {"color_scheme": "dark"}),
    ],
)
def test_it_looks_right_at_night_and_on_a_desk(
    person: Callable[..., Person], name: str, how: dict[str, object]
) -> None:
    one = person(**how)
    for page in ("free", "day"):
        one.go(f"/spaces/{page}?day={soon(one)}")
        one.look(f"rooms-{page}-{name}")
    room = one.page.locator(".tt tbody th a").nth(2)
    with one.page.expect_navigation():
        room.click()
    one.look(f"rooms-week-{name}")
    one.go("/display?lang=en&next=/spaces/day")
    one.look(f"rooms-day-{name}-en")


def test_it_is_large_for_who_wants_it_large(person: Callable[..., Person]) -> None:
    one = person()
    one.go("/display?size=large&next=/spaces/free")
    one.look("rooms-free-large")
    one.go(f"/spaces/day?day={soon(one)}")
    one.look("rooms-day-large")
    small = one.page.evaluate(
        "[...document.querySelectorAll('.tt td > a')].filter("
        "(link) => link.getBoundingClientRect().width < 60).length"
    )
    assert small == 0, "targets of sixty pixels"
    with one.page.expect_navigation():
        one.page.locator(".tt tbody th a").nth(2).click()
    one.look("rooms-week-large")
