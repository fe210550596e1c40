"""Thousands of browsers that only look: each keeps its connection and asks every two seconds."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.house import House

EVERY = (2.0, 2.5)  # seconds, as the seat map asks
STRANGER = "Host: 127.0.0.1:{port}\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"


@dataclass
class Crowd:
    """What the browsers of a crowd were answered, by address."""

    house: House
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    bare: int = 0

    def watch(self, browsers: int, seconds: float) -> None:
        """Let so many browsers watch the seats, every hundredth of them the pages too, for so long."""
        asyncio.run(self._watch(browsers, seconds))

    async def _watch(self, browsers: int, seconds: float) -> None:
        number = self.house.performance_id
        pages = ("/", f"/performances/{number}")
        watching = [self._browse((f"/performances/{number}/seats.bin",)) for _ in range(browsers)]
        reading = [self._browse(pages) for _ in range(browsers // 100)]
        tasks = [asyncio.create_task(one) for one in watching + reading]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(ended, asyncio.CancelledError):
                raise AssertionError(f"a browser was cut off: {ended!r}")

    async def _browse(self, paths: tuple[str, ...]) -> None:
        await asyncio.sleep(random.uniform(0, EVERY[0]))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
        try:
            await self._ask(paths, reader, writer)
        finally:
            writer.close()

    async def _ask(
        self, paths: tuple[str, ...], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        etag = ""
        for path in itertools.cycle(paths):
            writer.write(self._request(path, etag))
            status, headers = await self._answer(reader)
            self.statuses[path, status] += 1
            self.bare += status == 503 and "retry-after" not in headers
            etag = headers.get("etag", "") if path.endswith(".bin") else ""
            await asyncio.sleep(random.uniform(*EVERY))

    def _request(self, path: str, etag: str) -> bytes:
        lines = f"GET {path} HTTP/1.1\r\n{STRANGER.format(port=self.house.port)}"
        if etag:
            lines += f"If-None-Match: {etag}\r\n"
        return f"{lines}\r\n".encode()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:])
        }
        await reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers
