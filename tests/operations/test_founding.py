"""A palace is set up once, with its name, its seal and somebody who may do everything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

from palace.config import Settings
from tests.conftest import Browser, migrated_app
from tests.operations.commands import refused, said, typed

ASKED = [
    "--name-zh", "阳泉市工人文化宫", "--name-en", "Yangquan Workers' Palace", "--seal", "阳泉文宫",
    "--admin", "admin", "--admin-name", "马晓东",
]  # fmt: skip


def found(settings: Settings, *words: str, given: str = "") -> tuple[int, str]:
    """Type `palace setup`; return its exit code and all it said."""
    command = typed(settings, "setup", *words)
    told, complaint = command.communicate(given, timeout=60)
    return command.returncode, told + complaint


def test_the_first_administrator_comes_in_and_there_is_no_demonstration(real: Settings) -> None:
    code, told = found(real, *ASKED)
    assert code == 0, told
    password = re.search(r"Password \(shown once\): (\S+)", told)
    assert password

    assert "already" in refused(real, "setup", *ASKED)

    with migrated_app(replace(real, trusted_hosts=("localhost",))) as app:
        look_around(app, password[1])


def look_around(app: Flask, password: str) -> None:
    """See the new palace as a stranger and as its administrator."""
    app.test_client_class = Browser
    browser = app.test_client()
    assert "阳泉市工人文化宫" in browser.get("/").text
    assert browser.get("/demo/messages").status_code == 404
    form = {"login": "admin", "password": password}
    entered = browser.post("/staff/sign-in", data=form, base_url="https://localhost")
    assert entered.headers["Location"] == "/staff/sign-in/enrol"
    page = browser.get("/staff/sign-in/enrol", base_url="https://localhost").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret
    assert "演示模式" not in page
    first = {"code": pyotp.TOTP(secret[1].replace(" ", "")).now()}
    done = browser.post("/staff/sign-in/enrol", data=first, base_url="https://localhost")
    assert done.status_code == 200, done.text
    assert browser.get("/staff", base_url="https://localhost").status_code == 200


def test_what_is_asked_for_can_be_typed(real: Settings) -> None:
    answers = "\n".join(["阳泉市工人文化宫", "Yangquan", "阳泉", "阳泉文宫", "admin", "马晓东", ""])
    code, told = found(real, given=answers)
    assert code == 0, told
    assert "four characters" in told


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--seal", "文宫", "four characters"),
        ("--seal", "文 宫!", "four characters"),
        ("--name-zh", "  ", "1 and 60"),
        ("--name-en", "x" * 61, "1 and 60"),
        ("--admin", "Admin", "small letters"),
        ("--admin-name", "马", "2 to 30"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    real: Settings, option: str, value: str, says: str
) -> None:
    code, told = found(real, *ASKED, option, value)
    assert code == 2
    assert says in told
    engine = create_engine(real.database_owner_url or "", poolclass=NullPool)
    with engine.connect() as connection:
        assert not connection.scalar(text("SELECT to_regclass('sites')"))


def test_a_demonstration_never_becomes_a_palace(real: Settings) -> None:
    demo = replace(real, demo=True, public_url="http://127.0.0.1:8000", proxies=0)
    loading = typed(demo, "demo", "load")
    loading.communicate(timeout=100)

    code, told = found(real, *ASKED)

    assert code == 1
    assert "can never become a real one" in told


@pytest.mark.parametrize(
    "words",
    [
        ("staff", "add", "wang", "王丽", "door"),
        ("staff", "leave", "wang"),
        ("backup",),
        ("keys", "list"),
        ("keys", "rotate", "ticket"),
    ],
)
def test_before_a_palace_is_set_up_the_other_commands_say_so(
    real: Settings, words: tuple[str, ...]
) -> None:
    assert "No palace is set up here yet. Type: palace setup" in refused(real, *words)
    assert not real.keys_file.exists()


def test_tables_alone_are_no_palace(real: Settings) -> None:
    assert "before: none" in said(real, "migrate")
    assert "No palace is set up here yet" in refused(real, "backup")


def test_a_database_that_is_away_is_no_trace(real: Settings, tmp_path: Path) -> None:
    away = replace(real, database_url=f"postgresql+psycopg://palace_app@/palace?host={tmp_path}")
    assert "The database does not answer" in refused(away, "staff", "leave", "wang")
