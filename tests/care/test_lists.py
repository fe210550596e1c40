"""Failed tasks, notices that wait and names to write by hand, as lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from palace import clock
from palace.care import services
from palace.db import db
from palace.members.rules import Role
from palace.notices.services import owe
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def admin(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return an administrator's browser."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    return client


def died(name: str, kind: str) -> int:
    """Make a task that failed for good; return its number."""
    made = text(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)"
        " VALUES ('default', :name, 'failed', 5) RETURNING id"
    )
    number: int = db.session.execute(made, {"name": f"palace:{name}"}).scalar_one()
    services.note_death(number, kind)
    return number


def test_failed_tasks_are_found_by_name_and_say_their_error(admin: FlaskClient) -> None:
    number = died("nightly_backup", "OSError")
    died("tidy", "ValueError")
    db.session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'palace:tidy')"
        )
    )
    (row,) = admin.get("/staff/tasks?task=backup", headers=JSON).get_json()["rows"]
    assert (row["number"], row["task"], row["tries"]) == (number, "nightly_backup", 5)
    assert row["error"] == "OSError"
    assert "ValueError" in admin.get("/staff/tasks").get_data(as_text=True)


def test_waiting_notices_show_no_number(admin: FlaskClient) -> None:
    now = clock.now()
    owe("sign_in_code", "challenge:1", "phone:13912345678", {}, now)
    owe("tickets_issued", "order:1", "member:5", {}, now - timedelta(minutes=1))
    owe("tickets_issued", "order:2", "member:5", {}, now)
    db.session.execute(
        text("UPDATE notices SET sent_at = now(), state = 'sent' WHERE subject = 'order:2'")
    )
    for accepted in ({}, JSON):
        told = admin.get("/staff/notices", headers=accepted).get_data(as_text=True)
        assert "13912345678" not in told
    rows = admin.get("/staff/notices", headers=JSON).get_json()["rows"]
    assert [(row["subject"], row["receiver"]) for row in rows] == [
        ("order:1", "member:5"),
        ("challenge:1", "…5678"),
    ]
    assert "短信验证码" in admin.get("/staff/notices?kind=sign_in_code").get_data(as_text=True)


def test_every_clerk_sees_the_names_no_font_has(app: Flask, make: Factory) -> None:
    make.site()
    values = {"ticket": "abcd", "pinyin": "Zhāng"}
    owe("unprintable_name", "ticket:1", "staff", values, clock.now() - timedelta(days=90))
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.COUNTER))
    (row,) = browser.get("/staff/names?pinyin=zh", headers=JSON).get_json()["rows"]
    assert (row["ticket"], row["pinyin"]) == ("abcd", "Zhāng")
