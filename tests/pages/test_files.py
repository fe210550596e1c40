"""Files are kept for ever under the hash of their content, and travel compressed."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace import addresses
from palace.addresses import FOREVER, address, static_url
from tests.factory import Factory

PAGE_LIMIT = 150_000


def fetched(
    client: FlaskClient, address: str, headers: dict[str, str] | None = None
) -> TestResponse:
    """Return an answer read to its end, so that its file is closed."""
    return client.get(address, headers=headers, buffered=True)


def test_a_file_with_its_own_hash_is_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = static_url("palace.css")
    assert re.fullmatch(r"/static/palace\.css\?v=[0-9a-f]{12}", address)
    assert fetched(client, address).headers["Cache-Control"] == FOREVER


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_a_file_under_another_hash_is_asked_for_again(client: FlaskClient, query: str) -> None:
    kept = fetched(client, f"/static/palace.css{query}").headers["Cache-Control"]
    assert "no-cache" in kept
    assert "immutable" not in kept


def test_a_file_that_set_up_did_not_bring_has_an_address_all_the_same(app: Flask) -> None:
    with app.test_request_context():
        assert static_url("vendor/missing.js") == "/static/vendor/missing.js"


def test_only_addresses_without_a_person_s_code_are_remembered(app: Flask) -> None:
    kept = addresses._address.cache_info().currsize
    with app.test_request_context():
        assert address("tickets.order", code="a" * 20) == f"/orders/{'a' * 20}"
        assert address("pages.display", lang="en", next="/mine") == "/display?lang=en&next=/mine"
        assert addresses._address.cache_info().currsize == kept
        for number in (123456, 123457):
            assert (
                address("tickets.performance", performance_id=number) == f"/performances/{number}"
            )
        assert addresses._address.cache_info().currsize == kept + 2


@pytest.mark.parametrize(("wanted", "got"), [("br, gzip", "br"), ("gzip", "gzip")])
@pytest.mark.parametrize("address", ["/offline", "/static/palace.css", "/sw.js"])
def test_text_travels_compressed(client: FlaskClient, address: str, wanted: str, got: str) -> None:
    plain = fetched(client, address)
    small = fetched(client, address, {"Accept-Encoding": wanted})
    assert small.headers["Content-Encoding"] == got
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    unpacked = brotli.decompress(small.data) if got == "br" else gzip.decompress(small.data)
    assert without_numbers(unpacked) == without_numbers(plain.data)
    assert len(small.data) < len(plain.data)


def without_numbers(page: bytes) -> bytes:
    """Return a page without its CSRF tokens, which differ from answer to answer."""
    return re.sub(rb'value="[\w.-]{40,}"', b"", page)


def test_short_answers_stay_as_they_are(client: FlaskClient) -> None:
    answer = client.get("/livez", headers={"Accept-Encoding": "br"})
    assert answer.data == b"ok\n"
    assert "Content-Encoding" not in answer.headers


def test_a_compressed_file_is_not_sent_twice(client: FlaskClient) -> None:
    first = fetched(client, "/static/palace.css", {"Accept-Encoding": "br"})
    again = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    assert fetched(client, "/static/palace.css", again).status_code == 304


def test_the_first_load_of_a_page_is_light(client: FlaskClient, make: Factory) -> None:
    make.site()
    packed = {"Accept-Encoding": "gzip"}
    page = client.get("/about", headers={**packed, "Accept": "text/html"})
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', gzip.decompress(page.data).decode())
    assert files
    total = len(page.data) + sum(len(fetched(client, file, packed).data) for file in files)
    assert total < PAGE_LIMIT


def test_the_service_worker_answers_for_the_whole_site(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert re.match(r'const VERSION = "[0-9a-f]{12}";\nconst FILES = \["/static/', answer.text)
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_manifest_names_the_palace(client: FlaskClient) -> None:
    described = client.get("/manifest.webmanifest").get_json(force=True)
    assert described["start_url"] == "/"
    assert described["name"]
