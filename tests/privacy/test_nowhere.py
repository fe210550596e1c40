"""A palace at work: a booking with a number, a sign-in by code; then both are looked for everywhere."""

from __future__ import annotations

import http.cookiejar
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from palace.backup import decrypt, unpack
from palace.config import ROOT
from palace.host import find_bin
from palace.privacy.ledger import NAME as LEDGER
from tests.identities.test_rules import card
from tests.journeys.conftest import free_port, wait_until_ready
from tests.operations.conftest import written_identity

GOOD, MISTYPED = card("19680412", "777"), "110105194912310029"
LISTED, READ = card("19550505", "779"), card("19480808", "781")
NUMBERS = (GOOD, MISTYPED, LISTED, READ)
NAME = "欧阳海棠"
PHONE = "19900002930"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SIX = re.compile(r"(?<!\d)(\d{6})(?!\d)")


@dataclass
class Client:
    """A browser without a screen; it keeps every address it was at, and the last page."""

    url: str
    addresses: list[str] = field(default_factory=list)
    page: str = ""

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def ask(self, path: str, body: dict[str, Any] | None = None, *, page: bool = False) -> bytes:
        """Ask for an address; JSON both ways unless a page is wanted. A refusal is an answer too."""
        headers = {"Accept": "text/html" if page else "application/json", "Referer": self.url}
        sent = None
        if body is not None:
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self.token()}
            sent = json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, sent, headers)
        try:
            with self.opener.open(asked, timeout=30) as answer:
                self.addresses.append(answer.url)
                return bytes(answer.read())
        except urllib.error.HTTPError as refusal:
            return refusal.read()

    def json(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for an address and read its JSON."""
        return json.loads(self.ask(path, body))

    def token(self) -> str:
        """Return the proof of origin of a page of this browser."""
        found = TOKEN.search(self.ask("/sign-in?choose=1", page=True).decode())
        assert found
        return found[1]


@dataclass(frozen=True)
class Running:
    """A palace at work: its address, folder, environment, and the key kept elsewhere."""

    url: str
    state: Path
    env: dict[str, str]
    identity: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run the demonstration palace with everything of its own, and a recipient for its backups."""
    folder = tmp_path_factory.mktemp("nowhere")
    state, port = folder / "state", free_port()
    state.mkdir()
    identity, recipient = written_identity(folder / "kept-elsewhere")
    url = f"http://127.0.0.1:{port}"
    env = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    env |= {"PALACE_STATE": str(state), "PORT": str(port), "PALACE_DEMO": "1", "WEB_WORKERS": "1"}
    env |= {"PUBLIC_URL": url, "BACKUP_RECIPIENT": recipient}
    with (state / "out.txt").open("wb") as out:
        palace = subprocess.Popen(
            [sys.executable, "-m", "palace", "run"], env=env, cwd=ROOT, stdout=out, stderr=out
        )
    try:
        wait_until_ready(palace, url, state / "out.txt")
        yield Running(url, state, env, identity)
    finally:
        palace.send_signal(signal.SIGTERM)
        palace.wait(timeout=60)


def signed_in(url: str) -> tuple[Client, str]:
    """Sign a member in by the code on the demonstration's page; return the browser and the code."""
    client = Client(url)
    client.ask("/sign-in", {"phone": PHONE})
    found = SIX.search(client.json("/demo/messages")["messages"][0]["text"])
    assert found
    client.ask("/sign-in/code", {"code": "000000" if found[1] != "000000" else "111111"})
    assert "next" in client.json("/sign-in/code", {"code": found[1]})
    return client, found[1]


def booked(member: Client) -> None:
    """Book a show that asks who comes, after one mistake."""
    shows = member.json("/performances?kind=crosstalk")["performances"]
    wish = {"count": 1, "key": "nowhere-key-1"}
    order = member.json(f"/performances/{shows[0]['id']}/hold", wish)["order"]
    row = {"name": [NAME], "document": ["id_card"], "consent": True}
    assert member.json(f"/orders/{order}/confirm", row | {"number": [MISTYPED]})["status"] == 422
    told = member.json(f"/orders/{order}/confirm", row | {"number": [GOOD]})
    assert told["state"] == "settled"
    member.ask(f"/tickets/{told['tickets'][0]}", page=True)


def administrator(url: str) -> tuple[Client, list[str]]:
    """Sign the administrator in by the code the demonstration shows; return the browser and the codes."""
    client = Client(url)
    client.ask("/staff/sign-in", {"login": "admin", "password": "nangong-1958"})
    for _ in range(45):
        shown = SIX.search(
            re.sub(r"<[^>]*>", " ", client.ask("/staff/sign-in/code", page=True).decode())
        )
        if shown and "next" in client.json("/staff/sign-in/code", {"code": shown[1]}):
            return client, [shown[1]]
        time.sleep(1)
    raise AssertionError("no code was shown")


def exported(admin: Client) -> Iterator[tuple[str, str]]:
    """Yield what the lists say as CSV and as workbooks."""
    for path in ("/staff/audit", "/staff/notices", "/staff/names"):
        yield f"{path} CSV", admin.ask(f"{path}?format=csv", page=True).decode()
    asked = admin.json("/staff/exports", {"address": "/staff/audit"})
    for _ in range(60):
        state = admin.json("/staff/exports")["exports"][0]["state"]
        if state == "ready":
            break
        time.sleep(0.5)
    book = admin.ask(f"/staff/exports/{asked['export']}.xlsx", page=True)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        yield "XLSX", "\n".join(parts.read(name).decode() for name in parts.namelist())


def brought(admin: Client) -> None:
    """Bring a roster with a column of whole document numbers, and wait until it was looked through."""
    rows = f"姓名,会员证号,手机号,身份证号\n赵铁柱,TYX00000001,19900009999,{LISTED}\n"
    parts = '--b\r\nContent-Disposition: form-data; name="unit"\r\n\r\ntaxi-first\r\n--b\r\n'
    parts += 'Content-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    body = f"{parts}{rows}\r\n--b--\r\n".encode()
    headers = {"Accept": "application/json", "X-CSRFToken": admin.token(), "Referer": admin.url}
    headers["Content-Type"] = "multipart/form-data; boundary=b"
    asked = urllib.request.Request(f"{admin.url}/staff/roster", body, headers)
    with admin.opener.open(asked, timeout=30) as answer:
        told = json.loads(answer.read())
    for _ in range(60):
        if told["state"] != "waiting":
            break
        time.sleep(0.5)
        told = admin.json(f"/staff/roster/{told['import']}")
    assert told["state"] == "checked"


def acted(admin: Client) -> None:
    """Make an account by a document at the desk, after a search, and find it by the document."""
    assert admin.json("/staff/acting/find", {"who": READ}) == {"people": []}
    somebody = {"full_name": "李桂兰", "number": READ}
    assert admin.json("/staff/acting/introduce", somebody)["status"] == 422
    assert "member" in admin.json("/staff/acting/introduce", somebody | {"consent": True})
    admin.json("/staff/acting/end", {})
    assert len(admin.json("/staff/acting/find", {"who": READ})["people"]) == 1


def dumped(running: Running, folder: Path) -> str:
    """Make a backup as a person types it, open it, and return all of it as text."""
    said = subprocess.run(
        [sys.executable, "-m", "palace", "backup"],
        env=running.env, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    whole, dump = folder / "whole", folder / "dump"
    decrypt(Path(said.stdout.strip()), running.identity, whole)
    unpack(whole, dump)
    shown = [str(find_bin(None) / "pg_restore"), "--file=-", str(dump)]
    return subprocess.run(shown, capture_output=True, text=True, check=True).stdout


def logged(state: Path) -> Iterator[tuple[str, str]]:
    """Yield every log of the palace and of its database, and the ledger."""
    for path in (*state.glob("*.txt"), *state.rglob("*.log"), *state.rglob(LEDGER)):
        yield path.name, path.read_text(errors="replace")


def test_no_number_and_no_code_is_anywhere(running: Running, tmp_path: Path) -> None:
    member, code = signed_in(running.url)
    booked(member)
    admin, codes = administrator(running.url)
    brought(admin)
    acted(admin)
    places = dict(exported(admin))
    member.ask("/mine/data", page=True)
    places["download"] = member.ask("/mine/data/file", {}).decode()
    places["dump"] = dumped(running, tmp_path)
    places |= dict(logged(running.state))
    places["addresses"] = urllib.parse.unquote("\n".join([*member.addresses, *admin.addresses]))

    assert NAME in places["download"]
    assert GOOD[-4:] in places["download"]
    assert NAME in places["dump"]
    assert "tickets.confirm" in places["web.log"]
    assert {"XLSX", "postgres.log", "/staff/audit CSV"} <= set(places)
    found = [
        f"{what} in {where}"
        for where, text in places.items()
        for what, pattern in (
            ("the number", GOOD),
            ("the mistyped number", MISTYPED),
            ("the listed number", LISTED),
            ("the number a desk read", READ),
            ("the listed number as bytes", LISTED.encode().hex()),
            *(("a code", rf"(?<![\d.:]){one}(?!\d)") for one in (code, *codes)),
        )
        if re.search(pattern, text)
    ]
    assert found == []


def test_the_files_of_the_database_hold_no_number(running: Running) -> None:
    held = [
        path.relative_to(running.state)
        for path in running.state.rglob("*")
        if path.is_file() and any(one.encode() in path.read_bytes() for one in NUMBERS)
    ]

    assert held == []
