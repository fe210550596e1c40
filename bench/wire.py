"""A socket between a web and its database that counts the round trips.

PostgreSQL ends every answer with one ReadyForQuery, whatever the driver put into its question:
so counting these counts what a request had to wait for, BEGIN, COMMIT and side connections included.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

HEAD = struct.Struct(">BI")  # kind, length of what follows including itself
READY = ord("Z")
CHUNK = 65536


class Turns:
    """Counts the ReadyForQuery messages in a stream that may be cut anywhere."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> int:
        """Return how many answers end in this chunk."""
        self._rest += chunk
        found = 0
        while len(self._rest) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._rest)
            if len(self._rest) <= length:
                break
            found += kind == READY
            del self._rest[: length + 1]
        return found


class Wire:
    """Passes connections on to PostgreSQL's socket and counts what comes back."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.trips = 0
        self._counting = threading.Lock()

    def join(self, caller: socket.socket) -> None:
        """Pass on between a caller and the database until one of them hangs up."""
        with caller, socket.socket(socket.AF_UNIX) as database, contextlib.suppress(OSError):
            database.connect(str(self.target))
            turns = Turns()
            while True:
                for plug in select.select([caller, database], [], [])[0]:
                    chunk = plug.recv(CHUNK)
                    if not chunk:
                        return
                    if plug is database:
                        self._count(turns.feed(chunk))
                    (caller if plug is database else database).sendall(chunk)

    def _count(self, found: int) -> None:
        with self._counting:
            self.trips += found


@contextlib.contextmanager
def counted(target: Path, folder: Path) -> Iterator[Wire]:
    """Listen in `folder` under PostgreSQL's socket name as long as the block lasts."""
    folder.mkdir(mode=0o700)
    wire = Wire(target)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / target.name))
        door.listen()
        threading.Thread(target=_welcome, args=(door, wire), daemon=True).start()
        try:
            yield wire
        finally:
            door.shutdown(socket.SHUT_RDWR)


def _welcome(door: socket.socket, wire: Wire) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = door.accept()
            threading.Thread(target=wire.join, args=(caller,), daemon=True).start()
