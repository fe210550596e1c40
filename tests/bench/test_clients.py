"""The bench's clients against a server of their own."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.clients import Ask, Client, ask_all, ask_at_once


class Echo(BaseHTTPRequestHandler):
    """Answers with the address and the body it was sent, over kept-alive connections.

    `/slow` is answered after `/last`, and `/alone` where nobody asked for that.
    """

    protocol_version = "HTTP/1.1"
    connections: set[int] = set()  # noqa: RUF012 - one server at a time
    others = threading.Event()

    def do_GET(self) -> None:
        """Answer."""
        self.do_POST()

    def do_POST(self) -> None:
        """Answer."""
        self.connections.add(self.client_address[1])
        if self.path == "/slow":
            self.path = "/slow" if self.others.wait(5) else "/alone"
        elif self.path == "/last":
            self.others.set()
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = self.path.encode() + sent
        self.send_response(418)
        self.send_header("Content-Length", str(len(body) + (self.path == "/cut")))
        self.send_header("X-Kept", "Yes")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/cut"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    """Run a server for the length of a test."""
    Echo.connections.clear()
    Echo.others.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_all_are_asked_before_the_first_answer_is_read(port: int) -> None:
    clients = [Client(port), Client(port)]
    answers = ask_at_once(clients, [Ask("/slow"), Ask("/last")])
    for client in clients:
        client.close()
    assert {answer.body for answer in answers} == {b"/last", b"/slow"}


def test_answers_come_in_the_order_of_the_requests(port: int) -> None:
    answers = ask_all(port, [Ask(f"/{number}") for number in range(50)], 8)
    assert [answer.body for answer in answers] == [b"/%d" % number for number in range(50)]
    assert {(answer.status, answer.headers["x-kept"]) for answer in answers} == {(418, "Yes")}


def test_connections_are_kept(port: int) -> None:
    ask_all(port, [Ask("/")] * 40, 4)
    assert len(Echo.connections) == 4


def test_a_slow_answer_holds_up_none_but_its_own_client(port: int) -> None:
    asks = [Ask(path) for path in ("/slow", "/", "/", "/", "/last")]

    answers = ask_all(port, asks, 2)

    assert [answer.body for answer in answers] == [b"/slow", b"/", b"/", b"/", b"/last"]
    assert Echo.others.is_set()
    assert answers[0].seconds < 5


def test_a_body_is_sent(port: int) -> None:
    assert ask_all(port, [Ask("/", "POST", {}, "seats=A")], 1)[0].body == b"/seats=A"


def test_nothing_is_asked_after_the_time(port: int) -> None:
    assert ask_all(port, [Ask("/")] * 40, 4, seconds=-1) == []


def test_no_requests_have_no_answers(port: int) -> None:
    assert ask_all(port, [], 8) == []


def test_an_answer_that_is_cut_off_is_none_and_the_next_one_connects_anew(port: int) -> None:
    client = Client(port)

    with pytest.raises(http.client.IncompleteRead):
        client.ask(Ask("/cut"))
    assert client.ask(Ask("/whole")).body == b"/whole"
    client.close()
    assert len(Echo.connections) == 2


def test_nobody_there_is_no_answer_but_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        ask_all(1, [Ask("/")], 1)
