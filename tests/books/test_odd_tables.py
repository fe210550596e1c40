"""Tables no finance tool writes: an odd line is named, an odd file refused, and nothing breaks."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factory import Factory

NUMBERS, MOVED = "申请单号,发票号码,开票日期", "流水号,金额,手续费,时间"


@pytest.fixture(autouse=True)
def _house(make: Factory) -> None:
    make.site()


def sent(finance: FlaskClient, to: str, *lines: str) -> tuple[int, Any]:
    """Send a file, and return status and body of the answer."""
    answer = finance.post(
        f"/staff/books/{to}",
        data={"file": (io.BytesIO("\n".join(lines).encode()), "table.csv")},
        headers={"Accept": "application/json"},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("request_number", ["9" * 5000, "9" * 18, "9" * 19, "٧", "-1", "7.0"])
def test_a_number_that_is_no_requests_is_named(finance: FlaskClient, request_number: str) -> None:
    status, told = sent(finance, "numbers", NUMBERS, f"{request_number},12345678,2026-11-28")
    assert (status, [one["outcome"] for one in told["lines"]]) == (200, ["unknown"])


@pytest.mark.parametrize(
    ("to", "lines"),
    [
        ("numbers", (NUMBERS, "7,1234\x005678,2026-11-28")),
        ("provider", (MOVED, "pi_\x001,1,0,2026-11-27 10:00")),
    ],
)
def test_a_file_with_what_nobody_types_is_refused(
    finance: FlaskClient, to: str, lines: tuple[str, ...]
) -> None:
    assert sent(finance, to, *lines)[0] == 422


@pytest.mark.parametrize("moved_at", ["0001-01-01 00:00", "9999-12-31T23:59:59+00:00"])
def test_an_instant_no_clock_can_tell_is_named(finance: FlaskClient, moved_at: str) -> None:
    status, told = sent(finance, "provider", MOVED, f"pi_1,1,0,{moved_at}")
    assert (status, told["wrong"]) == (200, [2])


def test_the_largest_amount_is_written_down(finance: FlaskClient) -> None:
    line = "pi_1,9999999999.99,9999999999,2026-11-27 10:00"
    assert sent(finance, "provider", MOVED, line)[1]["new"] == 1
