"""Text size and language are remembered per browser, and nobody is led away."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def test_large_text_and_language_are_remembered_and_shown(client: FlaskClient) -> None:
    answer = client.get("/display?size=large&lang=en&next=/offline")
    assert (answer.status_code, answer.location) == (303, "/offline")
    page = client.get("/offline").text
    assert '<html lang="en" data-size="large">' in page


def test_a_page_is_chinese_and_standard_at_first(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/offline").text


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\x", ""]
)
def test_display_leads_only_to_pages_of_this_site(client: FlaskClient, target: str) -> None:
    answer = client.get("/display", query_string={"size": "large", "next": target})
    assert answer.location == "/"


@pytest.mark.parametrize("asked", [{"size": "huge"}, {"lang": "xx"}, {"lang": "zh\x00"}, {}])
def test_unknown_displays_are_not_remembered(client: FlaskClient, asked: dict[str, str]) -> None:
    answer = client.get("/display", query_string=asked)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
