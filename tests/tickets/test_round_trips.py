"""How often a request talks to the database: what is asked together counts once, a transaction's end too.

BEGIN counts here, though it goes out with the first question.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from palace import clock
from palace.agenda import queries as agenda
from palace.coupons.queries import has_pools
from palace.db import db, transaction
from palace.members.models import Member
from palace.packages.queries import coming_lately
from palace.programme.models import Performance
from palace.tickets.models import Order, Ticket
from palace.tickets.views.shows import FRESH_SECONDS
from tests.asked import asked as statements
from tests.conftest import forget_the_programme, make_old
from tests.factory import Factory

KEYS = itertools.count(1)


@contextmanager
def round_trips(app: Flask) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile, transactions' ends included."""
    engines = [db.engine, app.extensions["palace_side_engine"]]
    with statements() as heard:
        ends = {
            "begin": lambda *_: heard.append("BEGIN"),
            "commit": lambda *_: heard.append("COMMIT"),
            "rollback": lambda *_: heard.append("ROLLBACK"),
        }
        for engine, (name, note) in itertools.product(engines, ends.items()):
            event.listen(engine, name, note)
        yield heard
    for engine, (name, note) in itertools.product(engines, ends.items()):
        event.remove(engine, name, note)


@pytest.fixture
def show(live: Factory) -> Performance:
    """Return a show with seats, two tiers and a quota of free tickets."""
    return live.performance(seats=[6, 6], prices={"free": 0, "member": 3000}, quotas={"free": 6})


@pytest.fixture
def member(live: Factory) -> Member:
    """Return a member."""
    return live.member()


@pytest.fixture
def browser(live: Factory, live_app: Flask, show: Performance, member: Member) -> FlaskClient:
    """Return the member's browser; statements and plans that are kept are known already."""
    browser = live_app.test_client()
    live.sign_in(browser, member)
    live.commit()
    hold(browser, show, "ST-02-06")
    for path in ("/", f"/performances/{show.id}"):
        browser.get(path)
    return browser


def hold(browser: FlaskClient, show: Performance, code: str, **fields: str) -> int:
    """Ask for one seat; return the answer's status."""
    accepted = {"Accept": fields.pop("accept", "text/html")}
    sent = {"key": f"round-trip-{next(KEYS)}", **fields} | ({"seats": code} if code else {})
    return browser.post(f"/performances/{show.id}/hold", data=sent, headers=accepted).status_code


def test_claiming_and_confirming_a_seat_of_a_full_blown_show_takes_9_round_trips(
    live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    with round_trips(live_app) as asked:
        assert hold(browser, show, "ST-01-01", confirm="1") == 303

    assert len(asked) <= 9, asked
    assert (asked[0], asked[-1], asked.count("COMMIT")) == ("BEGIN", "COMMIT", 1)


def test_the_answer_in_json_is_one_more_and_in_the_same_transaction(
    live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    with round_trips(live_app) as asked:
        status = hold(browser, show, "ST-01-01", confirm="1", accept="application/json")

    assert status == 201
    assert len(asked) <= 10, asked
    assert asked[-1] == "COMMIT"


def test_seats_that_are_found_for_somebody_take_the_search_and_a_savepoint_more(
    live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    with round_trips(live_app) as asked:
        assert hold(browser, show, "", count="2", confirm="1") == 303

    assert len(asked) <= 12, asked


def test_holding_and_confirming_alone(
    live_app: Flask, browser: FlaskClient, show: Performance, member: Member
) -> None:
    with round_trips(live_app) as held:
        assert hold(browser, show, "ST-01-01") == 303
    order = db.session.query(Order).order_by(Order.id.desc()).limit(1).one()
    with round_trips(live_app) as confirmed:
        assert browser.post(f"/orders/{order.code}/confirm").status_code == 303

    assert len(held) <= 8, held
    assert len(confirmed) <= 12, confirmed


def test_pages_ask_the_same_few_questions_however_much_is_on(
    live: Factory, live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    limits = {
        "/": (7, 12),
        f"/performances/{show.id}": (5, 10),
        f"/productions/{show.production_id}": (8, 12),
    }
    for _ in range(3):
        live.performance(seats=4, prices={"free": 0, "member": 3000}, quotas={"free": 2})
    live.commit()
    has_pools()  # read once in ten seconds, not at every page
    coming_lately()  # and packages once a second

    for (path, most), who in itertools.product(limits.items(), (0, 1)):
        visitor = browser if who else live_app.test_client()
        forget_the_programme(live_app)
        with round_trips(live_app) as asked:
            assert visitor.get(path).status_code == 200
        assert len(asked) <= most[who], (path, asked)


def test_the_programme_is_read_anew_once_a_second_and_not_more_often(
    live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    def left() -> tuple[int, bool]:
        with round_trips(live_app) as asked:
            body = browser.get("/", headers={"Accept": "application/json"}).get_json()
        return body["performances"][0]["left"], any("FROM claims" in words for words in asked)

    forget_the_programme(live_app)
    first, _ = left()
    hold(browser, show, "ST-01-01")
    assert left() == (first, False)

    make_old(live_app, "coming", FRESH_SECONDS)
    assert left() == (first - 1, True)


def test_an_unchanged_feed_is_one_question(
    live_app: Flask, browser: FlaskClient, show: Performance, member: Member
) -> None:
    hold(browser, show, "ST-01-01", confirm="1")
    path = f"/calendars/{agenda.feed_secret(member)}.ics"
    tag = browser.get(path).headers["ETag"]
    stranger = live_app.test_client()

    with round_trips(live_app) as asked:
        assert stranger.get(path, headers={"If-None-Match": tag}).status_code == 304

    assert [words for words in asked if words not in {"BEGIN", "ROLLBACK"}] == asked[1:-1]
    assert len(asked) == 3, asked


def test_a_page_that_only_reads_asks_the_clock_and_the_figures_of_the_house_once(
    live_app: Flask, browser: FlaskClient, show: Performance
) -> None:
    assert hold(browser, show, "ST-01-01", confirm="1") == 303
    code = db.session.query(Ticket).order_by(Ticket.id.desc()).limit(1).one().code
    has_pools()

    for path, most in (("/mine", 19), (f"/tickets/{code}", 15)):
        with round_trips(live_app) as asked:
            assert browser.get(path).status_code == 200
        assert sum("SELECT palace_clock()" in words for words in asked) == 1, asked
        assert sum("FROM house_rules" in words for words in asked) == 1, asked
        assert len(asked) <= most, asked


def test_a_transaction_and_a_form_read_the_clock_anew(live_app: Flask) -> None:
    with live_app.test_request_context("/"):
        assert clock.now() == clock.now()
        with transaction():
            assert clock.now() < clock.now()
    with live_app.test_request_context("/", method="POST"):
        assert clock.now() < clock.now()
