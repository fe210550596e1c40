"""The page that asks for patience, in a real browser: PostgreSQL frozen, and every place taken."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from palace.overload import AT_ONCE, WAITING, lane_of
from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone, frozen
from tests.journeys.test_member import FREE_SHOW, open_show
from tests.journeys.test_ways import SMALL_TARGETS, SMALL_TEXT, large

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

COMES_BACK = 30_000  # ms: a reload every 5 to 9 s, and a reload may come too early
Rush = Callable[..., Any]
PICTURES_COME = """
Promise.all([...document.images].map((one) => {
  one.loading = "eager";
  return one.decode();
}))
"""  # as for who scrolls: the browser keeps them for a year, and a frozen database has none to give


@pytest.fixture
def rush(palace_url: str, palace_state: Path) -> Rush:
    """Return what freezes the database and takes all places of an address' lane for a while."""
    to = urlsplit(palace_url)

    @contextmanager
    def rushed(path: str, cookie: str = "") -> Iterator[None]:
        lane = lane_of("GET", path)
        asked = f"GET {path} HTTP/1.1\r\nHost: {to.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
        pid = (Cluster(palace_state).data / "postmaster.pid").read_text().split()[0]
        with frozen(int(pid)), ExitStack() as crowd:
            for _ in range(AT_ONCE[lane] + WAITING[lane]):
                place = crowd.enter_context(socket.create_connection((to.hostname, to.port)))
                place.sendall(asked)
            time.sleep(0.5)
            yield

    return rushed


def met_503(someone: Person) -> None:
    """Take note that the answer was a 503, as it had to be, and forget it."""
    assert any("503" in told for told in someone.broken)
    someone.broken.clear()


@pytest.mark.parametrize(
    ("name", "how", "words"),
    [
        ("390", {}, "现在人太多了"),
        ("large", {}, "现在人太多了"),
        ("english", {"locale": "en-GB"}, "Many people"),
        ("dark", {"color_scheme": "dark"}, "现在人太多了"),
        ("no-scripts", {"java_script_enabled": False}, "现在人太多了"),
    ],
)
def test_a_reader_sees_words_and_then_the_page_by_itself(
    person: Callable[..., Person], rush: Rush, name: str, how: dict[str, Any], words: str
) -> None:
    reader = large(person()) if name == "large" else person(**how)
    open_show(reader, "City Workers' Gala" if name == "english" else FREE_SHOW)
    title = reader.page.get_by_role("heading", level=1).inner_text()
    with rush(urlsplit(reader.page.url).path):
        reader.go(reader.page.url)
        assert words in reader.say()
        met_503(reader)
        reader.page.screenshot(path=PICTURES / f"wait-{name}.png", full_page=True)
        if name != "no-scripts":
            reader.look(f"wait-{name}")
            least = (18, 60) if name == "large" else (14, 44)
            assert reader.page.evaluate(SMALL_TEXT.replace("MIN", str(least[0]))) == []
            assert reader.page.evaluate(SMALL_TARGETS.replace("MIN", str(least[1]))) == []

    expect(reader.page.get_by_role("heading", level=1)).to_have_text(title, timeout=COMES_BACK)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_a_buyer_chose_is_still_there_and_done_once(
    person: Callable[..., Person], rush: Rush, scripts: bool
) -> None:
    buyer = person(java_script_enabled=scripts)
    buyer.sign_in(fresh_phone())
    open_show(buyer)
    buyer.page.get_by_role("radio", name=re.compile("^2张")).check()
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in buyer.context.cookies())
    with rush("/mine", cookie):
        buyer.tap("帮我选连座")
        assert "您填的都还在" in buyer.say()
        met_503(buyer)
        if scripts:
            buyer.look("wait-buyer")
        sent: dict[str, str | float | bool] = {
            str(one.get_attribute("name")): str(one.get_attribute("value"))
            for one in buyer.page.locator("form input[type=hidden]").all()
        }
        assert sent["count"] == "2"
        action = buyer.page.locator("main form").get_attribute("action")

    for _ in range(10):
        buyer.tap("再试一次")
        if "/orders/" in buyer.page.url:
            break
        buyer.page.wait_for_timeout(1000)
    assert "共2张" in buyer.say()
    again = buyer.context.request.post(f"{action}", form=sent)
    assert again.url == buyer.page.url


@pytest.mark.parametrize("size", ["standard", "large"])
def test_the_programme_stays_readable_and_says_of_when_it_is(
    person: Callable[..., Person], rush: Rush, size: str
) -> None:
    reader = large(person()) if size == "large" else person()
    reader.go("/performances")
    assert "这是" not in reader.say()
    reader.page.evaluate(PICTURES_COME)
    with rush("/performances"):
        reader.go("/performances")
        assert re.search(r"这是\d\d:\d\d的情况", reader.say())
        assert FREE_SHOW in reader.say()
        reader.look(f"wait-programme-{size}")
