"""The throttle: counts outlive refused requests, are exact in parallel, and forget in time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from palace import throttle
from palace.db import side_engine
from palace.throttle import TableStorage
from tests.factory import Factory
from tests.members.browser import JSON


@pytest.fixture
def storage(app: Flask) -> TableStorage:
    """Return the storage the limiter uses."""
    return TableStorage("palace://")


def test_hits_are_counted_until_the_window_ends(storage: TableStorage) -> None:
    assert [storage.incr("k", 60), storage.incr("k", 60), storage.incr("k", 60, 3)] == [1, 2, 5]
    assert storage.get("k") == 5
    assert 0 < storage.get_expiry("k") - time.time() <= 60
    with side_engine().connect() as connection:
        connection.execute(text("UPDATE throttle SET ends_at = palace_clock()"))

    assert storage.get("k") == 0
    assert storage.incr("k", 60) == 1


def test_keys_do_not_share_a_count(storage: TableStorage) -> None:
    storage.incr("a", 60)
    assert storage.incr("b", 60) == 1
    storage.clear("a")
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    assert storage.get_expiry("nobody") == pytest.approx(time.time(), abs=5)
    assert storage.check()
    assert storage.reset() == 1


def test_parallel_hits_are_all_counted(app: Flask, storage: TableStorage) -> None:
    def hit(_: int) -> int:
        with app.app_context():
            return storage.incr("race", 60)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(hit, range(80))) == list(range(1, 81))


def test_what_is_typed_too_often_is_refused_with_the_minutes_to_wait(
    client: FlaskClient, make: Factory
) -> None:
    make.site()
    statuses = [client.post("/sign-in", data={"phone": "x"}).status_code for _ in range(60)]
    refused = client.post("/sign-in", data={"phone": "x"}, headers=JSON)
    page = client.post("/sign-in", data={"phone": "x"})

    assert set(statuses) == {422}
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_tries")
    assert "请1分钟后再试" in refused.get_json()["title"]
    assert page.status_code == 429
    assert client.get("/sign-in").status_code == 200  # looking is free


def test_another_address_is_not_held_up(client: FlaskClient, make: Factory) -> None:
    make.site()
    for _ in range(61):
        client.post("/sign-in", data={"phone": "x"})

    other = client.post(
        "/sign-in", data={"phone": "x"}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix:", "unix:"),
    ],
)
def test_of_an_ipv6_address_the_network_counts(app: Flask, address: str, counted_as: str) -> None:
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert throttle.client_address() == counted_as


def test_the_table_holds_no_address(client: FlaskClient, make: Factory) -> None:
    make.site()
    client.post("/sign-in", data={"phone": "x"}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})

    with side_engine().connect() as connection:
        keys = connection.execute(text("SELECT key FROM throttle")).scalars().all()
    assert keys
    assert not [key for key in keys if "203.0.113" in key]
