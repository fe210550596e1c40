"""The packed seat state: two bits a seat, true within a quarter of a second, 304 while unchanged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from palace import clock
from palace.tickets import services
from palace.tickets.rules import KeptFor, Wish
from palace.tickets.seatstate import FRESH_SECONDS, HANGING_SECONDS, MOST_UNKNOWN, SeatState, pack
from tests.factory import Factory


def test_seats_are_packed_two_bits_each_in_plan_order() -> None:
    assert pack(5, [(0, 1), (3, 2), (4, 1)]) == bytes([0b10000001, 0b00000001])
    assert pack(1234, []) == bytes(309)


def test_the_state_follows_holds_keeps_and_lapses(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=4)
    seats = live.seats(performance)
    services.keep(performance, seats[3:], reason=KeptFor.HOUSE, until=performance.starts_at)
    live.commit()
    browser = live_app.test_client()
    path = f"/performances/{performance.id}/seats.bin"

    before = browser.get(path)
    assert before.data == bytes([0b10000000])
    assert browser.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert browser.get(path, headers={"Host": "evil.example"}).status_code == 400

    member = live.member()
    order = services.hold(
        member, performance.id, Wish(seats=(("ST-01-02", None),)), key="state-key"
    )
    live.commit()
    time.sleep(0.3)
    assert browser.get(path).data == bytes([0b10000100])

    order.claims[0].held_until = clock.now() - timedelta(seconds=1)
    live.commit()
    time.sleep(0.3)
    after = browser.get(path)
    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile."""
    engine, asked = app.extensions["palace_side_engine"], list[str]()

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_refresh_is_one_statement(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=4)
    live.commit()
    browser, path = live_app.test_client(), f"/performances/{performance.id}/seats.bin"
    assert browser.get(path).data == bytes(1)

    with statements(live_app) as asked:
        for _ in range(3):
            time.sleep(FRESH_SECONDS)
            for _ in range(5):
                assert browser.get(path).status_code == 200
    assert len(asked) == 3


def test_a_performance_nobody_has_costs_one_statement_and_no_other_s_place(
    live: Factory, live_app: Flask
) -> None:
    performance = live.performance(seats=4, published=False)
    live.commit()
    middleware = SeatState(live_app.wsgi_app, live_app)
    with statements(live_app) as asked:
        for _ in range(5):
            assert middleware.state(performance.id).body is None
    assert len(asked) == 1

    known = live.performance(seats=4)
    live.commit()
    assert middleware.state(known.id).body == bytes(1)
    for unknown in range(10**9, 10**9 + MOST_UNKNOWN + 3):
        middleware.state(unknown)
    assert list(middleware.known) == [known.id]
    assert len(middleware.unknown) == MOST_UNKNOWN


def test_nobody_waits_any_more_once_a_read_has_hung_for_half_a_second(live_app: Flask) -> None:
    seats = SeatState(live_app.wsgi_app, live_app)
    now = time.monotonic()

    assert 0 < seats._patience() <= HANGING_SECONDS
    seats.begun = {1: now - HANGING_SECONDS, 2: now}
    assert seats._patience() == 0


def test_the_answer_carries_what_every_answer_carries(live: Factory, live_app: Flask) -> None:
    performance = live.performance(seats=4)
    live.commit()
    browser = live_app.test_client()
    seats, page = browser.get(f"/performances/{performance.id}/seats.bin"), browser.get("/livez")
    unchanged = browser.get(
        f"/performances/{performance.id}/seats.bin",
        headers={"If-None-Match": seats.headers["ETag"]},
    )

    own = {"Content-Type", "Content-Length", "Cache-Control", "Vary"}
    for name in {name for name, _ in page.headers} - own:
        assert seats.headers[name]
        assert unchanged.headers[name]
    assert seats.headers["Content-Security-Policy"] == page.headers["Content-Security-Policy"]
    assert seats.headers["X-Request-Id"] != unchanged.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "evil.example", "127.0.0.1:x"],
)
def test_it_answers_to_the_names_the_application_answers_to(
    live: Factory, live_app: Flask, host: str
) -> None:
    performance = live.performance(seats=4)
    live.commit()
    browser, headers = live_app.test_client(), {"Host": host}
    seats = browser.get(f"/performances/{performance.id}/seats.bin", headers=headers)

    assert seats.status_code == browser.get("/livez", headers=headers).status_code
