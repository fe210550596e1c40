"""Another seat in four taps, a ticket for a friend, and a show that moves with everybody told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palace.clock import SHANGHAI
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_member import open_show, read_qr

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
STAFF = {"programme": "stage-1958", "review1": "first-1958"}


def with_ticket(person: Callable[..., Person], phone: str) -> Person:
    """Return a member who stands on the page of a fresh ticket."""
    member = person()
    member.go("/sign-in")
    member.sign_in(phone)
    open_show(member)
    member.page.get_by_role("radio", name=re.compile("^1张")).check()
    member.tap("帮我选连座")
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    return member


def seat_of(member: Person) -> str:
    """Return the seat a ticket's page says."""
    return member.page.locator(".place .big").inner_text()


def test_another_seat_in_four_taps_and_the_old_qr_is_another(
    person: Callable[..., Person],
) -> None:
    member = with_ticket(person, fresh_phone())
    before = seat_of(member)
    member.look("change-before")
    old = read_qr(PICTURES / "change-before.png")

    member.taps = 0
    member.tap("换座", role="link")
    member.look("change-seat")
    member.page.get_by_role("radio").nth(1).check()
    member.taps += 1
    member.tap("换到这个座位")
    assert member.taps <= 4

    assert seat_of(member) != before
    member.look("change-after")
    assert read_qr(PICTURES / "change-after.png") != old


def test_another_seat_on_the_map_is_one_at_a_time(person: Callable[..., Person]) -> None:
    member = with_ticket(person, fresh_phone())
    before = seat_of(member)
    member.tap("换座", role="link")
    free = member.page.locator('#map rect[data-s="0"]')
    free.first.wait_for(state="attached")
    free.first.click(force=True)  # the first tap zooms
    for number in (0, 2):
        free.nth(number).click(force=True)
    assert member.page.locator("#pick input[name=seats]").count() == 1
    member.page.locator("#pick").get_by_role("button", name="换到这个座位").click()
    member.page.wait_for_url(re.compile("/tickets/[a-z2-7]{20}$"))
    assert seat_of(member) != before


def test_another_seat_with_scripts_off_and_large_text(person: Callable[..., Person]) -> None:
    member = with_ticket(person, fresh_phone())
    plain = person(java_script_enabled=False)
    plain.context.add_cookies(member.context.cookies())  # type: ignore[arg-type]  # as given
    plain.go("/display?size=large&next=/mine")
    plain.go(member.page.url)
    plain.page.get_by_role("link", name="换座").click()
    plain.page.screenshot(path=PICTURES / "change-seat-plain.png", full_page=True)
    plain.page.get_by_role("link", name="按排选座（列表）").first.click()
    plain.page.locator("summary").first.click()
    plain.page.get_by_role("radio").first.check()
    plain.page.get_by_role("button", name="换到这个座位").click()
    assert "换好了" in plain.say()


def test_a_ticket_goes_from_one_phone_to_another(person: Callable[..., Person]) -> None:
    taker_phone = fresh_phone()
    taker = person()
    taker.go("/sign-in")
    taker.sign_in(taker_phone)
    taker.go("/mine")
    name = taker.page.get_by_role("heading", level=1).inner_text().strip()
    giver = with_ticket(person, fresh_phone())

    giver.tap("送给别人", role="link")
    giver.look("gift-ask")
    giver.page.get_by_label("手机号").fill(taker_phone)
    giver.page.get_by_label("对方的姓名").fill(name)
    giver.tap("送出")
    giver.look("gift-waits")
    assert "等对方接收" in giver.say()

    taker.go("/mine")
    taker.look("gift-mine")
    taker.taps = 0
    taker.tap("看一看，收下", role="link")
    taker.look("gift-received")
    taker.tap("收下")
    assert taker.taps == 2
    taker.look("gift-taken")
    assert seat_of(taker)
    giver.page.reload()
    assert giver.page.title()
    giver.go("/demo/messages")
    assert "对方收下了" in giver.page.content()


def staff(person: Callable[..., Person], login: str) -> Person:
    """Return somebody who works here, at a desk."""
    one = person(viewport={"width": 1200, "height": 900}, has_touch=False)
    one.go("/staff/sign-in")
    one.page.get_by_label("登录名").fill(login)
    one.page.get_by_label("密码").fill(STAFF[login])
    one.tap("登录")
    return one


def test_a_show_moves_in_five_clicks_of_two_people_and_the_calendar_follows(
    person: Callable[..., Person],
) -> None:
    member = with_ticket(person, fresh_phone())
    show = re.findall(
        r"/performances/(\d+)", member.context.request.get(f"{member.page.url}.ics").text()
    )[0]
    old = start_of(member)

    manager = staff(person, "programme")
    manager.go("/staff/programme/moves")
    manager.look("move-home")
    manager.go(f"/staff/programme/performances/{show}/move")
    if manager.page.get_by_role("button", name="撤回，不办了").count():
        manager.tap("撤回，不办了")  # the demonstration proposes something for one of its shows
    manager.taps = 1  # the show itself was the first
    later = (old + timedelta(days=2)).date().isoformat()
    manager.page.get_by_label("新的日期").fill(later)
    manager.page.get_by_label("新的开演时间").fill("09:10")
    manager.tap("看影响")
    manager.look("move-preview")
    title = manager.page.get_by_role("heading", level=1).inner_text()
    manager.page.get_by_label(re.compile("照着写一遍")).fill(title)
    manager.tap("提出，请第二个人确认")
    manager.look("move-proposed")

    second = staff(person, "review1")
    second.go(f"/staff/programme/performances/{show}/move")
    second.look("move-confirm")
    second.tap("确认，马上办")
    if second.page.get_by_label("密码").count():
        second.page.get_by_label("密码").fill(STAFF["review1"])
        second.tap(re.compile("是我"))
        if second.page.get_by_role("button", name="确认，马上办").count():
            second.tap("确认，马上办")
    wait_till_done(second)
    second.look("move-done")
    assert "办完了" in second.say()

    feed = member.context.request.get(f"{member.page.url}.ics").text()
    assert "SEQUENCE:1" in feed
    assert start_of(member).date().isoformat() == later
    member.page.reload()
    member.look("move-ticket")
    member.taps = 0
    member.tap("保留这张票")
    assert member.taps == 1
    assert "票保留着" in member.say()


def wait_till_done(person: Person) -> None:
    """Look again each second until everybody is told."""
    for _ in range(60):
        if "办完了" in person.say():
            return
        person.page.wait_for_timeout(1000)
        person.page.reload()


def start_of(member: Person) -> datetime:
    """Return when the show of a ticket begins, from its calendar file."""
    file = member.context.request.get(f"{member.page.url}.ics").text()
    written = re.findall(r"DTSTART;TZID=Asia/Shanghai:(\S+)", file)[0]
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
