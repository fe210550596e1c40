"""The packed seat state: two bits a seat, true within a quarter of a second, 304 while unchanged."""

from __future__ import annotations

import time
from datetime import timedelta

from flask import Flask

from palace import clock
from palace.tickets import services
from palace.tickets.rules import KeptFor, Wish
from palace.tickets.seatstate import pack
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
