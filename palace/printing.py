"""The client of the printing process, and which characters our fonts can print."""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path

from flask import current_app

from palace.config import Settings
from palace.errors import PrintingAway
from palace.printing_fonts import coverage

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 25.0

log = logging.getLogger("palace.printing")


def to_pdf(html: str, *, title: str, lang: str) -> bytes:
    """Print a page of HTML as a tagged PDF (PDF/UA-1), fonts embedded.

    Raises:
        PrintingAway: the printing process is restarting, unfit or refused the page.
    """
    return _job("pdf", html, title, lang)


def to_roll(html: str, *, title: str, lang: str) -> bytes:
    """Print a page of HTML for a till's paper roll, as long as it is: to what has the id `end`.

    Raises:
        PrintingAway: as for `to_pdf`.
    """
    return _job("roll", html, title, lang)


def to_png(html: str, *, title: str, lang: str) -> bytes:
    """Print the first page of HTML as a PNG of 300 dots an inch.

    Raises:
        PrintingAway: as for `to_pdf`.
    """
    return _job("png", html, title, lang)


def missing(text: str) -> set[str]:
    """Return the characters of a text that would print as empty boxes."""
    printable = coverage()
    return {
        character for character in text if not printable[ord(character)] and not character.isspace()
    }


def covered(text: str, instead: str = "〓") -> str:
    """Return the text as it can be printed: the typographer's geta for each glyph nobody has."""
    lacking = missing(text)
    return "".join(instead if character in lacking else character for character in text)


def _job(kind: str, html: str, title: str, lang: str) -> bytes:
    settings: Settings = current_app.extensions["palace"]
    try:
        verdict, body = _ask(settings.printing_socket, kind, html, title, lang)
    except (OSError, EOFError, ValueError) as error:
        log.error("printing away", extra={"values": {"kind": kind, "why": type(error).__name__}})
        raise PrintingAway from error
    if verdict["refused"]:
        log.error("printing refused", extra={"values": {"kind": kind, "why": verdict["refused"]}})
        raise PrintingAway
    return body


def answers(path: Path) -> bool:
    """Return whether the printing process behind a socket prints; it is asked for a small page."""
    try:
        verdict, _ = _ask(path, "png", "<p>1</p>", "1", "zh-CN")
    except (OSError, EOFError, ValueError):
        return False
    return not verdict["refused"]


def _ask(path: Path, kind: str, html: str, title: str, lang: str) -> tuple[dict[str, str], bytes]:
    """Hand a page to the printing process; return its verdict and what it printed.

    Raises:
        OSError, EOFError, ValueError: it is away, too slow, or went away meanwhile.
    """
    header = json.dumps({"kind": kind, "title": title, "lang": lang})
    with _connected(path) as connection:
        connection.send_bytes(header.encode())
        connection.send_bytes(html.encode())
        if not connection.poll(ANSWER_SECONDS):
            raise TimeoutError("no answer")
        return json.loads(connection.recv_bytes()), connection.recv_bytes()


def _connected(path: Path) -> Connection:
    """Return a connection, waiting out a restart of the printing process.

    The socket is named through its folder's descriptor: the kernel takes 107 bytes, paths may be longer.

    Raises:
        OSError: nobody listens, also after `CONNECT_SECONDS`.
    """
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                return _connect_once(f"/proc/self/fd/{folder}/{path.name}")
            finally:
                os.close(folder)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _connect_once(address: str) -> Connection:
    with socket.socket(socket.AF_UNIX) as plug:
        plug.settimeout(CONNECT_SECONDS)
        plug.connect(address)
        plug.settimeout(None)
        return Connection(plug.detach())
