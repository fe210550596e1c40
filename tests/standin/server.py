"""The stand-in on a port of this machine: the line to its API, and the page where a buyer pays."""

from __future__ import annotations

import html
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.standin.api import Asked, Fault, StandIn, decoded
from tests.standin.provider import Provider, Thing
from tests.standin.refusals import Refused

POLL = 0.05
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>付款页</title>
<main><h1>付款页（替身）</h1><p>{amount}</p>{body}</main></html>"""
BUTTONS = """<form method="post">
<button name="how" value="card">银行卡付款</button>
<button name="how" value="alipay">支付宝付款</button>
<button name="how" value="later">支付宝付款，稍后到账</button>
</form><p><a href="{back}">返回</a></p>"""


def _page(provider: Provider, found: str) -> str:
    session = provider.session(found)
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    is_open = session["status"] == "open"
    back = html.escape(session["cancel_url"] or "")
    body = BUTTONS.format(back=back) if is_open else "<p>此页已结束。</p>"
    return PAGE.format(amount=amount, body=body)


def _pressed(provider: Provider, found: str, how: str) -> str:
    """Pay as the buyer pressed, and return where the page sends them."""
    later = how == "later"
    session = provider.pay(found, "alipay" if later else how, later=later)
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", found)


class _Line(BaseHTTPRequestHandler):
    told: StandIn

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/pay/"):
            self._shown(lambda found: _page(self.told.provider, found))
        else:
            self._asked(parts.query)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/pay/"):
            how = dict(parse_qsl(raw))["how"]
            self._shown(lambda found: _pressed(self.told.provider, found, how), moved=True)
        else:
            self._asked(raw)

    def _shown(self, made: Callable[[str], str], *, moved: bool = False) -> None:
        try:
            text = made(self.path.rpartition("/")[2])
        except Refused as refused:
            self._send(refused.status, str(refused).encode(), {"Content-Type": "text/plain"})
            return
        if moved:
            self._send(303, b"", {"Location": text})
        else:
            self._send(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _asked(self, raw: str) -> None:
        path = urlsplit(self.path).path
        key = self.headers.get("Idempotency-Key")
        asked = Asked(self.command, path, decoded(raw), raw, key)
        self.told.asked.append(asked)
        if self.headers.get("Authorization") != f"Bearer {self.told.provider.key}":
            self._json(401, Refused("Invalid API Key provided").body)
            return
        fault = self.told.next_fault(asked)
        if fault is Fault.SLOW:
            time.sleep(self.told.slow)
        (status, body), old = self.told.answer(asked, fault)
        if fault is Fault.ANSWER_SLOW:
            time.sleep(self.told.slow)
        if fault not in {Fault.LOST, Fault.ANSWER_LOST, Fault.SLOW, Fault.ANSWER_SLOW}:
            self._json(status, body, {"Idempotent-Replayed": "true"} if old else {})

    def _json(self, status: int, body: Thing, more: Mapping[str, str] | None = None) -> None:
        headers = {"Content-Type": "application/json", "Request-Id": "req_standin", **(more or {})}
        self._send(status, json.dumps(body).encode(), headers)

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        with suppress(ConnectionError):  # who asked may not wait any more
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Run the provider on this machine."""
    told = StandIn()
    handler = type("Line", (_Line,), {"told": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(POLL,))
    thread.start()
    told.url = told.provider.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
