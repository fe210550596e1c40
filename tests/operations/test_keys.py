"""Keys are rotated while people use the palace: the old stays valid until nothing depends on it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.agenda.queries import feed_secret
from palace.config import Settings
from palace.members.models import Challenge
from palace.members.services.codes import derived
from palace.rotation import forgettable, may_forget
from palace.security import (
    LATER,
    PURPOSES,
    BadKeys,
    Key,
    KeyRing,
    complete_keys,
    forget_keys,
    keys,
    load_keys,
    make_keys,
    rotate_keys,
)
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from palace.tickets.tokens import read_ticket_token, ticket_token
from tests.conftest import real_palace
from tests.factory import Factory
from tests.operations.commands import refused, said

NOW = datetime(2027, 3, 6, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def retired(purpose: str, ago: timedelta) -> Key:
    """Return a key that was retired so long before `NOW`."""
    return Key("aaaa", purpose, b"s", NOW - ago)


@pytest.fixture
def ring_file(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """Give the application a keys file of this test's own."""
    known = app.extensions["palace"]
    app.extensions["palace"] = replace(known, keys_file=tmp_path / "keys.json")
    make_keys(tmp_path / "keys.json")
    yield tmp_path / "keys.json"
    app.extensions["palace"] = known
    keys()


@pytest.fixture
def ticket(make: Factory) -> Ticket:
    """Return somebody's ticket."""
    performance = make.performance(seats=2)
    member = make.member()
    services.hold(member, performance.id, Wish(count=1), key="k" * 8, confirm=True)
    return make.tickets(performance)[0]


@pytest.mark.parametrize(
    ("key", "shows_end", "may"),
    [
        (Key("aaaa", "cookie", b"s"), None, False),
        (retired("cookie", timedelta(days=180) - MOMENT), None, False),
        (retired("cookie", timedelta(days=180)), None, True),
        (retired("code", timedelta(minutes=10) - MOMENT), None, False),
        (retired("code", timedelta(minutes=10)), None, True),
        (retired("ticket", timedelta()), None, True),
        (retired("ticket", timedelta(days=900)), NOW + MOMENT, False),
        (retired("ticket", timedelta(days=900)), NOW, True),
        (retired("calendar", timedelta(days=9000)), None, False),
    ],
)
def test_a_key_goes_when_nothing_depends_on_it(
    key: Key, shows_end: datetime | None, may: bool
) -> None:
    assert may_forget(key, NOW, shows_end) is may


def test_a_digest_key_goes_while_no_codes_depend_on_it(make: Factory) -> None:
    assert may_forget(retired("digest", timedelta()), NOW, None)


def test_everything_made_before_a_rotation_stays_valid_and_new_things_have_the_new_key(
    make: Factory, client: FlaskClient, ring_file: Path, ticket: Ticket
) -> None:
    make.sign_in(client, ticket.member)
    asked = Challenge(id=7, phone="13900000000", created_at=clock.now())
    before, token, code = keys(), ticket_token(ticket), derived(asked)
    feed = f"/calendars/{feed_secret(ticket.member)}.ics"

    rotate_keys(ring_file, PURPOSES, clock.now())

    assert client.get("/mine").status_code == 200
    assert client.get(feed).status_code == 200
    assert read_ticket_token(token) == read_ticket_token(ticket_token(ticket))
    assert derived(asked) == code
    assert ticket_token(ticket) != token
    assert f"/calendars/{feed_secret(ticket.member)}.ics" != feed
    for purpose in PURPOSES:
        assert keys().active(purpose).id != before.active(purpose).id


def test_what_a_forgotten_key_made_is_refused(
    make: Factory, client: FlaskClient, ring_file: Path, ticket: Ticket
) -> None:
    make.sign_in(client, ticket.member)
    token, feed = ticket_token(ticket), f"/calendars/{feed_secret(ticket.member)}.ics"
    old = [keys().active(purpose).id for purpose in PURPOSES]
    rotate_keys(ring_file, PURPOSES, clock.now())

    forget_keys(ring_file, old)

    assert client.get("/mine").status_code == 303
    assert client.get(feed).status_code == 404
    assert read_ticket_token(token) is None


def test_a_ticket_key_is_kept_until_the_show_of_an_old_ticket_is_over(
    make: Factory, ring_file: Path, ticket: Ticket
) -> None:
    rotate_keys(ring_file, ["ticket"], clock.now())
    [old] = [key for key in keys().all("ticket") if not key.active]

    assert forgettable(ticket.performance.ends_at - MOMENT) == []
    assert forgettable(ticket.performance.ends_at) == [old]


def test_a_code_is_told_by_the_key_of_its_time() -> None:
    first = Key("aaaa", "code", b"1", NOW - timedelta(days=2))
    second = Key("bbbb", "code", b"2", NOW)
    third = Key("cccc", "code", b"3")
    ring = KeyRing([second, third, first])

    assert ring.at("code", NOW - timedelta(days=3)) == first
    assert ring.at("code", NOW - timedelta(days=2)) == second
    assert ring.at("code", NOW - MOMENT) == second
    assert ring.at("code", NOW) == third


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys(path)
    threads = [threading.Thread(target=rotate_keys, args=(path, PURPOSES, NOW)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ring = load_keys(path)
    assert [len(ring.all(purpose)) for purpose in PURPOSES] == [13] * len(PURPOSES)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_unreadable_file_leaves_a_running_palace_with_its_keys(
    ring_file: Path, app: Flask
) -> None:
    known = keys()
    kept = ring_file.read_text()
    ring_file.write_text("{")
    assert keys() is known

    ring_file.write_text(kept)
    ring_file.chmod(0o644)
    os.utime(ring_file)
    assert keys() is known
    with pytest.raises(BadKeys, match="chmod 600"):
        load_keys(ring_file)


@pytest.fixture
def settings(live: Factory, tmp_path: Path) -> Settings:
    """Return the settings of a real palace that is set up, with keys of this test's own."""
    live.site()
    live.commit()
    make_keys(tmp_path / "keys.json")
    return real_palace(replace(live.app.extensions["palace"], keys_file=tmp_path / "keys.json"))


def test_the_commands_show_rotate_and_forget_without_a_secret(settings: Settings) -> None:
    assert "active from now on" in said(settings, "keys", "rotate", "digest", "calendar")
    listed = said(settings, "keys", "list")
    secrets = [row["secret"] for row in json.loads(settings.keys_file.read_text())["keys"]]
    assert listed.count("active") == len(PURPOSES)
    assert listed.count("retired") == 2
    assert not any(secret in listed for secret in secrets)

    assert "digest" in said(settings, "keys", "forget")
    old = [key.id for key in load_keys(settings.keys_file).all("calendar") if not key.active]
    assert "forgotten" in said(settings, "keys", "forget", *old)
    assert said(settings, "keys", "list").count("retired") == 0


def test_an_active_key_is_never_forgotten(settings: Settings) -> None:
    active = load_keys(settings.keys_file).active("cookie").id

    assert "Only retired keys" in refused(settings, "keys", "forget", active, code=2)
    assert load_keys(settings.keys_file).active("cookie").id == active


LOST = [
    ("keys", "list"),
    ("keys", "forget"),
    ("keys", "rotate", "ticket"),
    ("staff", "add", "wang", "王丽", "door"),
    ("backup",),
    ("migrate",),
    ("worker",),
]


@pytest.mark.parametrize("words", LOST)
def test_lost_keys_are_never_replaced_unasked(settings: Settings, words: tuple[str, ...]) -> None:
    settings.keys_file.unlink()

    assert "keys.json is missing: bring it back from its copy" in refused(settings, *words)
    assert not settings.keys_file.exists()


def test_only_a_full_rotation_makes_other_keys_for_lost_ones(settings: Settings) -> None:
    settings.keys_file.unlink()

    told = said(settings, "keys", "rotate")

    assert "was missing" in told
    assert "void" in told
    assert said(settings, "keys", "list").count("active") == len(PURPOSES)


@pytest.mark.parametrize("written", ["", "{", "[]", '{"keys": [1]}', '{"keys": [{"id": "aaaa"}]}'])
def test_a_broken_file_is_said_in_words_and_left_alone(tmp_path: Path, written: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(written)
    path.chmod(0o600)

    with pytest.raises(BadKeys, match="damaged"):
        load_keys(path)
    assert not make_keys(path)
    assert path.read_text() == written


def test_a_broken_file_is_no_trace_on_the_command_line(settings: Settings) -> None:
    settings.keys_file.write_text("{")

    assert "is damaged" in refused(settings, "keys", "rotate")


def test_an_upgrade_adds_the_keys_of_new_purposes_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    complete_keys(path)
    assert not path.exists()
    make_keys(path)
    older = json.loads(path.read_text())
    older["keys"] = [key for key in older["keys"] if key["purpose"] not in LATER]
    path.write_text(json.dumps(older))
    with pytest.raises(BadKeys):
        load_keys(path)

    complete_keys(path)
    first = path.read_text()
    complete_keys(path)

    assert path.read_text() == first
    assert json.loads(first)["keys"][: len(older["keys"])] == older["keys"]
    assert {key.purpose for key in map(load_keys(path).active, PURPOSES)} == set(PURPOSES)
