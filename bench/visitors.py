"""Members who are signed in already: rows in bulk, cookies as the web itself would sign them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from bench.clients import Ask
from bench.house import BenchFailed, House

FIRST = 1_000_000  # ids of visitors start behind those the sequences give
COUNT = 36_000
BUSY = FIRST + COUNT + 1  # a member with a full calendar, who buys nothing
COOKIE = "palace"
NUMBERS = itertools.count(1)
JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, br", "Accept-Language": "zh-CN"}

ROWS = """
INSERT INTO units (id, code, kind, name_zh) OVERRIDING SYSTEM VALUE
VALUES ({first}, 'bench', 'basic', '第一出租汽车公司工会');
INSERT INTO roster_entries (id, unit_id, card_number, name, phone) OVERRIDING SYSTEM VALUE
SELECT {first} + n, {first}, 'BN' || n, '张建华', '137' || lpad(n::text, 8, '0')
FROM generate_series(1, {count} + 1) AS n;
INSERT INTO members (id, phone, name, roster_entry_id, calendar_generation) OVERRIDING SYSTEM VALUE
SELECT id, phone, name, id, 1 FROM roster_entries WHERE id > {first};
INSERT INTO sign_ins (token_hash, member_id, expires_at)
SELECT sha256(convert_to('visitor-' || id, 'UTF8')), id, now() + interval '90 days'
FROM members WHERE id > {first};
INSERT INTO staff (id, login, name, password_hash) OVERRIDING SYSTEM VALUE
VALUES ({first}, 'bench-door', '王丽', '!');
INSERT INTO posts (staff_id, role, granted_by) VALUES ({first}, 'door', 'system');
INSERT INTO sign_ins (token_hash, staff_id, expires_at)
VALUES (sha256(convert_to('steward', 'UTF8')), {first}, now() + interval '90 days');
ANALYZE;
"""


@dataclass(frozen=True)
class Visitor:
    """A signed-in browser: the member's id, its cookie, and the token its forms carry."""

    member_id: int
    cookie: str
    csrf: str

    def get(self, path: str) -> Ask:
        """Return a look at a page, as a phone's browser asks for it."""
        return Ask(path, headers=BROWSER | {"Cookie": self.cookie})

    def post(self, path: str, fields: dict[str, str]) -> Ask:
        """Return a form sent from a page."""
        form = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields | {"csrf_token": self.csrf})
        return Ask(path, "POST", BROWSER | form, body)

    def post_json(self, path: str, body: str) -> Ask:
        """Return a command as outside programs send it."""
        kind = {"Cookie": self.cookie, "Content-Type": "application/json"}
        return Ask(path, "POST", JSON | kind | {"X-CSRFToken": self.csrf}, body)


def bring_in(house: House) -> None:
    """Add the members and one door steward, each with a sign-in."""
    with house.admin() as connection:
        connection.execute(ROWS.format(first=FIRST, count=COUNT).encode())


def visitors(house: House, count: int) -> list[Visitor]:
    """Return members nobody used yet: limits per member and month never refuse them.

    Raises:
        BenchFailed: all are used.
    """
    numbers = list(itertools.islice(NUMBERS, count))
    if numbers[-1] > COUNT:
        raise BenchFailed("more visitors are wanted than there are")
    return [_signed_in(house.app, FIRST + number) for number in numbers]


def steward(house: House) -> Visitor:
    """Return the browser at the door."""
    return _cookie(house.app, FIRST, "steward")


def _signed_in(app: Flask, member_id: int) -> Visitor:
    return _cookie(app, member_id, f"visitor-{member_id}")


def _cookie(app: Flask, person_id: int, token: str) -> Visitor:
    with app.app_context(), app.test_request_context():
        session["_user_id"] = token
        csrf = generate_csrf()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the default interface's
        return Visitor(person_id, f"{COOKIE}={signer.dumps(dict(session))}", csrf)
