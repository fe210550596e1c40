"""Our own servers in the place of providers: they keep every request, and answer as they are told."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit

HANGS = 3.0
Answer = tuple[int, Mapping[str, Any] | str]


@dataclass(frozen=True)
class Asked:
    """One request as it came over the line."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        """Return the body of a request in JSON."""
        return json.loads(self.body)


@dataclass
class StandIn:
    """An HTTP provider of ours."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], Answer | None] = lambda _: (200, {})
    """None: hang."""


@contextmanager
def http_provider() -> Iterator[StandIn]:
    """Run a provider on this machine."""
    told = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            asked = Asked(
                {name.lower(): value for name, value in self.headers.items()},
                dict(parse_qsl(urlsplit(self.path).query)),
                body,
            )
            told.asked.append(asked)
            answer = told.answer(asked)
            if answer is None:
                time.sleep(HANGS)
                return
            status, content = answer
            sent = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailServer:
    """A mail server of ours: what each stage answers, and the letters it took."""

    url: str = ""
    letters: list[bytes] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    """By the first word of a command, or "letter" for its end; b"": hang up without a word."""
    signed_in: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on this machine, over a line without a cipher."""
    told = MailServer()
    listener = socket.create_server(("127.0.0.1", 0))
    told.url = f"smtp://palace:a%40b@127.0.0.1:{listener.getsockname()[1]}"

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, suppress(OSError):
                _talk(line, told)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield told
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _talk(line: socket.socket, told: MailServer) -> None:
    line.settimeout(5)
    with line.makefile("rb") as reader:
        _answer(line, reader, told)


def _answer(line: socket.socket, reader: BinaryIO, told: MailServer) -> None:
    line.sendall(b"220 ours\r\n")
    while command := reader.readline():
        word = command.split()[0].decode().lower()
        usual = {"ehlo": b"250-ours\r\n250 AUTH PLAIN", "data": b"354 go on", "auth": b"235 in"}
        answer = told.answers.get(
            word, usual.get(word, b"221 bye" if word == "quit" else b"250 ok")
        )
        if not answer:
            return
        if word == "auth":
            told.signed_in.append(command.decode().split()[-1])
        line.sendall(answer + b"\r\n")
        if word == "quit":
            return
        if word == "rcpt" and answer.startswith(b"250"):
            told.receivers.append(command.decode().partition("<")[2].partition(">")[0])
        if word == "data" and answer.startswith(b"354"):
            letter = b"".join(iter(reader.readline, b".\r\n"))
            told.letters.append(letter)
            end = told.answers.get("letter", b"250 queued as 7")
            if not end:
                return
            line.sendall(end + b"\r\n")


def plain(user: str, password: str) -> str:
    """Return what AUTH PLAIN sends."""
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()
