"""A leader subscribes and prints a slip; the house hangs its week up and reads how its rooms were used."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdfium2
import pytest

from tests.journeys.conftest import PICTURES, Person
from tests.journeys.test_care import signed_in
from tests.journeys.test_desk import WIDE, manager
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEADER = "19900000217"
PAPER_DPI = 80


def printed(who: Person, path: str, name: str) -> str:
    """Fetch what is printed, keep a picture of its first page, and return what it says."""
    answer = who.context.request.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(io.BytesIO(answer.body()))
    PICTURES.mkdir(parents=True, exist_ok=True)
    document[0].render(scale=PAPER_DPI / 72).to_pil().save(PICTURES / f"{name}.png")
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_a_leader_has_the_troupe_s_dates_subscribes_and_prints(
    person: Callable[..., Person],
) -> None:
    one = person()
    one.sign_in(LEADER)
    one.go("/mine")
    one.taps = 0
    one.tap("看预约", role="link")
    paper = one.page.get_by_role("link", name="打印预约单").get_attribute("href") or ""
    assert one.taps == 1
    for kind in ("a4", "roll"):
        said = printed(one, f"{paper}?paper={kind}", f"usage-slip-{kind}")
        assert "预约单" in said
        assert "规矩" in said
    one.go("/mine/calendars")
    looked_at(one, "usage-calendars")
    [own, troupe, *_] = one.page.locator("a.address").all_inner_texts()
    for address, least in ((own, 20), (troupe, 20)):
        feed = one.context.request.get(address)
        assert feed.text().count("BEGIN:VEVENT") >= least
    one.tap("换一个地址")
    assert "换好了" in one.say()
    assert one.context.request.get(troupe).status == 404


def test_the_week_hangs_on_the_notice_board(person: Callable[..., Person]) -> None:
    one = signed_in(person(**WIDE), "counter", "window-1958")
    one.taps = 0
    one.tap("一周场地安排", role="link")
    one.tap(re.compile("下一周"), role="link")
    assert one.taps == 2
    looked_at(one, "usage-week")
    for sheet in ("A4", "A3"):
        link = one.page.get_by_role("link", name=f"打印 {sheet}").get_attribute("href") or ""
        assert "一周场地安排" in printed(one, link, f"usage-week-{sheet.lower()}")


def test_how_the_rooms_were_used(person: Callable[..., Person]) -> None:
    one = manager(person(**WIDE))
    one.taps = 0
    one.tap("场地使用情况", role="link")
    assert one.taps == 1
    looked_at(one, "usage-report")
    assert "约了没来" in one.say()
    one.tap(re.compile("每一次预约"), role="link")
    looked_at(one, "usage-dates")


def test_the_public_calendars_name_rooms(person: Callable[..., Person]) -> None:
    one = person()
    one.go("/calendars")
    one.look("usage-public-calendars")
    assert "场馆的所有场地" in one.say()
