"""The whole palace as `make run` starts it, and a person with a browser in front of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from palace.config import ROOT
from palace.members.models import Member, Staff
from palace.postgres import Cluster
from tests.factory import Factory

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "phone": {},
    "large": {},
    "dark": {"color_scheme": "dark"},
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "plain": {"java_script_enabled": False},
}
"""Ways to look at the same pages: on a phone, in large text, at night, on a desk, with scripts off."""
HERE = Path(__file__).parent
PICTURES = ROOT / "var" / "journeys"
READY = 240
"""Seconds in which a palace loads its demonstration: 47 at a load of 6 on two cores, 77 at one of 8."""
AXE = ROOT / "static" / "vendor" / "axe" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


VALID_MEMBERS = chain(
    range(2904, 2916),
    range(2917, 2921),
    range(2929, 2940),
    range(2941, 2949),
    range(2954, 2961),
    range(3055, 3077),
    range(3083, 3101),
)
"""Ends of numbers of one valid member each on the demonstration roster; a number gets one code a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each journey, beside its own time, that of the palace which it may be the first to start."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(READY + 120))


def fresh_phone() -> str:
    """Return the number of a valid member whom no other test signs in as."""
    return f"1990000{next(VALID_MEMBERS)}"


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def palace_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the demonstration palace keeps everything.

    `JOURNEYS_STATE` names one that is there already, such as a palace restored from a backup.
    """
    there = os.environ.get("JOURNEYS_STATE")
    return Path(there) if there else tmp_path_factory.mktemp("palace")


@pytest.fixture(autouse=True, scope="module")
def another_hour(request: pytest.FixtureRequest) -> None:
    """Forget who tried what and asked for codes: each file is of people who came at another time.

    A file of people who all come to a palace of a test's own rows waits for no demonstration.
    """
    own = [one for one in request.session.items if one.path == request.path]
    if not any("palace_url" in one.fixturenames for one in own if isinstance(one, pytest.Function)):
        return
    request.getfixturevalue("palace_url")
    address = (
        Cluster(request.getfixturevalue("palace_state")).url("palace_owner").replace("+psycopg", "")
    )
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute("TRUNCATE throttle")
        connection.execute("UPDATE challenges SET created_at = created_at - interval '1 day'")


@pytest.fixture(scope="session")
def palace_url(palace_state: Path) -> Iterator[str]:
    """Run the demonstration palace with its own PostgreSQL, web, worker and printing process."""
    state, port = palace_state, free_port()
    url = f"http://127.0.0.1:{port}"
    env = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    env |= {"PALACE_STATE": str(state), "PORT": str(port), "PALACE_DEMO": "1", "WEB_WORKERS": "1"}
    env["PUBLIC_URL"] = url
    with (state / "out.txt").open("wb") as out:
        palace = subprocess.Popen(
            [sys.executable, "-m", "palace", "run"], env=env, cwd=ROOT, stdout=out, stderr=out
        )
    try:
        wait_until_ready(palace, url, state / "out.txt")
        yield url
    finally:
        palace.send_signal(signal.SIGTERM)
        palace.wait(timeout=60)


def wait_until_ready(palace: subprocess.Popen[bytes], url: str, out: Path) -> None:
    """Wait until every part of the palace answers."""
    until = time.monotonic() + READY
    while time.monotonic() < until:
        assert palace.poll() is None, out.read_text()
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.2)
    raise AssertionError(out.read_text())


@contextmanager
def frozen(postmaster: int) -> Iterator[None]:
    """Stop a PostgreSQL as a hanging disk would, every process of it, for the length of the block."""
    server = psutil.Process(postmaster)
    with ExitStack() as thawed:
        for one in (server, *server.children()):
            one.suspend()
            thawed.callback(one.resume)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


class Person:
    """Somebody with a browser: counts taps, notes what breaks, and reads the page as they would."""

    def __init__(self, browser: Browser, url: str, **how: Any) -> None:
        """Open a browser of their own, by default a phone at 390 px in Chinese."""
        chosen: dict[str, Any] = {"viewport": PHONE, "locale": "zh-CN", "has_touch": True}
        chosen |= {"timezone_id": "Asia/Shanghai", "base_url": url, "device_scale_factor": 2}
        self.scripted = bool(how.get("java_script_enabled", True))
        self.context: BrowserContext = browser.new_context(**(chosen | how))
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.taps = 0
        self.broken: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on("response", self._see)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.broken.append(message.text)

    def _see(self, response: Any) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(path)

    def tap(self, name: str | re.Pattern[str], role: Any = "button", nth: int = 0) -> None:
        """Tap what has this name, and count it; a button or link leads to another page."""
        self.taps += 1
        found = self.page.get_by_role(role, name=name).nth(nth)
        press = found.tap if self.page.viewport_size == PHONE else found.click
        if role == "radio":
            press()
            return
        with self.page.expect_navigation():
            press()

    def sign_in(self, phone: str) -> None:
        """Sign in by the code on the demonstration page, from the sign-in page."""
        if "/sign-in" not in self.page.url:
            self.go("/sign-in")
        self.page.get_by_label("手机号").fill(phone)
        self.tap("发验证码")
        self.page.get_by_label("验证码").fill(self.code())
        self.tap("登录")

    def second_code(self) -> None:
        """Type the code the demonstration shows, where the sign-in asks for one; wait while all are used."""
        for _ in range(45):
            if not self.page.url.endswith("/staff/sign-in/code"):
                return
            shown = re.search(r"(?<!\d)(\d{6})(?!\d)", self.say())
            if shown:
                self.page.get_by_label("动态验证码").fill(shown[1])
                self.tap("登录")
            else:
                time.sleep(1)
                self.page.reload()

    def prove(self) -> None:
        """Prove once more who it is, by the code the demonstration shows; wait while all are used."""
        for _ in range(45):
            shown = re.search(r"(?<!\d)(\d{6})(?!\d)", self.say())
            if shown:
                self.page.get_by_label("动态验证码").fill(shown[1])
                self.tap("是我，接着办")
                return
            time.sleep(1)
            self.page.get_by_label("动态验证码").fill("")
            with self.page.expect_navigation():
                self.page.get_by_role("button", name="是我，接着办").tap()
        raise AssertionError("no code was shown")

    def code(self) -> str:
        """Return the newest code on the demonstration page."""
        other = self.context.new_page()
        other.goto("/demo/messages")
        told = "\n".join(other.get_by_role("listitem").all_inner_texts())  # newest first
        found = re.search(r"(?:验证码|code is|e-mail address is) (\d{6})(?!\d)", told)
        other.close()
        assert found
        return found[1]

    def look(self, name: str) -> None:
        """Take a picture, run axe, and check that nothing scrolls sideways or broke."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        assert self.faults() == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px"
        assert self.broken == []

    def faults(self) -> list[str]:
        """Return what axe finds on the page, at its end: the bar at the bottom covers nothing there.

        Axe waits for promises, which never come where scripts are off: there it finds nothing.
        """
        if not self.scripted:
            return []
        self.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],"
            " resultTypes: ['violations']}).then(({violations}) => ({violations}))"
        )
        return [
            f"{fault['id']}: {node['html'][:160]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def say(self) -> str:
        """Return the page's main text."""
        return self.page.get_by_role("main").inner_text()


@pytest.fixture
def person(chromium: Browser, palace_url: str) -> Iterator[Callable[..., Person]]:
    """Return what makes people; their browsers close at the end."""
    people: list[Person] = []

    def make(**how: Any) -> Person:
        people.append(Person(chromium, palace_url, **how))
        return people[-1]

    yield make
    for one in people:
        one.context.close()


@pytest.fixture
def house(live: Factory, live_app: Flask) -> Iterator[str]:
    """Serve the palace of a test's own rows; return its address."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()


@pytest.fixture
def enter(
    chromium: Browser, live: Factory, live_app: Flask, house: str
) -> Iterator[Callable[..., Person]]:
    """Return what opens a browser on that palace, with somebody signed in on it or, for None, nobody."""
    people: list[Person] = []

    def opened(who: Member | Staff | None, look: str = "phone") -> Person:
        live.commit()
        people.append(Person(chromium, house, **LOOKS[look]))
        if look == "large":
            set_cookie(people[-1], house, {"size": "large"})
        if who is not None:
            browser = live_app.test_client()
            live.sign_in(browser, who)
            live.commit()
            kept = browser.get_cookie("palace")
            assert kept
            set_cookie(people[-1], house, {"palace": kept.value})
        return people[-1]

    yield opened
    for one in people:
        one.context.close()


def set_cookie(person: Person, url: str, cookies: dict[str, str]) -> None:
    """Let somebody's browser bring cookies."""
    person.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )
