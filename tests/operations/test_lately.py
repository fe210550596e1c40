"""What is on stays readable while the database does not answer: a stranger's last page, with its hour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from palace import clock, lately
from tests.factory import Factory

SAID = re.compile(r"这是(\d\d:\d\d)的情况")
TITLE = "晋剧《打金枝》"
JSON = {"Accept": "application/json"}
Away = Callable[[], None]


@pytest.fixture(autouse=True)
def forgotten(app: Flask) -> Iterator[None]:
    """Let every test begin and end with nothing remembered."""
    app.extensions.pop("palace_lately", None)
    yield
    app.extensions.pop("palace_lately", None)


@pytest.fixture
def away(make: Factory, monkeypatch: pytest.MonkeyPatch) -> Away:
    """Return what takes the database away."""

    def fail() -> None:
        raise OperationalError("", {}, ConnectionError())

    def go() -> None:
        make.commit()
        monkeypatch.setattr(clock, "now", fail)

    return go


@pytest.fixture
def pages(make: Factory) -> list[str]:
    """Return the addresses of a programme's pages."""
    return ["/", "/performances", f"/productions/{make.performance().production_id}"]


def test_the_programme_is_shown_as_it_was_with_its_hour(
    client: FlaskClient, pages: list[str], away: Away
) -> None:
    before = {path: client.get(path).text for path in pages}
    away()

    for path in pages:
        page = client.get(path)
        assert (page.status_code, TITLE in page.text) == (200, True)
        assert SAID.search(page.text)
        note = re.search(r'<div class="say" role="status"><p>这是.*?</p></div>', page.text)
        assert note
        assert page.text.replace(note[0], "") == before[path]
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["Content-Security-Policy"]
        assert "Retry-After" not in page.headers
        assert client.get(path, headers=JSON).status_code == 503


def test_it_is_shown_when_too_many_come(
    client: FlaskClient, pages: list[str], full: Callable[[str], None]
) -> None:
    assert client.get("/performances").status_code == 200
    full("reading")

    page = client.get("/performances")
    assert (page.status_code, TITLE in page.text, bool(SAID.search(page.text))) == (200, True, True)
    assert page.headers["Content-Security-Policy"]
    assert client.get("/").status_code == 503  # nobody was there


@pytest.mark.parametrize("asked", ["?kind=opera", "?x=1"])
def test_what_was_asked_with_a_filter_is_not_answered_without(
    client: FlaskClient, pages: list[str], away: Away, asked: str
) -> None:
    client.get(f"/performances{asked}")
    client.get("/performances")
    away()
    assert client.get(f"/performances{asked}").status_code == 503


def test_each_language_and_size_has_its_own(
    client: FlaskClient, pages: list[str], away: Away
) -> None:
    for language, size in (("zh", "standard"), ("en", "large")):
        client.set_cookie("lang", language)
        client.set_cookie("size", size)
        client.get("/performances")
    away()

    page = client.get("/performances").text
    assert "This is how it stood at" in page
    assert 'data-size="large"' in page
    client.set_cookie("lang", "zh")
    assert client.get("/performances").status_code == 503
    client.set_cookie("size", "standard")
    assert SAID.search(client.get("/performances").text)


def test_nothing_of_a_member_and_no_form_is_remembered(
    app: Flask, make: Factory, pages: list[str], away: Away
) -> None:
    performance = make.performance()
    member, stranger = app.test_client(), app.test_client()
    make.sign_in(member, make.member())
    for path in (*pages, f"/performances/{performance.id}"):
        member.get(path)
    stranger.get(f"/performances/{performance.id}")  # its form gives a cookie
    stranger.get("/performances")
    away()

    assert "palace_lately" not in app.extensions
    assert app.test_client().get("/performances").status_code == 503


def test_a_member_sees_the_strangers_page_meanwhile(
    app: Flask, make: Factory, pages: list[str], away: Away
) -> None:
    member = app.test_client()
    make.sign_in(member, make.member())
    app.test_client().get("/performances")
    away()
    assert SAID.search(member.get("/performances").text)
    assert member.get("/mine").status_code == 503


@pytest.mark.parametrize("oldest", [60, 0])
def test_what_is_too_old_is_not_shown(
    client: FlaskClient,
    pages: list[str],
    away: Away,
    monkeypatch: pytest.MonkeyPatch,
    oldest: float,
) -> None:
    client.get("/performances")
    away()
    monkeypatch.setattr(lately, "OLDEST", oldest)
    assert client.get("/performances").status_code == (200 if oldest else 503)


def test_no_more_are_kept_than_fit(
    app: Flask, client: FlaskClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lately, "MOST", 2)
    paths = [f"/productions/{make.performance().production_id}" for _ in range(3)]
    for path in (*paths, paths[1]):
        assert client.get(path).status_code == 200
    assert [path for path, *_ in app.extensions["palace_lately"]] == [paths[2], paths[1]]


def test_what_somebody_came_from_is_not_remembered(
    client: FlaskClient, pages: list[str], away: Away
) -> None:
    client.head("/", headers={"Referer": "http://localhost/orders/secret"})
    away()

    assert "secret" not in client.get("/").text
    assert len(pages) == 3
