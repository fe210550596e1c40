"""The head house: a palace without one says so, and rules that would break a promise are refused."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from palace.db import db
from tests.factory import Factory


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/about"), ("POST", "/sign-in")]
)
def test_a_palace_that_is_not_set_up_says_so(client: FlaskClient, method: str, path: str) -> None:
    fields = {"phone": "13800138000"} if method == "POST" else None
    page = client.open(path, method=method, data=fields)
    told = client.open(path, method=method, data=fields, headers={"Accept": "application/json"})

    assert (page.status_code, "还没有设置好" in page.text) == (503, True)
    assert (told.status_code, told.get_json()["code"]) == (503, "not_set_up")


def test_challenges_are_kept_as_long_as_a_day_counts_them(make: Factory) -> None:
    make.rules().challenge_keep_days = 0
    with pytest.raises(IntegrityError, match="ck_house_rules_positive"):
        db.session.flush()
