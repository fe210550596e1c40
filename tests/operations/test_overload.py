"""Who comes when all places are taken is told so at once, in words, and loses nothing."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace.lifecycle import COME_BACK
from palace.overload import AT_ONCE, WAITING, Lane, lane_of
from palace.run import children
from tests.factory import Factory
from tests.operations.conftest import middleware


def test_a_lane_lets_in_so_many_and_has_so_many_wait() -> None:
    lane = Lane(at_once=1, waiting=1)
    verdicts: list[bool] = []

    def come() -> None:
        with lane.entered(patience=30) as inside:
            verdicts.append(inside)

    waiting = threading.Thread(target=come)
    with lane.entered() as inside:
        assert inside
        waiting.start()
        while lane._places._value:
            pass
        come()
        assert verdicts == [False]
    waiting.join()
    assert verdicts == [False, True]
    come()
    assert verdicts == [False, True, True]


def test_nobody_waits_for_ever_and_a_place_is_given_back() -> None:
    lane = Lane(at_once=1, waiting=1)
    with lane.entered():
        for _ in range(3):
            with lane.entered(patience=0.01) as inside:
                assert not inside
    with lane.entered() as inside:
        assert inside


def test_a_place_is_given_back_after_a_crash() -> None:
    lane = Lane(at_once=1, waiting=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), lane.entered() as inside:
            assert inside / 0
    with lane.entered() as inside:
        assert inside


@pytest.mark.parametrize(("language", "words"), [("zh", "现在人太多了"), ("en", "Many people")])
@pytest.mark.parametrize("size", ["large", "standard"])
def test_a_page_comes_back_by_itself(
    client: FlaskClient, full: Callable[[str], None], language: str, words: str, size: str
) -> None:
    full("reading")
    client.set_cookie("size", size, domain="127.0.0.1")
    page = client.get(
        "/performances?kind=opera", headers={"Accept-Language": language, "Host": "127.0.0.1"}
    )
    assert (page.status_code, words in page.text) == (503, True)
    assert COME_BACK <= int(page.headers["Refresh"]) < 2 * COME_BACK
    assert page.headers["Retry-After"] == page.headers["Refresh"]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Content-Security-Policy"]
    assert 'href="/performances?kind=opera"' in page.text
    assert ('data-size="large"' in page.text) == (size == "large")


def test_what_was_typed_is_sent_again_with_the_same_key(
    client: FlaskClient, full: Callable[[str], None]
) -> None:
    full("acting")
    typed = {"csrf_token": "t", "key": "the-same-key", "seats": ["A-1", "A-2"], "note": "<b>"}
    page = client.post("/performances/1/hold", data=typed)
    assert page.status_code == 503
    assert 'action="/performances/1/hold"' in page.text
    for name, value in (("key", "the-same-key"), ("seats", "A-1"), ("seats", "A-2")):
        assert f'name="{name}" value="{value}"' in page.text
    assert "&lt;b&gt;" in page.text
    assert "Refresh" not in page.headers


def test_a_program_is_told_as_problem_json(
    client: FlaskClient, full: Callable[[str], None]
) -> None:
    full("acting")
    told = client.post(
        "/performances/1/hold", json={"count": 1}, headers={"Accept": "application/json"}
    )
    assert (told.status_code, told.mimetype) == (503, "application/problem+json")
    assert told.get_json()["code"] == "overloaded"
    assert told.get_json()["request_id"] == told.headers["X-Request-Id"]
    assert told.headers["Retry-After"].isdigit()


def test_what_a_program_sent_is_read_before_it_is_told_to_come_back(
    client: FlaskClient, full: Callable[[str], None]
) -> None:
    full("acting")
    sent = io.BytesIO(b'{"count": 1}')
    told = client.post(
        "/performances/1/hold",
        input_stream=sent,
        content_length=12,
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert (told.status_code, sent.read()) == (503, b"")


def test_who_sends_slowly_keeps_nobody_from_being_told(
    app: Flask, client: FlaskClient, full: Callable[[str], None]
) -> None:
    full("acting")
    middleware(app)._ears = threading.Semaphore(0)
    told = client.post("/performances/1/hold", data={"key": "k" * 8, "seats": "A-1"})
    assert (told.status_code, "A-1" in told.text) == (503, False)


def test_more_than_the_largest_body_is_not_kept(
    client: FlaskClient, full: Callable[[str], None]
) -> None:
    full("acting")
    page = client.post("/sign-in", data={"phone": "1" * 100_000})
    assert (page.status_code, "<form" in page.text) == (503, False)


def test_readers_and_buyers_do_not_shut_each_other_out(
    client: FlaskClient, full: Callable[[str], None], make: Factory
) -> None:
    full("acting")
    assert client.get("/mine").status_code == 503
    make.site()
    assert client.get("/about").status_code == 200
    full("reading")
    assert client.get("/performances").status_code == 503
    for path in ("/livez", "/static/palace.css"):
        with client.get(path) as answer:
            assert answer.status_code == 200
    assert client.get("/mine", headers={"Host": "evil.example"}).status_code == 400


def test_the_server_has_a_thread_for_everybody_who_waits(app: Flask) -> None:
    web = children(app.extensions["palace"], {}, app.extensions["palace"].state)[0]
    words = web._words
    threads = int(words[words.index("--blocking-threads") + 1])
    assert threads > sum(AT_ONCE.values()) + sum(WAITING.values())
    assert int(words[words.index("--backpressure") + 1]) >= 2000


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/", "reading"),
        ("HEAD", "/performances/1", "reading"),
        ("GET", "/performances/1/rows", "reading"),
        ("POST", "/performances/1/hold", "acting"),
        ("GET", "/mine", "acting"),
        ("GET", "/tickets/abc", "acting"),
        ("GET", "/tickets/abc.pdf", "paper"),
        ("GET", "/tickets/abc.png", "paper"),
        ("POST", "/door/1/admit", "working"),
        ("GET", "/staff/health", "working"),
        ("GET", "", "acting"),
    ],
)
def test_buyers_doors_readers_and_paper_wait_in_lanes_of_their_own(
    method: str, path: str, lane: str
) -> None:
    assert lane_of(method, path) == lane
