"""A member books a seat for a coming evening and holds the ticket, on a phone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.journeys.conftest import PICTURES, Person, fresh_phone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
FREE_SHOW = "太原市职工文艺汇演"


def open_show(someone: Person, title: str = FREE_SHOW) -> None:
    """Open the first coming performance of a production."""
    someone.go("/performances")
    someone.page.get_by_role("link", name=title).first.click()


def test_two_free_seats_in_three_taps_and_the_ticket_is_there(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    member = person()
    member.go("/sign-in")
    member.look("sign-in")
    member.sign_in(fresh_phone())
    open_show(member)
    member.look("performance")

    member.taps = 0
    member.tap(re.compile("^2张"), role="radio")
    member.tap("帮我选连座")
    member.page.wait_for_url("**/orders/*")
    member.look("order")
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    assert member.taps == 3

    member.look("ticket")
    assert "共2张" in member.say()
    assert re.search(r"\d+排.*\d+座", member.say())
    token = read_qr(PICTURES / "ticket.png")
    assert re.fullmatch(r"[A-Z2-7]{100,140}", token)
    paper = member.context.request.get(f"{member.page.url}.pdf").body()
    picture = member.context.request.get(f"{member.page.url}.png").body()
    (tmp_path / "ticket.pdf").write_bytes(paper)
    (PICTURES / "ticket-saved.png").write_bytes(picture)
    assert read_qr(PICTURES / "ticket-saved.png") == token
    subprocess.run(
        [
            "pdftoppm",
            "-r",
            "200",
            "-png",
            "-singlefile",
            tmp_path / "ticket.pdf",
            PICTURES / "ticket-a6",
        ],
        check=True,
    )
    assert read_qr(PICTURES / "ticket-a6.png") == token


def picture_qr(member: Person, name: str) -> None:
    """Take a picture of a ticket's QR in the middle of the screen, where nothing lies over it."""
    code = member.page.locator("div.qr")
    code.evaluate("part => part.scrollIntoView({block: 'center'})")
    code.screenshot(path=PICTURES / name)


def read_qr(picture: Path) -> str:
    """Return what the one QR on a picture says."""
    (found,) = zxingcpp.read_barcodes(Image.open(picture))
    return found.text


def test_every_page_leads_back_to_a_hold_that_is_extended_once_and_let_go(
    person: Callable[..., Person],
) -> None:
    member = person()
    member.sign_in(fresh_phone())
    open_show(member)
    member.tap("帮我选连座")
    member.go("/performances")
    member.look("held-elsewhere")
    member.tap(re.compile("座位为您留到"), role="link")
    member.tap(re.compile("再留10分钟"))
    assert "再留10分钟" not in member.say()
    member.tap("不要了，放掉座位")
    assert "座位为您留到" not in member.say()


def test_a_stranger_signs_in_on_the_way_and_comes_back_to_the_show(
    person: Callable[..., Person],
) -> None:
    member = person()
    open_show(member)
    member.page.get_by_role("radio", name=re.compile("^1张")).check()
    member.tap("帮我选连座")
    member.sign_in(fresh_phone())
    assert member.page.get_by_role("radio", name=re.compile("^1张")).is_checked()
    assert "/performances/" in member.page.url


def test_the_qr_stays_whole_when_the_phone_is_turned(person: Callable[..., Person]) -> None:
    member = book_one(person, "19900000005")
    member.page.set_viewport_size({"width": 844, "height": 390})
    code = member.page.locator(".qr svg").first
    code.scroll_into_view_if_needed()
    box = code.bounding_box()
    assert box
    assert max(box["width"], box["height"]) <= 390
    member.page.screenshot(path=PICTURES / "ticket-turned.png")
    assert read_qr(PICTURES / "ticket-turned.png")


def book_one(person: Callable[..., Person], phone: str, **how: object) -> Person:
    """Return a member who stands on the page of a fresh ticket."""
    member = person(**how)
    member.sign_in(phone)
    open_show(member)
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    member.tap("确认，免费领票")
    member.page.wait_for_url("**/tickets/*")
    return member


def test_a_ticket_goes_back_in_two_taps_and_stays_in_the_history(
    person: Callable[..., Person],
) -> None:
    member = book_one(person, fresh_phone())
    member.taps = 0
    member.tap("我去不了，退这张", role="link")
    member.look("return")
    member.tap(re.compile("退"))
    assert member.taps == 2
    member.page.wait_for_url("**/tickets/*")
    assert "已退" in member.say()
    member.go("/mine")
    member.look("mine")


def test_a_household_of_three_chooses_the_name_after_the_code(
    person: Callable[..., Person],
) -> None:
    member = person()
    member.sign_in("19900000002")
    member.look("choose")
    assert "李*强" in member.say()
    member.page.get_by_label(re.compile("王\\*英")).check()
    member.tap("就是我")
    member.go("/mine")
    assert "王秀英" in member.say()


def test_the_second_person_of_a_number_joins_by_name(person: Callable[..., Person]) -> None:
    husband = person()
    husband.go("/sign-in?choose=1")
    husband.page.get_by_label("手机号").fill(fresh_phone())
    husband.tap("发验证码")
    assert husband.page.get_by_label("这个号码几个人用，我要选名字").is_checked()
    husband.page.get_by_label("验证码", exact=True).fill(husband.code())
    husband.look("code-for-a-household")
    husband.tap("登录")
    husband.page.get_by_label("都不是，我是新来的").check()
    husband.page.get_by_label("姓名").fill("刘志强")
    husband.tap("就是我")
    husband.go("/mine")
    assert "刘志强" in husband.say()
    husband.page.get_by_role("link", name="不是您本人？换一个人").click()
    assert husband.page.get_by_label("手机号").is_visible()


def test_own_tickets_are_readable_without_a_network_once_opened(
    person: Callable[..., Person],
) -> None:
    member = book_one(person, "19900000007")
    address = member.page.url
    member.page.evaluate("navigator.serviceWorker.ready")
    member.page.reload()
    member.page.wait_for_timeout(1000)
    member.context.set_offline(True)
    member.page.goto(address)
    assert "取票码" in member.say()
    member.page.screenshot(path=PICTURES / "ticket-offline.png", full_page=True)
    assert read_qr(PICTURES / "ticket-offline.png")


def test_kept_tickets_go_once_the_sign_in_has_ended_elsewhere(
    person: Callable[..., Person],
) -> None:
    member = person()
    seen: list[str] = []
    member.page.on("framenavigated", lambda frame: seen.append(frame.url))
    book_one(lambda: member, fresh_phone())
    ticket = member.page.url
    member.page.evaluate("navigator.serviceWorker.ready")
    member.page.reload()
    member.go("/mine")
    assert {"/mine", urlsplit(ticket).path} <= kept_pages(member)
    order = next(url for url in seen if "/orders/" in url)
    member.go(order)
    assert member.page.url == ticket
    assert kept_pages(member) == {"/mine", urlsplit(ticket).path}

    member.context.clear_cookies()
    member.page.goto(ticket)
    assert "/sign-in" in member.page.url
    assert kept_pages(member) == set()
    member.context.set_offline(True)
    member.page.goto(ticket)
    assert "现在没有网络" in member.say()


def kept_pages(someone: Person) -> set[str]:
    """Return the addresses of own pages a phone keeps for times without a network."""
    kept = someone.page.evaluate(
        "caches.open('own').then((own) => own.keys()).then((kept) => kept.map(({ url }) => url))"
    )
    return {urlsplit(url).path for url in kept}


def test_the_personal_code_is_renewed_when_the_phone_wakes(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/mine")
    with member.page.expect_response("**/mine/qr.svg") as answer:
        member.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert answer.value.ok


def test_a_thirty_yuan_order_waits_for_money_with_its_deadline_in_words(
    person: Callable[..., Person],
) -> None:
    member = person()
    member.sign_in(fresh_phone())
    member.go("/performances?price=member")
    member.look("programme-filtered")
    member.page.get_by_role("link", name="现代晋剧").first.click()
    member.page.get_by_text("指定票区或票种").click()
    member.page.get_by_label("票种").select_option("member")
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    member.tap("确认，去付30元")
    assert re.search(r"座位留到 .*月.*日", member.say())
    assert "到售票处付30元" in member.say()
    member.look("awaiting-payment")


def test_a_wheelchair_user_opens_kept_places(person: Callable[..., Person]) -> None:
    member = person()
    member.sign_in("19900000003")
    open_show(member)
    member.tap("按排选座（列表）", role="link", nth=-1)
    row = member.page.locator("details", has_text="轮椅席").first
    row.locator("summary").click()
    row.get_by_label(re.compile("轮椅席")).first.check()
    member.tap("就选这些")
    member.page.wait_for_url("**/orders/*")
    member.look("wheelchair-order")


@pytest.mark.parametrize("path", ["/", "/performances?kind=opera", "/about", "/sign-in"])
def test_the_first_load_of_a_page_is_light(person: Callable[..., Person], path: str) -> None:
    member = person()
    sizes: list[int] = []
    member.page.on(
        "requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"])
    )
    member.page.goto(path, wait_until="networkidle")
    assert sum(sizes) <= 150_000, json.dumps(sizes)


def test_the_map_page_is_light(person: Callable[..., Person]) -> None:
    member = person()
    open_show(member)
    address = member.page.url
    sizes: dict[str, int] = {}
    fresh = person()
    fresh.page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    fresh.page.goto(address, wait_until="load")
    fresh.page.wait_for_timeout(500)
    assert sizes[address] <= 20_000
    assert sum(sizes.values()) <= 150_000
