"""A show opens for members before the public, some of its seats are kept, and nobody leaves a single one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_posts import looked_at

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.timeout(400),
]

STAGED, KEPT, GAPLESS = "话剧《雷雨》", "儿童剧《小山羊过桥》", "现代晋剧《圪梁梁上》"


def open_show(who: Person, kind: str, title: str) -> str:
    """Open the first performance of a production from the programme; return its number."""
    who.go(f"/performances?kind={kind}")
    who.tap(title, role="link")
    return who.page.url.rpartition("/")[2]


def test_members_book_before_the_public_and_both_are_told_when(
    person: Callable[..., Person],
) -> None:
    stranger = person()
    open_show(stranger, "drama", STAGED)
    assert "分批开票" in stranger.say()
    assert "登录后看您从什么时候起可以订。" in stranger.say()
    stranger.look("stages-stranger-390")

    member = person()
    member.sign_in(fresh_phone())
    open_show(member, "drama", STAGED)
    told = r"您是工会会员，现在就可以订|您的单位先订，您现在就可以订"  # a taxi union's members book first
    assert re.search(told, member.say())
    member.look("stages-member-390")
    member.taps = 0
    member.tap("帮我选连座")
    assert member.taps == 1
    assert "座位为您留到" in member.say()


def test_openings_and_kept_seats_are_set_at_the_desk(person: Callable[..., Person]) -> None:
    desk = signed_in(person(), "programme", "stage-1958")
    number = open_show(desk, "drama", STAGED)
    desk.go(f"/staff/programme/performances/{number}/openings")
    looked_at(desk, "openings")
    desk.page.get_by_label("加一个单位（全称、俗称或拼音）").fill("没有这个单位")
    desk.page.get_by_label("这个单位从什么时候起").fill("2026-01-01T10:00")
    desk.tap("存下开票时间")
    assert "没有找到这个单位" in desk.say()
    desk.look("openings-refused-390")
    desk.page.get_by_label("加一个单位（全称、俗称或拼音）").fill("")
    desk.tap("存下开票时间")
    assert "存好了" in desk.say()

    number = open_show(desk, "children", KEPT)
    desk.go(f"/staff/programme/performances/{number}/kept")
    desk.page.wait_for_function("document.querySelectorAll('.plan [data-s=\"0\"]').length > 100")
    desk.look("kept-390")
    desk.page.get_by_text("按排勾选").click()
    desk.page.get_by_text("媒体 放出").first.click()
    desk.page.locator("details details summary").first.click()
    desk.page.locator(".rowlist input[form=pick]").first.check()
    desk.taps = 0
    desk.tap("留下勾选的座位")
    assert "留了1个座位" in desk.say()
    desk.look("kept-more-390")
    desk.tap("现在放出来 媒体")
    assert "现在放出来了" in desk.say()

    number = open_show(desk, "film", "工人电影院")
    desk.go(f"/staff/programme/performances/{number}/kept")
    desk.page.get_by_text("给到馆的人 放出").click()
    desk.page.get_by_label("留几个名额").fill("2")
    desk.look("kept-places-390")
    desk.tap("留下这些名额")
    assert "留了2个名额" in desk.say()


def test_a_choice_that_leaves_a_single_seat_is_mended_in_one_tap(
    person: Callable[..., Person],
) -> None:
    member = person()
    member.sign_in(fresh_phone())
    number = open_show(member, "opera", GAPLESS)
    member.go(f"/performances/{number}/rows")
    row = member.page.locator("details:has(input[name=seats])").last
    row.locator("summary").click()
    row.locator("input[name=seats]").nth(1).check()
    member.tap("就选这些")
    assert "旁边会剩下一个单座" in member.say()
    member.look("gap-refused-390")
    member.taps = 0
    member.tap("改选这些座位")
    assert member.taps == 1
    assert "座位为您留到" in member.say()
