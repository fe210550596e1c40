"""A person at a phone: asks for a code, reads it, types it in."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace.db import db
from palace.members import queries
from palace.members.models import Challenge, SignIn, Staff
from palace.members.services import code_now, code_of, confirm, new_secret, token_hash

PHONE = "13800138000"
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')
JSON = {"Accept": "application/json"}


def ask(client: FlaskClient, phone: str = PHONE, **more: Any) -> TestResponse:
    """Ask for a code."""
    return client.post("/sign-in", data={"phone": phone}, **more)


def challenges(phone: str = PHONE) -> list[Challenge]:
    """Return what was asked for a number, oldest first, as the database has it now."""
    wanted = select(Challenge).where(Challenge.phone == phone).order_by(Challenge.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def newest_code(phone: str = PHONE) -> str:
    """Return the code the phone received last."""
    return code_of(f"challenge:{challenges(phone)[-1].id}")


def wrong_code(phone: str = PHONE) -> str:
    """Return a code that fits none of a number's challenges."""
    good = {code_of(f"challenge:{challenge.id}") for challenge in challenges(phone)}
    return next(code for code in ("111111", "222222", "333333", "444444") if code not in good)


def enter(client: FlaskClient, code: str, **more: str) -> TestResponse:
    """Type a code in, and fill in `more`."""
    return client.post("/sign-in/code", data={"code": code, **more})


def pass_code(client: FlaskClient, phone: str = PHONE) -> TestResponse:
    """Ask for a code and type the right one in."""
    ask(client, phone)
    return enter(client, newest_code(phone))


def signed_in(client: FlaskClient) -> SignIn | None:
    """Return the sign-in this browser's cookie opens."""
    with client.session_transaction() as cookie:
        token = cookie.get("_user_id", "")
    found = queries.find_sign_in(token, token_hash(token))
    return db.session.get(SignIn, found.id, populate_existing=True) if found else None


def enrolled(staff: Staff) -> list[str]:
    """Set somebody's codes up; return the recovery codes."""
    secret = new_secret()
    codes = confirm(staff, secret, code_now(secret))
    assert codes
    return codes


def page_of(answered: TestResponse) -> str:
    """Return a page without what differs from request to request."""
    return TOKEN.sub("", answered.get_data(as_text=True))
