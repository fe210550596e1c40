"""PostgreSQL hangs under the seat maps of a full house: the web is still there for everybody else."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text

from palace.config import Settings
from palace.postgres import Cluster
from palace.run import answers
from palace.supervisor import Child
from palace.tickets.seatstate import OLD_SECONDS
from tests.factory import Factory
from tests.journeys.conftest import frozen
from tests.operations.conftest import opened
from tests.operations.test_web import ask, settings, wait_for, web

__all__ = ["settings", "web"]  # fixtures

POLLERS = 200
EVERY = 2.0  # seconds, as static/seatmap.js does
LOOK = 0.2
ALIVE = 15.0  # seconds; a web without a free thread answers after the database, or never
MARK = "INSERT INTO demonstrations (loaded_at) VALUES (now())"


async def status_of(port: int, path: str) -> int:
    """Ask for an address on a connection of its own; return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    )
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


async def poll(port: int, paths: list[str], seconds: float) -> set[int]:
    """Poll all paths at once, over and over, and `/livez` beside them; return what the paths answered."""
    end = time.monotonic() + seconds
    told: set[int] = set()

    async def watch(path: str) -> None:
        while time.monotonic() < end:
            told.add(await status_of(port, path))
            await asyncio.sleep(EVERY)

    async def look() -> None:
        while time.monotonic() < end:
            async with asyncio.timeout(ALIVE):
                assert await status_of(port, "/livez") == 200
            await asyncio.sleep(LOOK)

    await asyncio.gather(look(), *[watch(path) for path in paths])
    return told


@pytest.mark.parametrize(
    ("seconds", "known", "many"),
    [
        pytest.param(6.0, False, False, id="a performance nobody looked at"),
        pytest.param(OLD_SECONDS + 4, True, False, id="a performance whose state grows old"),
        pytest.param(6.0, False, True, id="many performances nobody looked at"),
    ],
)
def test_pollers_of_a_hanging_database_leave_the_web_alive(
    cluster: Cluster, settings: Settings, web: Child, seconds: float, *, known: bool, many: bool
) -> None:
    with opened(settings) as app:
        make = Factory(app)
        first = make.performance(seats=40).id
        make.commit()
    owner = create_engine(settings.database_owner_url or "", poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text(MARK))
    paths = [f"/performances/{first + many * one}/seats.bin" for one in range(POLLERS)]
    web.start()
    wait_for(lambda: answers(settings))
    if known:
        assert ask(settings, paths[0]) == 200
    assert cluster.pid

    # on a thread of its own: a browser of another test may have left its loop running here
    with frozen(cluster.pid), ThreadPoolExecutor(1) as thread:
        told = thread.submit(lambda: asyncio.run(poll(settings.port, paths, seconds))).result()

    assert told == ({200, 503} if known else {503})
