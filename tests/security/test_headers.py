"""What every answer says and keeps to itself: headers, cookies, Referers, the log of a crash."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from palace import create_app
from palace.config import Settings
from palace.db import db
from palace.headers import CSP
from palace.lifecycle import JsonLines
from tests.conftest import Browser
from tests.factory import Factory

BROKEN = ["http://[", "http://127.0.0.1:port/", "http://127.0.0.1:99999/"]
ROW = "张三丰 13800138000"
ENDS = """
from palace.lifecycle import log_to_stderr
from sqlalchemy.exc import IntegrityError
log_to_stderr()
try:
    raise IntegrityError("INSERT", {}, Exception("Failing row contains (13800138000)"))
except IntegrityError as error:
    raise ValueError(f"not stored: {error}")
"""


@pytest.fixture
def careful(app: Flask) -> Iterator[Flask]:
    """Let the application ask forms for their proof of origin for a while."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def token(page: TestResponse) -> str:
    """Return the proof of origin a page's form carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_a_page_with_a_form_is_kept_by_nobody(careful: Flask, make: Factory) -> None:
    make.site()
    browser = careful.test_client()
    first, again = browser.get("/sign-in"), browser.get("/sign-in")

    assert "Set-Cookie" in first.headers
    for page in (first, again):
        assert token(page)
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in page.headers["Vary"]


def test_a_page_without_anything_personal_may_be_kept(client: FlaskClient, make: Factory) -> None:
    make.site()
    page = client.get("/about")

    assert "Set-Cookie" not in page.headers
    assert "Cache-Control" not in page.headers
    assert {"Accept", "Accept-Language", "Cookie"} <= {*page.vary}


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://localhost/performances?left=1", 'href="/performances?left=1">返回上一页'),
        ("http://evil.example/sign-in", None),
        ("http://localhost.evil.example/", None),
        ("http://localhost//evil.example/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_way_back_stays_in_the_house(
    client: FlaskClient, make: Factory, referrer: str, back: str | None
) -> None:
    make.site()
    page = client.get("/nowhere", headers={"Referer": referrer}).text
    assert "evil.example" not in page
    assert (back in page) if back else ("返回上一页" not in page)


def test_no_other_page_may_frame_ours(client: FlaskClient) -> None:
    headers = client.get("/livez").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_who_invents_addresses_is_throttled_all_the_same(
    client: FlaskClient, make: Factory
) -> None:
    make.site()
    tries = [
        client.post(
            "/staff/sign-in",
            data={"login": "admin", "password": "x"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert tries == [422] * 10 + [429]


def test_behind_one_proxy_only_what_it_saw_itself_counts(app: Flask) -> None:
    demo: Settings = app.extensions["palace"]
    house = create_app(replace(demo, demo=False, public_url="https://127.0.0.1", proxies=1))

    with house.test_client() as browser:
        browser.get("/livez", headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.7"})
        assert request.remote_addr == "192.0.2.7"


def test_a_refused_form_has_a_request_id_too(careful: Flask, make: Factory) -> None:
    make.site()
    refused = careful.test_client().post("/sign-in", headers={"Accept": "application/json"})

    assert refused.get_json()["code"] == "page_stale"
    assert refused.get_json()["request_id"] == refused.headers["X-Request-Id"] != ""


@pytest.mark.parametrize("referrer", BROKEN)
def test_an_unreadable_referer_is_as_good_as_none(
    careful: Flask, make: Factory, referrer: str
) -> None:
    make.site()
    https = "https://127.0.0.1"
    browser = careful.test_client()
    fields = {"phone": "x", "csrf_token": token(browser.get("/sign-in", base_url=https))}

    refused = browser.post("/sign-in", base_url=https, data=fields, headers={"Referer": referrer})
    passed = browser.post(
        "/sign-in", base_url=https, data=fields, headers={"Referer": f"{https}/sign-in"}
    )
    assert (refused.status_code, "页面已过期" in refused.text) == (400, True)
    assert passed.status_code == 422  # it is the phone that is wrong


@pytest.mark.parametrize("referrer", BROKEN)
def test_who_must_sign_in_first_is_asked_to_whatever_the_referer(
    client: FlaskClient, make: Factory, referrer: str
) -> None:
    make.site()
    asked = client.post("/mine/calendar", headers={"Referer": referrer})

    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/")


def test_on_the_network_the_palace_answers_to_its_own_address(app: Flask) -> None:
    demo: Settings = app.extensions["palace"]
    url = "http://192.168.1.5:8000"
    shown = Settings.from_env(
        {"PALACE_DEMO": "1", "LAN": "1", "PUBLIC_URL": url, "PALACE_STATE": str(demo.state)}
    )
    lan = create_app(
        replace(
            shown,
            database_url=demo.database_url,
            database_owner_url=demo.database_owner_url,
            keys_file=demo.keys_file,
        )
    )
    lan.test_client_class = Browser

    assert lan.test_client().get("/livez", base_url=url).status_code == 200
    for host in ("evil.example", "192.168.1.6:8000"):
        assert lan.test_client().get("/livez", headers={"Host": host}).status_code == 400


def test_a_house_over_tls_says_so_in_every_answer(app: Flask) -> None:
    demo: Settings = app.extensions["palace"]
    real = replace(demo, demo=False, public_url="https://127.0.0.1", proxies=1)
    house = create_app(real)
    house.test_client_class = Browser

    answer = house.test_client().get("/livez")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Content-Security-Policy"] == CSP


def logged(error: Exception) -> str:
    """Return the log line of a crash."""
    kind = (type(error), error, error.__traceback__)
    return JsonLines().format(logging.LogRecord("palace", 40, "", 0, "crash", (), kind))


def refused_row() -> None:
    """Have PostgreSQL refuse a row with a name in it, and pass its words on."""
    try:
        db.session.execute(
            text("INSERT INTO members (name, phone, calendar_generation) VALUES (:row, :row, 0)"),
            {"row": ROW},
        )
    except IntegrityError as error:
        raise ValueError(f"not stored: {error}") from error


def test_the_log_of_a_crash_quotes_no_row(app: Flask) -> None:
    with pytest.raises(ValueError, match=ROW) as crash:
        refused_row()

    line = logged(crash.value)
    assert ROW not in line
    assert "13800138000" not in line
    assert "23514 ck_members_calendar_generation" in line
    assert "in refused_row" in line
    assert "sqlalchemy.exc.IntegrityError" in line


def test_the_log_of_another_crash_says_what_happened() -> None:
    with pytest.raises(KeyError) as crash:
        os.environ["ZONE"]
    assert "KeyError: 'ZONE'" in json.loads(logged(crash.value))["trace"][0]


def test_what_ends_a_process_is_logged_with_the_same_care() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDS], check=False, capture_output=True, text=True
    )

    assert json.loads(ended.stderr)["message"] == "ended"
    assert "13800138000" not in ended.stderr
